import { join } from 'node:path'
import type { Settings } from '#config'
import type { MailboxSettings } from '#core'

/** Below data_dir: what people say. */
export const soundsFolder = ({ data_dir }: Settings): string => join(data_dir, 'recordings')

/**
 * Who has a mailbox. By itself it is those who can hear it in a web phone: they have a password, and there are web
 * phones. Undefined: nobody.
 */
export const mailboxSettingsOf = ({ mailbox, webphone }: Settings): MailboxSettings | undefined => {
  const { enabled, after, max_seconds, most, number } = mailbox
  if (enabled === 'off' || (enabled === 'auto' && !webphone)) return undefined
  return {
    has: ({ subscriber }) => !subscriber.ringOnly && (enabled === 'all' || subscriber.password !== undefined),
    ...{ afterS: after, mostS: max_seconds, most, number },
  }
}
