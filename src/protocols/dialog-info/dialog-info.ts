/** The calls of a phone as its watchers are told them: RFC 4235, application/dialog-info+xml. */
export const DIALOG_INFO_TYPE = 'application/dialog-info+xml'
export const DIALOG_INFO_NAMESPACE = 'urn:ietf:params:xml:ns:dialog-info'

export const DIALOG_STATES = ['trying', 'proceeding', 'early', 'confirmed', 'terminated'] as const
/** RFC 4235 §3.7.1. */
export type DialogState = (typeof DIALOG_STATES)[number]

export const DIALOG_EVENTS = [
  'cancelled',
  'rejected',
  'replaced',
  'local-bye',
  'remote-bye',
  'error',
  'timeout',
] as const
/** Why a dialogue is in its state, §4.1.3. */
export type DialogEvent = (typeof DIALOG_EVENTS)[number]

/** One end of a dialogue, §4.1.6. */
export type DialogEnd = {
  identity?: string
  display?: string
  /** Its Contact. */
  target?: string
  /** Parameters of the target: `+sip.rendering` `no` on hold, §5.2. */
  params?: readonly (readonly [name: string, value: string])[]
}

export type DialogOf = {
  /** Stays the same as long as the dialogue lives. */
  id: string
  direction?: 'initiator' | 'recipient'
  state: DialogState
  event?: DialogEvent
  /** Of the answer that ended it. */
  code?: number
  /** Seconds since it began. */
  duration?: number
  local?: DialogEnd
  remote?: DialogEnd
}

export type DialogInfo = {
  /** 0 at first, one more in each document of a subscription. */
  version: number
  /** `partial`: only those that changed, to be merged by their ids. */
  state: 'full' | 'partial'
  /** Whose calls they are. */
  entity: string
  dialogs: readonly DialogOf[]
}

/** The phone's voice is not heard at the other end: it holds. */
export const HELD: readonly (readonly [string, string])[] = [['+sip.rendering', 'no']]

export const isHeld = ({ local }: DialogOf): boolean =>
  local?.params?.some(([name, value]) => name.toLowerCase() === '+sip.rendering' && value === 'no') ?? false
