import type { Subscriber } from '#core'

/** Whether somebody else's phone is in use. `code`: 0, or minus the status with which that is refused. */
export type Lamp = {
  code: number
  /** dialog-info of RFC 4235. */
  xml: string
  lamp: 'idle' | 'calling' | 'alerting' | 'ringing' | 'busy' | 'held' | 'unavailable'
  direction?: 'in' | 'out'
  remote?: string
  remoteName?: string
}
/** Watches an extension for a subscriber; the present lamp is told at once or soon. Gives what ends it. */
export type Lamps = { watch(ext: string, watcher: Subscriber, hear: (lamp: Lamp) => void): () => void }

/** How much waits. `exact`: false where the exchange elsewhere says only that something does. */
export type MailboxState = { new: number; old: number; newUrgent: number; oldUrgent: number; exact?: boolean }
export type Mailboxes = { watch(subscriber: Subscriber, hear: (state: MailboxState) => void): () => void }
