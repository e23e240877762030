import type { Quality } from './quality.ts'
import type { Trouble } from './troubles.ts'

export type CallState = 'starting' | 'calling' | 'ringing' | 'incoming' | 'answering' | 'connected' | 'ended'

/** A second party asked while the first one waits (op 1008); it shares the first one's sound. */
export type SecondCall = {
  cid: string
  with: string
  state: 'calling' | 'ringing' | 'connected'
  /** A mailbox answered, and nobody. */
  voiceMail?: boolean
}

/** What a page shows of a call; a new object at each change. */
export type CallView = {
  /** Ours, from the first click on; the server's `cid` comes later. */
  id: string
  cid: string | undefined
  direction: 'in' | 'out'
  with: string
  name: string
  state: CallState
  /** A sound of the far side before it answers: no ring-back of our own. */
  early: boolean
  held: boolean
  heldThere: boolean
  /** A mailbox answered, and nobody. */
  voiceMail: boolean
  muted: boolean
  recording: boolean
  video: boolean
  farVideo: boolean
  second: SecondCall | undefined
  /** A command is under way; buttons wait for it. */
  busy: 'hold' | 'transfer' | 'record' | 'video' | undefined
  /** The way of the media is being repaired. */
  recovering: boolean
  startedAtMs: number
  connectedAtMs: number | undefined
  endedAtMs: number | undefined
  cause: number | undefined
  reason: string
  quality: Quality | undefined
  /** The quality has been bad for a while. */
  poor: boolean
  trouble: Trouble | undefined
  /** Where the other party was sent on to; true once the call ended with 200. */
  sentTo: string | undefined
  /** The agent who took it, where an ACD said so (op 9010). */
  agent: string
}

let made = 0

export const newView = (
  part: Pick<CallView, 'direction' | 'with' | 'name' | 'state' | 'startedAtMs'>,
): CallView => ({
  id: `call-${++made}`,
  cid: undefined,
  early: false,
  held: false,
  heldThere: false,
  voiceMail: false,
  muted: false,
  recording: false,
  video: false,
  farVideo: false,
  second: undefined,
  busy: undefined,
  recovering: false,
  connectedAtMs: undefined,
  endedAtMs: undefined,
  cause: undefined,
  reason: '',
  quality: undefined,
  poor: false,
  trouble: undefined,
  sentTo: undefined,
  agent: '',
  ...part,
})
