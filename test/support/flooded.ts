import assert from 'node:assert/strict'
import { aStranger, requestText, type Stranger } from './raw-sip.ts'
import { md5User, startTandem, type Tandem } from './tandem.ts'
import { createWitness, PROMPT_MS, residentMb, type Witness } from './vitals.ts'

export const BLOCK_AFTER = 20
/** An address without the bounds of one source. */
export const CROWD = '127.0.0.9'

export type Flooded = {
  readonly house: Tandem
  readonly witness: Witness
  /** Sends in bursts that the socket's buffer holds; between them the house must serve others. */
  flood(stranger: Stranger, count: number, burst: number, make: () => string): Promise<void>
  /** Memory grows by no more than so many megabytes meanwhile. */
  within(megabytes: number, act: () => Promise<void>): Promise<void>
  end(): Promise<void>
}

/** A house that has seen traffic: its heap is what floods are compared with. */
export const startFlooded = async (): Promise<Flooded> => {
  const house = await startTandem({
    config: {
      log_options: 'all.level=info',
      ue_db: [md5User('alice', 'wonder'), md5User('bob', 'builder')],
      security: { exempt: [CROWD], block_after: BLOCK_AFTER },
      // Timer H and its kin within the test's time.
      ...{ timer_t1: 0.03, timer_t2: 0.2, timer_t4: 0.2 },
    },
  })
  const witness = await createWitness(house)
  const flood: Flooded['flood'] = async (stranger, count, burst, make) => {
    for (let sent = 0; sent < count; sent += burst) {
      for (let i = 0; i < burst; i++) stranger.send(make())
      const ms = await witness.options()
      assert.ok(ms < PROMPT_MS, `OPTIONS took ${Math.round(ms)} ms amid the flood`)
    }
  }
  await witness.register('bob', 'builder')
  const crowd = await aStranger(house, CROWD)
  await flood(crowd, 30_000, 500, () => requestText({ method: 'OPTIONS', via: crowd.via }))
  crowd.close()
  return {
    ...{ house, witness, flood },
    within: async (megabytes, act) => {
      const beforeMb = residentMb(house)
      await act()
      const grown = residentMb(house) - beforeMb
      assert.ok(grown <= megabytes, `grown by ${Math.round(grown)} MB`)
    },
    end: async () => {
      witness.close()
      await house.stop()
    },
  }
}
