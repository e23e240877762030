import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { aStranger, registerRaw, requestText, type Stranger, statusOf } from './raw-sip.ts'
import type { Tandem } from './tandem.ts'

/** Resident memory in megabytes. */
export const residentMb = ({ pid }: { pid: number }): number =>
  Number(readFileSync(`/proc/${pid}/status`, 'latin1').match(/^VmRSS:\s+(\d+) kB/m)?.[1] ?? 0) / 1024

/** Lines of the log, and of what the process printed, that only a bug leaves behind. */
export const bugsOf = (house: Tandem): string[] => {
  const file = join(house.dataDir, 'tandem.log')
  const log = existsSync(file) ? readFileSync(file, 'latin1') : ''
  return `${log}\n${house.output()}`
    .split('\n')
    .filter((line) =>
      /^\d.*\] error .*(fault while handling|Error:)|^\s*at .*[(/].*:\d+:\d+|\\x0a\s+at /.test(line),
    )
}

/** An answer that is later says that somebody else has held the house up, and not that a slow machine has. */
export const PROMPT_MS = 2500

/** One who comes in peace, from an address of its own: what it gets shows how the house is. */
export const createWitness = async (house: Tandem, address = '127.0.0.2') => {
  const witness: Stranger = await aStranger(house, address)
  const options = async (): Promise<number> => {
    const began = performance.now()
    const answer = await witness.ask(requestText({ method: 'OPTIONS', from: 'witness', via: witness.via }))
    assert.equal(statusOf(answer ?? ''), 200, 'OPTIONS is answered')
    return performance.now() - began
  }
  return {
    stranger: witness,
    options,
    register: async (user: string, password: string): Promise<void> =>
      assert.equal(statusOf(await registerRaw(witness, user, password)), 200, 'REGISTER is answered'),
    /** Alive, awake, and without a bug in its log. */
    finds: async (): Promise<void> => {
      const { status } = await house.rest<{ status: string }>('/health')
      assert.equal(status, 'ok')
      const ms = await options()
      assert.ok(ms < PROMPT_MS, `OPTIONS took ${Math.round(ms)} ms`)
      assert.deepEqual(bugsOf(house).slice(0, 5), [])
    },
    close: () => witness.close(),
  }
}
export type Witness = Awaited<ReturnType<typeof createWitness>>
