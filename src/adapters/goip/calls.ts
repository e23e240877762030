import type { GatewayCall, GatewayEvent, GatewayInbox } from '#core'
import type { DeviceEvent } from '#goip-wire'
import type { Clock } from '#lib/clock'
import type { GoipLine } from './lines.ts'

const CALL_EVENTS = new Set(['STATE', 'RECORD', 'EXPIRY', 'HANGUP'])
/** Of these, what a line says without being told to stop is a matter of `call_events`. */
export const isCallEvent = (name: string): boolean => CALL_EVENTS.has(name)

/** What belongs to a call comes within a minute of its end, or to no call at all. */
const LATE_MS = 60_000

/** Keeps an event with what it says of a call. */
export type CallEvents = (
  line: GoipLine,
  event: DeviceEvent,
  told: GatewayEvent,
) => ReturnType<GatewayInbox['event']>

/** RECORD begins a call, HANGUP gives its cause, EXPIRY its length in seconds. */
export const createCallEvents = (inbox: Pick<GatewayInbox, 'event'>, clock: Clock): CallEvents => {
  const callOf = (line: GoipLine, { receipt, fields }: DeviceEvent, beginMs: number) => {
    const known = line.call
    const other = fields.get('num') ?? ''
    const outgoing = fields.get('dir') === '2'
    const own = line.sim.number ?? line.settings.number
    const [caller, callee] = outgoing ? [own, other] : [other, own]
    // Repeated, because our answer was lost.
    if (known?.receipt === receipt && known.record.caller === caller && known.record.callee === callee)
      return known
    const key = `${line.id}/${beginMs}`
    const record: GatewayCall = { key, line: line.id, outgoing, caller, callee, beginMs, reason: '' }
    return { receipt, record, begun: undefined }
  }
  /** What was told before, also to a process before this one, begins no other call. */
  const begin: CallEvents = (line, event, told) => {
    const before = line.call
    const call = callOf(line, event, told.atMs)
    line.call = call
    const keeping = inbox.event({ ...told, call: { ...call.record } }).then((kept) => {
      call.begun = undefined
      if (call === before || line.call !== call || !kept.ok || !kept.value.duplicate) return kept
      const { call: record } = kept.value
      line.call = record ? { ...call, record } : before
      return kept
    })
    call.begun = keeping
    return keeping
  }
  const end = (record: GatewayCall, seconds: number): GatewayCall => {
    record.endMs ??= clock.wallMs()
    if (seconds > 0) record.answerMs = record.endMs - seconds * 1000
    return { ...record }
  }
  const ended = (line: GoipLine, { name, fields }: DeviceEvent): GatewayCall | undefined => {
    const record = line.call?.record
    if (!record || (record.endMs !== undefined && clock.wallMs() - record.endMs > LATE_MS)) return undefined
    if (name === 'HANGUP') record.reason = causeOf(fields)
    const seconds = Number(fields.get('exp') ?? '0')
    return end(record, Number.isInteger(seconds) && seconds < 1e7 ? seconds : 0)
  }

  const finish: CallEvents = (line, event, told) => {
    const call = ended(line, event)
    return inbox.event(call ? { ...told, call } : told)
  }

  return (line, event, told) => {
    if (event.name === 'RECORD') return begin(line, event, told)
    if (event.name !== 'HANGUP' && event.name !== 'EXPIRY') return inbox.event(told)
    // Which call it ends is known when its beginning is.
    const begun = line.call?.begun
    return begun ? begun.then(() => finish(line, event, told)) : finish(line, event, told)
  }
}

/** `num:,cause:Normal call clearing`, in whichever field it stands. */
const causeOf = (fields: Map<string, string>): string => {
  for (const [name, value] of fields) {
    if (name === 'cause') return value
    const at = value.indexOf('cause:')
    if (at >= 0) return value.slice(at + 'cause:'.length)
  }
  return fields.get('num') ?? 'hung up'
}
