import type { Library, Mailbox } from '#core'

/** What the phone shows of what was said and kept. */
export type PhoneSounds = {
  recordings: Pick<Library, 'list' | 'get' | 'fileOf' | 'remove'>
  /** Absent: there are no mailboxes. */
  mailbox?: Pick<Mailbox, 'list' | 'get' | 'fileOf' | 'remove' | 'mark' | 'greeting'> | undefined
}
