import type { Fleet, GatewayInbox } from '#core'
import { type DeviceEvent, printReceipt, printRefusal } from '#goip-wire'
import type { Clock } from '#lib/clock'
import type { Flow } from '#lib/wire'
import type { Admission } from './admission.ts'
import { lineStateOf, simOf } from './keepalives.ts'
import type { GoipLine } from './lines.ts'

type EventPorts = {
  admit: Admission
  inbox: GatewayInbox
  fleet: Pick<Fleet, 'sight'>
  clock: Clock
}

/** Devices repeat after 3 s; what waits for the disk longer than that is already there a second time. */
const MOST_WAITING = 20_000

/** FNV-1a over 53 bits: tells bodies apart that bear the same, repeating receipt number. */
const hashOf = (text: string): string => {
  let [low, high] = [0x811c9dc5, 0x1234567]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 0x01000193) >>> 0
    high = Math.imul(high ^ (code + i), 0x01000193) >>> 0
  }
  return `${low.toString(36)}${high.toString(36)}`
}

/** What devices tell by themselves: on disk first, then acknowledged. */
export const createDeviceEvents = ({ admit, inbox, fleet, clock }: EventPorts) => {
  let waiting = 0

  const store = (line: GoipLine, event: DeviceEvent): Promise<{ ok: boolean }> => {
    const { name, fields, receipt, body } = event
    const atMs = clock.wallMs()
    const said = body ?? [...fields].join(';')
    const dedupe = `${line.id}|${name}|${receipt}|${hashOf(said)}`
    const sim = simOf(line, fields)
    if (name === 'RECEIVE')
      return inbox.text({
        line: line.id,
        sim,
        from: fields.get('srcnum') ?? '',
        text: body ?? '',
        atMs,
        dedupe,
      })
    if (name === 'DELIVER') return inbox.report({ line: line.id, ...reportOf(fields), atMs })
    if (name === 'STATE') sightState(line, fields)
    return inbox.event({
      ...{ line: line.id, name, atMs, dedupe },
      fields: { ...Object.fromEntries(fields), ...(body !== undefined && { msg: body }) },
    })
  }
  const sightState = (line: GoipLine, fields: Map<string, string>): void => {
    const voip_state = fields.get('gsm_remain_state')
    if (voip_state === undefined) return
    const state = lineStateOf(new Map([['voip_state', voip_state]]))
    fleet.sight({
      ...{ device: line.device, line: line.settings.id, kind: 'goip', state },
      fields: { voip_state },
    })
  }

  return (event: DeviceEvent, flow: Flow): void => {
    const { name, receipt } = event
    const line = admit(event.id, event.password, flow)
    if (typeof line === 'string') return void flow.send(printRefusal(name, receipt, line))
    line.seenMs = clock.nowMs()
    // The stream of an AT console is the one thing that nobody acknowledges.
    if (name === 'AT') return
    if (name === 'RECEIVE' && !event.fields.has('srcnum'))
      return void flow.send(printRefusal(name, receipt, 'srcnum is missing'))
    if (waiting >= MOST_WAITING) return
    waiting++
    void store(line, event).then(({ ok }) => {
      waiting--
      if (ok) flow.send(printReceipt(name, receipt, line.settings.ack_newline))
    })
  }
}

/** State 0 is delivered, every other one a TP-Status (TS 23.040 §9.2.3.15). */
const reportOf = (
  fields: Map<string, string>,
): { reference?: string; recipient?: string; status: number } => {
  const [reference, recipient] = [fields.get('sms_no'), fields.get('num')]
  const status = Number(fields.get('state') ?? '0')
  return {
    status: Number.isInteger(status) ? status : 0x60,
    ...(reference !== undefined && { reference }),
    ...(recipient !== undefined && { recipient }),
  }
}
