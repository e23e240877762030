import type { ContactEvent } from '#reginfo'
import type { TextEvent } from './texts/contract.ts'
import type { RegisterResult, RegistrationStep } from './ue-registration.ts'

/** What happens to a simulated handset, for whoever watches it. */
export type UeEvent =
  | { kind: 'registration'; step: RegistrationStep }
  | { kind: 'registered'; result: RegisterResult }
  /** SUBSCRIBE to the own registration was answered. */
  | { kind: 'subscribed'; status: number }
  /** The network ended, shortened or put off our registration, and wants to be obeyed. */
  | { kind: 'ordered'; event: ContactEvent; afterS: number }
  | { kind: 'calling'; number: string }
  | { kind: 'progress'; status: number; earlyMedia: boolean }
  | { kind: 'answered'; setupMs: number }
  | { kind: 'incoming'; from: string }
  | { kind: 'held'; byUs: boolean }
  | { kind: 'resumed'; byUs: boolean }
  | { kind: 'key'; key: string }
  | { kind: 'ended'; report: CallReport }
  | TextEvent

export type CallReport = {
  direction: 'out' | 'in'
  peer: string
  /** Final status of the INVITE: 200 for a call that took place. */
  status: number
  reason: string
  /** From INVITE to ringing and to the answer; undefined for what did not come. */
  ringMs: number | undefined
  setupMs: number | undefined
  /** How long the call stood. */
  talkMs: number
  endedBy: 'us' | 'peer' | 'timeout' | 'failure'
  /** Voice packets. */
  sent: number
  received: number
  lost: number
  repeated: number
  jitterMs: number
  /** The tone that was heard; undefined when no one tone prevailed. */
  heardHz: number | undefined
  soundShare: number
  /** Round trip when the other side sends our own sound back. */
  echoMs: number | undefined
  keys: string
  video: { sent: number; received: number; lost: number } | undefined
  /** The sound that came, 8000 samples a second, when it was to be recorded. */
  recording: Int16Array | undefined
}

const OF_TEXTS: readonly UeEvent['kind'][] = ['message', 'unshown', 'sent', 'status-report', 'memory']

export const isOfTexts = (event: UeEvent): event is TextEvent => OF_TEXTS.includes(event.kind)
