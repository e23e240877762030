import type { Flow } from '#lib/wire'
import type { GoipLine, GoipLines } from './lines.ts'
import type { GoipPorts } from './ports.ts'

export type Denial = 'unknown id' | 'wrong password' | 'another address'

const LOG_EVERY_MS = 1000

/** The same work for every password of one length: how far a guess was right must not show. */
const same = (a: string, b: string): boolean => {
  let different = a.length ^ b.length
  for (let i = 0; i < a.length; i++) different |= a.charCodeAt(i) ^ b.charCodeAt(i % (b.length || 1))
  return different === 0
}

/**
 * Whether a datagram speaks for the line that it names: by its password, and from the address that was first to know
 * it (an address, never a port: NATs change those). Denials slow their source down, and are told once a second.
 */
export const createAdmission = (
  lines: GoipLines,
  { guard, log, timers, inbox }: Pick<GoipPorts, 'guard' | 'log' | 'timers' | 'inbox'>,
) => {
  let quietUntilMs = 0
  let untold = 0
  const tell = (why: Denial, id: string, flow: Flow): void => {
    const now = timers.clock.nowMs()
    if (now < quietUntilMs) return void untold++
    quietUntilMs = now + LOG_EVERY_MS
    const more = untold > 0 ? `, and ${untold} more like it` : ''
    untold = 0
    log.write('app', 'warn', `GoIP ${JSON.stringify(id.slice(0, 64))} refused: ${why}${more}`, {
      user: `${flow.address}:${flow.port}`,
    })
  }
  const alarm = (line: GoipLine, flow: Flow): void => {
    const fields = { address: flow.address, expected: line.pinned ?? '' }
    const atMs = timers.clock.wallMs()
    const dedupe = `${line.id}|address|${flow.address}|${Math.floor(atMs / 3_600_000)}`
    void inbox.event({ line: line.id, name: 'address-changed', atMs, fields, dedupe })
  }

  return (id: string, password: string, flow: Flow): GoipLine | Denial => {
    const line = lines.byId(id)
    const right = same(password, line?.settings.password ?? '\0')
    let denial: Denial | undefined
    if (!line) denial = 'unknown id'
    else if (!right) denial = 'wrong password'
    else if (line.settings.pin_address && line.pinned !== undefined && line.pinned !== flow.address) {
      denial = 'another address'
      alarm(line, flow)
    }
    if (denial || !line) {
      guard.fail(flow.address)
      tell(denial ?? 'unknown id', id, flow)
      return denial ?? 'unknown id'
    }
    line.pinned ??= flow.address
    return line
  }
}
export type Admission = ReturnType<typeof createAdmission>
