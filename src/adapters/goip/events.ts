import type { AddressPlan, Fleet, GatewayInbox } from '#core'
import { type DeviceEvent, printDisable, printReceipt, printRefusal } from '#goip-wire'
import type { Clock } from '#lib/clock'
import { nameOfText } from '#lib/hash'
import { bugText, type Log } from '#lib/log'
import type { Flow } from '#lib/wire'
import { type Admission, type Complain, DENIED } from './admission.ts'
import { type CallEvents, isCallEvent } from './calls.ts'
import type { GoipLine } from './lines.ts'
import { stateInCall } from './states.ts'
import type { Words } from './words.ts'

type EventPorts = {
  admit: Admission['admit']
  inbox: GatewayInbox
  addresses: Pick<AddressPlan, 'sender'>
  fleet: Pick<Fleet, 'sight'>
  calls: CallEvents
  clock: Clock
  words: Words
  complain: Complain
  log: Log
}

/** Devices repeat after 3 s; what waits for the disk longer than that is already there a second time. */
const MOST_WAITING = 20_000

type Kept = { ok: boolean }

/** What devices tell by themselves: on disk first, then acknowledged. */
export const createDeviceEvents = (ports: EventPorts) => {
  const { admit, inbox, addresses, fleet, calls, clock, words, complain, log } = ports
  /** Under way to the disk: a repetition joins the first one. */
  const waiting = new Map<string, Promise<Kept>>()
  const counts = { texts: 0, reports: 0, events: 0, faults: 0, unkept: 0 }

  const store = (line: GoipLine, event: DeviceEvent, dedupe: string): Promise<Kept> => {
    const { name, fields, body } = event
    const atMs = clock.wallMs()
    if (name === 'RECEIVE') {
      counts.texts++
      const from = addresses.sender(fields.get('srcnum') || 'unknown', '')
      const text = body ?? ''
      return inbox.text({ line: line.id, sim: line.sim, from, text, atMs, dedupe })
    }
    const report = name === 'DELIVER' ? reportOf(fields) : undefined
    if (report) {
      counts.reports++
      return inbox.report({ line: line.id, ...report, atMs, dedupe })
    }
    counts.events++
    if (name === 'STATE') sightState(line, fields)
    const said = { ...Object.fromEntries(fields), ...(body !== undefined && { msg: body }) }
    return calls(line, event, { line: line.id, name, atMs, dedupe, fields: said })
  }
  const sightState = (line: GoipLine, fields: Map<string, string>): void => {
    const word = fields.get('gsm_remain_state')
    // Of a line that is lost only its keepalive tells where it is, and so where texts may be sent.
    if (!word || !line.alive) return
    const state = stateInCall(line.said, word)
    fleet.sight({ device: line.device, line: line.settings.id, kind: 'goip', state, detail: word })
  }
  const keep = (line: GoipLine, event: DeviceEvent): Promise<Kept> | undefined => {
    const said = saidIn(event)
    // Receipt numbers repeat: what is said tells apart what bears the same one.
    const dedupe = `${line.id}|${event.name}|${event.receipt}|${nameOfText(said)}`
    const known = waiting.get(dedupe)
    if (known) return known
    if (waiting.size >= MOST_WAITING) return undefined
    const kept = stored(line, event, dedupe)
    waiting.set(dedupe, kept)
    void kept.then(() => waiting.delete(dedupe))
    return kept
  }
  const stored = async (line: GoipLine, event: DeviceEvent, dedupe: string): Promise<Kept> => {
    try {
      return await store(line, event, dedupe)
    } catch (bug) {
      log.write('gw', 'error', bugText(bug))
      return { ok: false }
    }
  }

  const onEvent = (event: DeviceEvent, flow: Flow, slowed: boolean): void => {
    const { name, receipt } = event
    const line = admit(event.id, event.password, flow, slowed)
    if (typeof line === 'string') {
      if (line !== 'slowed') words.say(flow, printRefusal(name, receipt, DENIED))
      return
    }
    line.seenMs = clock.nowMs()
    // The stream of an AT console is the one thing that nobody acknowledges.
    if (name === 'AT') return
    const end = line.settings.ack_newline ? '\n' : ''
    const fault = faultIn(event)
    if (fault) {
      counts.faults++
      complain(`${line.id} said ${name} without ${fault}`, flow)
      return words.say(flow, printRefusal(name, receipt, `${fault} is missing`) + end)
    }
    if (!line.settings.call_events && isCallEvent(name))
      return words.say(flow, printDisable(name, receipt) + end)
    void keep(line, event)?.then(({ ok }) => {
      if (ok) words.say(flow, printReceipt(name, receipt) + end)
      else counts.unkept++
    })
  }
  return { onEvent, counts }
}

/** Of a text only what it is: by which centre it came may be told one time and not the other. */
const saidIn = ({ name, fields, body = '' }: DeviceEvent): string => {
  if (name === 'RECEIVE') return `${fields.get('srcnum')};${body}`
  let said = body
  for (const [name, value] of fields) said += `${name},${value};`
  return said
}

/** What a text cannot be kept without. */
const faultIn = ({ name, fields, body }: DeviceEvent): string | undefined => {
  if (name !== 'RECEIVE') return undefined
  if (!fields.has('srcnum')) return 'srcnum'
  return body === undefined ? 'msg' : undefined
}

/** State 0 is delivered, every other one a TP-Status (TS 23.040 §9.2.3.15). Undefined: it tells of no text that we know. */
const reportOf = (
  fields: Map<string, string>,
): { reference?: string; recipient?: string; status: number } | undefined => {
  const [reference, recipient, state = ''] = [fields.get('sms_no'), fields.get('num'), fields.get('state')]
  if (!/^\d{1,3}$/.test(state) || Number(state) > 255 || (!reference && !recipient)) return undefined
  return { status: Number(state), ...(reference && { reference }), ...(recipient && { recipient }) }
}
