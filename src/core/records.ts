/** The record of one call, whatever its ends (CDR). Times are wall clock milliseconds. */
export type CallRecord = {
  id: string
  /** Call-ID, IMPU or number as each side showed it. */
  caller: string
  callee: string
  /** What the caller dialled, before any translation. */
  dialled: string
  /** `mt`: the house itself called; `emergency`: whatever answered it. */
  kind: 'call' | 'echo' | 'mt' | 'emergency'
  video: boolean
  startedAtMs: number
  ringingAtMs?: number
  answeredAtMs?: number
  endedAtMs?: number
  /**
   * Why it ended: a word of `refusals.ts`, or `caller`, `callee`, `silence`, `operator`, `shutdown`, `restart`, or
   * `failure` with what failed behind a colon.
   */
  cause?: string
  /** Final SIP status given to the caller (of `mt`: by the called phone), when the call failed. */
  status?: number
  /** IMPIs of the caller and of whom it was put through to, where they are ours. */
  callerImpi?: string
  calleeImpi?: string
  /** One of its parties went on in that call. */
  transferredTo?: string
  /** The call that its caller, or both, come from. */
  transferredFrom?: string
  /** A mailbox answered: the message that the caller left, empty when it left none. And what was recorded: ids of sounds. */
  mailbox?: string
  recordings?: string[]
  /** Its caller heard its own mailbox. */
  ownMailbox?: boolean
  /** It came by click to call. */
  guest?: GuestCall
  /** What the page of an ordinary web phone said of it (cdata, skill). */
  site?: { cti?: string; skill?: string }
  /** Call-IDs of the SIP dialogues, for searching: the caller's, then those of the phones that rang. */
  callIds: string[]
}

/** Where a guest's call came from. `how`: from the browser, or the visitor was called back at `visitor`. */
export type GuestCall = {
  how: 'web' | 'call-back'
  address: string
  origin?: string
  visitor?: string
  /** What the web site says of it (cdata, skill). */
  cti?: string
  skill?: string
}
