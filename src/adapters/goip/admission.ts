import type { GatewayInbox } from '#core'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { sameSecret } from '#lib/secret'
import type { Flow } from '#lib/wire'
import type { GoipLine, GoipLines } from './lines.ts'
import type { Patience } from './patience.ts'

/** Why a datagram is not taken for its line's; `slowed` is not answered. */
const DENIALS = ['id is missing', 'unknown id', 'wrong password', 'another address', 'slowed'] as const
export type Denial = (typeof DENIALS)[number]

/** On the wire all denials are alike, so that nobody learns which ids there are. */
export const DENIED = 'id or password is wrong'

const LOG_EVERY_MS = 1000
const ALARM_EVERY_MS = 3_600_000

type AdmissionPorts = { lines: GoipLines; patience: Patience; log: Log; timers: Timers; inbox: GatewayInbox }

/** What went wrong, once a second at most. */
export const createComplaints = (log: Log, { clock }: Timers) => {
  let quietUntilMs = 0
  let untold = 0
  return (what: string, { address, port }: Flow): void => {
    const now = clock.nowMs()
    if (now < quietUntilMs) return void untold++
    quietUntilMs = now + LOG_EVERY_MS
    const more = untold > 0 ? `; ${untold} more complaints went untold` : ''
    untold = 0
    log.write('gw', 'warn', `${what}${more}`, { user: `${address}:${port}` })
  }
}
export type Complain = ReturnType<typeof createComplaints>

/** Something that an operator should look at: once an hour for each line. */
export const createAlarms = (
  { log, timers: { clock }, inbox }: Pick<AdmissionPorts, 'log' | 'timers' | 'inbox'>,
  what: 'address-changed' | 'password-refused',
) => {
  const raised = new WeakMap<GoipLine, number>()
  return (line: GoipLine, text: string, fields: Record<string, string>): void => {
    const now = clock.nowMs()
    if (now - (raised.get(line) ?? Number.NEGATIVE_INFINITY) < ALARM_EVERY_MS) return
    raised.set(line, now)
    log.write('gw', 'error', `${line.id} ${text}`)
    void inbox.event({ line: line.id, name: what, atMs: clock.wallMs(), fields, alarm: true })
  }
}

/**
 * Whether a datagram speaks for the line that it names: by its password, and from the address that was first to know
 * it (an address, never a port: NATs change those). `slowed`: its source is not heard any more, but for lines at home there.
 */
export const createAdmission = (ports: AdmissionPorts, complain: Complain) => {
  const { lines, patience } = ports
  const alarm = createAlarms(ports, 'address-changed')
  const counts: Record<Denial, number> = {
    ...{ 'id is missing': 0, 'unknown id': 0, 'wrong password': 0, 'another address': 0, slowed: 0 },
  }
  const deny = (why: Denial, id: string, flow: Flow, slowed: boolean): Denial => {
    counts[why]++
    if (!slowed) complain(`${JSON.stringify(id.slice(0, 64))} refused: ${why}`, flow)
    patience.wrong(flow.address)
    return slowed ? 'slowed' : why
  }

  const admit = (id: string, password: string, flow: Flow, slowed: boolean): GoipLine | Denial => {
    const line = lines.byId(id)
    if (slowed && line?.home !== flow.address) return deny('slowed', id, flow, slowed)
    const right = sameSecret(password, line?.settings.password ?? '\0')
    if (id === '') return deny('id is missing', id, flow, slowed)
    if (!line) return deny('unknown id', id, flow, slowed)
    if (!right) return deny('wrong password', id, flow, slowed)
    if (line.home !== undefined && line.home !== flow.address) {
      const pinned = line.settings.pin_address
      const fields = { from: line.home, to: flow.address, refused: pinned ? 'yes' : 'no' }
      alarm(line, `changed its address from ${line.home} to ${flow.address}`, fields)
      if (pinned) return deny('another address', id, flow, slowed)
    }
    lines.setHome(line, flow.address)
    return line
  }
  return { admit, counts }
}
export type Admission = ReturnType<typeof createAdmission>
