import { textLineOf } from './texts/words.ts'
import { type CallReport, isOfTexts, type UeEvent } from './ue-event.ts'
import { userOf } from './ue-identity.ts'
import type { RegisterResult } from './ue-registration.ts'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/** Text of other hosts for a terminal: no control characters, of bearable length. */
const plain = (text: string): string => text.replace(/[^ -~]/g, '?').slice(0, 200)

export const registeredLine = (result: RegisterResult, impu: string): string => {
  if (!result.ok) return `not registered: ${result.status} ${plain(result.reason)}${hintOf(result.status)}`
  const name = plain(userOf(result.identities[0] ?? impu))
  const proof = result.algorithm === 'none' ? 'without proof' : result.algorithm
  return `registered as ${name} (${proof}), valid for ${result.expiresS} s`
}

/** What a newcomer most likely did. */
const hintOf = (status: number): string => {
  if (status === 403) return ' (unknown user, wrong password or wrong key)'
  return status === 408 ? ' (does a server listen there?)' : ''
}

/** Undefined for events that a newcomer need not see. */
export const lineOf = (event: UeEvent): string | undefined => {
  if (isOfTexts(event)) return textLineOf(event)
  switch (event.kind) {
    case 'registration':
      if (event.step.kind === 'resync') return 'the SIM is ahead of the network: resynchronising'
      if (event.step.kind === 'mac-wrong') return 'the network does not know the secret of this SIM'
      if (event.step.kind === 'refreshed' && !event.step.result.ok)
        return `registration lost: ${event.step.result.status} ${plain(event.step.result.reason)}`
      return undefined
    case 'subscribed':
      return undefined
    case 'ordered':
      return orderLine(event.event, event.afterS)
    case 'calling':
      return `calling ${plain(event.number)}`
    case 'progress':
      return event.status === 180 ? 'ringing' : event.earlyMedia ? 'early media' : undefined
    case 'answered':
      return `answered after ${seconds(event.setupMs)}`
    case 'incoming':
      return `call from ${plain(event.from)}`
    case 'held':
      return event.byUs ? 'on hold' : 'put on hold by the other side'
    case 'resumed':
      return 'taken up again'
    case 'key':
      return `key ${event.key}`
    case 'ended':
      return endedLine(event.report)
    case 'registered':
      return undefined
  }
}

/** What the handset does about what the network did, TS 24.229 §5.1.1.5A. */
const orderLine = (event: string, afterS: number): string => {
  if (event === 'rejected') return 'the network ended the registration for good'
  const when = afterS > 0 ? `registering again in ${afterS} s` : 'registering again'
  return event === 'shortened'
    ? `the network wants proof: ${when}`
    : `the network ended the registration: ${when}`
}

const endedLine = (report: CallReport): string => {
  if (report.setupMs === undefined) return `no call: ${report.status} ${plain(report.reason)}`
  const { received, sent, lost, heardHz, soundShare, echoMs, keys, video } = report
  const heard =
    heardHz !== undefined ? `${heardHz} Hz` : soundShare > 0 ? 'sound' : received > 0 ? 'silence' : 'nothing'
  // An echo brings back what we sent; another phone sends what it likes, and only gaps show what is missing.
  const whole = echoMs === undefined ? received + lost : sent
  const parts = [`heard ${heard}, ${received} of ${whole} packets, ${lost} lost`]
  if (echoMs !== undefined) parts.push(`echo after ${Math.round(echoMs)} ms`)
  if (keys !== '') parts.push(`keys ${keys}`)
  if (video && video.sent + video.received > 0)
    parts.push(`video ${video.received} packets, ${video.lost} lost`)
  const ended =
    report.endedBy === 'us' ? 'hung up' : report.endedBy === 'peer' ? 'the other side hung up' : 'cut off'
  return `${parts.join(', ')}\n${ended} after ${seconds(report.talkMs)}`
}
