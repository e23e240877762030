import { statusName } from '#sms'
import type { TextEvent, TextReport } from './contract.ts'

/** Text of other hosts for a terminal: nothing that moves the cursor or turns the line round. */
const shown = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '?')
    .slice(0, 2000)

/** What a person reads of it; undefined for what need not be seen. */
export const textLineOf = (event: TextEvent): string | undefined => {
  switch (event.kind) {
    case 'message': {
      const from = shown(event.from)
      if (event.data !== undefined) return `data from ${from}: ${shown(event.data)}`
      const parts = event.parts > 1 ? ` (${event.parts} parts)` : ''
      return `${event.flash ? 'flash ' : ''}message from ${from}${parts}: ${shown(event.text)}`
    }
    case 'unshown':
      return `a message from ${shown(event.from)} that is not shown (TP-PID ${event.pid})`
    case 'sent':
      return sentLine(event.report)
    case 'status-report':
      return `status report from ${shown(event.recipient)}: ${statusName(event.status)}`
    case 'memory':
      return event.known
        ? 'the network knows that there is memory again'
        : 'the network does not hear of memory'
  }
}

const sentLine = ({ to, form, ok, parts, reason, status }: TextReport): string => {
  if (!ok) return `not sent to ${shown(to)}: ${status >= 300 ? `${status} ` : ''}${shown(reason)}`
  const how = form === 'sms' ? 'SMS' : 'plain text'
  return `sent to ${shown(to)} (${how}${parts > 1 ? `, ${parts} parts` : ''})`
}
