import { err, ok, type Result } from '#lib/result'

/** What waits in a mailbox: RFC 3842, application/simple-message-summary. */
export const MESSAGE_SUMMARY_TYPE = 'application/simple-message-summary'

/** Messages of voice; `exact` is false where only is known whether there are any. */
export type MessageSummary = {
  /** URI to call to hear them. */
  account?: string
  new: number
  old: number
  newUrgent: number
  oldUrgent: number
  exact: boolean
}

const LONGEST = 16 * 1024

export const printMessageSummary = (summary: MessageSummary): string => {
  const { account, new: fresh, old, newUrgent, oldUrgent } = summary
  const where = account === undefined ? '' : `Message-Account: ${account}\r\n`
  const counts = `Voice-Message: ${fresh}/${old} (${newUrgent}/${oldUrgent})\r\n`
  return `Messages-Waiting: ${fresh > 0 ? 'yes' : 'no'}\r\n${where}${counts}`
}

const COUNTS = /^\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*(?:\(\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*\)\s*)?$/

/** Reads a body, §5.2; a line of voice says more than the status line, and one without counts is believed too. */
export const parseMessageSummary = (octets: Uint8Array): Result<MessageSummary, 'message-summary'> => {
  if (octets.length > LONGEST) return err('message-summary')
  const fields = new Map<string, string>()
  for (const line of new TextDecoder().decode(octets).split(/\r\n?|\n/)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim())
  }
  const waiting = fields.get('messages-waiting')?.toLowerCase()
  const counts = COUNTS.exec(fields.get('voice-message') ?? '')
  if (waiting !== 'yes' && waiting !== 'no' && !counts) return err('message-summary')
  const account = fields.get('message-account')
  const [fresh, old, newUrgent, oldUrgent] = counts
    ? counts.slice(1).map((count) => Number(count ?? 0))
    : [waiting === 'yes' ? 1 : 0]
  return ok({
    ...(account !== undefined && account !== '' && { account }),
    ...{ new: fresh ?? 0, old: old ?? 0, newUrgent: newUrgent ?? 0, oldUrgent: oldUrgent ?? 0 },
    exact: counts !== null || waiting === 'no',
  })
}
