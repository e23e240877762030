import type { Found } from '../subscribers.ts'

/** Something that was said and is kept: a message in a mailbox, or what was recorded of a call. */
export type Sound = {
  kind: 'mailbox' | 'recording'
  id: string
  /** Whose it is. */
  impi: string
  /** Id of its call's record. */
  call: string
  /** Who spoke, or with whom: a URI (empty: withheld), and a name where one was told. */
  with: string
  name: string
  atMs: number
  ms: number
  /** Inside the folder of sounds. */
  path: string
  type: 'audio/wav' | 'audio/ogg'
  /** Of recordings, whose voice it is: the owner's or the other one's; undefined: both. */
  voice?: 'own' | 'other'
  /** Of messages. */
  heard: boolean
  urgent: boolean
}

/** `before`: the last one of the page before. */
export type SoundQuery = Pick<Sound, 'kind' | 'impi'> & {
  limit: number
  before?: Pick<Sound, 'atMs' | 'id'>
}

export type MailboxCounts = { new: number; old: number; newUrgent: number; oldUrgent: number }

/** All promises resolve after commit and fsync. */
export type SoundStore = {
  /** Inserts or replaces by id. */
  put(sound: Sound): Promise<void>
  remove(id: string): Promise<void>
  get(id: string): Promise<Sound | undefined>
  /** Newest first. */
  list(query: SoundQuery): Promise<Sound[]>
  /** Of every mailbox that has anything. */
  counts(): Promise<Map<string, MailboxCounts>>
  olderThan(kind: Sound['kind'], atMs: number, limit: number): Promise<Sound[]>
}

/** Where sounds lie as files. Names are paths inside that folder. */
export type SoundFiles = {
  /** The absolute path, with every folder on the way to it made. */
  pathOf(name: string): Promise<string>
  /** On disk with its name: how many octets; undefined when there is no such file. */
  settle(name: string): Promise<number | undefined>
  /** Replaces the file, on disk when it resolves. */
  write(name: string, octets: Uint8Array): Promise<void>
  has(name: string): Promise<boolean>
  remove(name: string): Promise<void>
}

export type MailboxSettings = {
  /** Who has one. */
  has(found: Found): boolean
  /** Seconds that phones ring before it answers. */
  afterS: number
  mostS: number
  /** Messages of one mailbox. */
  most: number
  /** What one dials to hear one's own; empty: nothing. */
  number: string
}
