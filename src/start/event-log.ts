import type { CallRecord, CallState, CoreEvent } from '#core'
import type { Log } from '#lib/log'

/** Writes what happened to phones and calls into the log, a line for each event. Refreshed registrations are for level debug. */
export const createEventLog = (log: Log): ((event: CoreEvent) => void) => {
  /** Records of calls in progress that were answered: being answered once more means the end of a hold. */
  const answered = new WeakSet<CallRecord>()
  const textOf = (call: CallRecord, state: CallState): string | undefined => {
    if (state === 'routing') return `to ${call.dialled}`
    if (state === 'held') return 'on hold'
    if (state === 'ended') return endOf(call)
    if (state !== 'answered') return undefined
    if (answered.has(call)) return 'taken up again'
    answered.add(call)
    return `answered by ${call.callee}`
  }
  return (event) => {
    if (event.kind === 'registration.changed') {
      const level = event.change === 'refreshed' ? 'debug' : 'info'
      if (log.on('ims', level))
        log.write('ims', level, `${event.change} ${event.contact}`, { user: event.impi })
    } else if (event.kind === 'call.changed' && log.on('ims', 'info')) {
      const text = textOf(event.call, event.state)
      if (text !== undefined)
        log.write('ims', 'info', `call ${event.call.id} ${text}`, { user: event.call.caller })
    }
  }
}

const endOf = ({ cause = '', status, answeredAtMs, endedAtMs = 0 }: CallRecord): string => {
  const why = status === undefined ? cause : `${cause} (${status})`
  if (answeredAtMs === undefined) return `ended: ${why}`
  return `ended after ${((endedAtMs - answeredAtMs) / 1000).toFixed(1)} s: ${why}`
}
