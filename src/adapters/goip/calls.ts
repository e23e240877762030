import type { GatewayCall, GatewayInbox } from '#core'
import type { DeviceEvent } from '#goip-wire'
import type { Clock } from '#lib/clock'
import type { Result } from '#lib/result'
import type { GoipLine } from './lines.ts'

const CALL_EVENTS = new Set(['STATE', 'RECORD', 'EXPIRY', 'HANGUP'])
/** Of these, what a line says without being told to stop is a matter of `call_events`. */
export const isCallEvent = (name: string): boolean => CALL_EVENTS.has(name)

/** What belongs to a call comes within a minute of its end, or to no call at all. */
const LATE_MS = 60_000

export type CallEvents = (line: GoipLine, event: DeviceEvent) => Promise<Result<void, 'failure'>> | undefined

/** RECORD begins a call, HANGUP gives its cause, EXPIRY its length in seconds. */
export const createCallEvents = (inbox: Pick<GatewayInbox, 'call'>, clock: Clock): CallEvents => {
  const begin = (line: GoipLine, { receipt, fields }: DeviceEvent): GatewayCall => {
    const known = line.call
    const other = fields.get('num') ?? ''
    const outgoing = fields.get('dir') === '2'
    const own = line.sim.number ?? line.settings.number
    const [caller, callee] = outgoing ? [own, other] : [other, own]
    // Repeated, because our answer was lost.
    if (known?.receipt === receipt && known.record.caller === caller && known.record.callee === callee)
      return known.record
    const beginMs = clock.wallMs()
    const record = {
      key: `${line.id}/${beginMs}`,
      line: line.id,
      outgoing,
      caller,
      callee,
      beginMs,
      reason: '',
    }
    line.call = { receipt, record }
    return record
  }
  const end = (record: GatewayCall, seconds: number): GatewayCall => {
    record.endMs ??= clock.wallMs()
    if (seconds > 0) record.answerMs = record.endMs - seconds * 1000
    return record
  }

  return (line, event) => {
    const { name, fields } = event
    if (name === 'RECORD') return inbox.call({ ...begin(line, event) })
    const record = line.call?.record
    if (!record || (record.endMs !== undefined && clock.wallMs() - record.endMs > LATE_MS)) return undefined
    if (name === 'HANGUP') record.reason = causeOf(fields)
    else if (name !== 'EXPIRY') return undefined
    const seconds = Number(fields.get('exp') ?? '0')
    return inbox.call({ ...end(record, Number.isInteger(seconds) && seconds < 1e7 ? seconds : 0) })
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
