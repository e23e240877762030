/** The JSON dialect of docs/protocols/web-phone.md, as the browser sees it. Times are milliseconds of the wall clock. */

export const OP = {
  hello: 1000,
  register: 1001,
  unregister: 1002,
  call: 1003,
  answer: 1004,
  reject: 1005,
  ringing: 1006,
  modify: 1007,
  second: 1008,
  text: 1009,
  hangUp: 1010,
  guest: 1011,
  dtmf: 1012,
  record: 1013,
  lamps: 1014,
  transfer: 1015,
  quality: 1017,
  hasText: 1018,
} as const

export const EVENT = {
  registered: 9001,
  incoming: 9002,
  media: 9003,
  call: 9004,
  text: 9005,
  fate: 9006,
  second: 9007,
  mediaLost: 9008,
  answerNow: 9009,
  agent: 9010,
  voiceMail: 9011,
  lamp: 9012,
  recording: 9014,
  over: 9016,
} as const

/** What 1007 may ask for. */
export const MODIFY = { resume: 0, hold: 1, retrieve: 2, picture: 3, media: 4 } as const

/** What 9004 and 9007 tell of a call. */
export const STATE = { ended: 0, ringing: 1, connected: 2, heldHere: 3, heldThere: 4 } as const

export type Members = Readonly<Record<string, unknown>>

/** An answer, op+1000. `code` 0 is yes; `reason` is one plain English sentence, `cause` a SIP status. */
export type Answer = Members & { op: number; code: number; reason?: string; cause?: number }

export type Features = {
  record: boolean
  mailbox: boolean
  messages: boolean
  transfer: boolean
  video: boolean
  conference: boolean
}

export type ServerEvent = Members & { op: number }

export type LampWord = 'idle' | 'calling' | 'alerting' | 'ringing' | 'busy' | 'held' | 'unavailable'
export type Lamp = {
  ext: string
  lamp: LampWord
  direction: 'in' | 'out' | undefined
  remote: string
  remoteName: string
}

export type VoiceMail = { new: number; old: number; newUrgent: number; oldUrgent: number; exact: boolean }

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

/** A member as text; whatever else came is the empty text. */
export const textOf = (members: Members, name: string): string => text(members[name])
export const numberOf = (members: Members, name: string): number => number(members[name])
export const numberIn = (members: Members, name: string): number | undefined =>
  typeof members[name] === 'number' ? number(members[name]) : undefined
export const textsOf = (members: Members, name: string): string[] => {
  const list = members[name]
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : []
}

/** One message of the server. Anything that is not an object with an `op` is undefined. */
export const parsePdu = (data: unknown): (Members & { op: number }) | undefined => {
  if (typeof data !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(data)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const members = value as Members
    return typeof members.op === 'number' ? (members as Members & { op: number }) : undefined
  } catch {
    return undefined
  }
}
