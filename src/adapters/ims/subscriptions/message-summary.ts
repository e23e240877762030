import type { Mailbox, Subscriber, Subscribers } from '#core'
import { err, ok } from '#lib/result'
import { MESSAGE_SUMMARY_TYPE, printMessageSummary } from '#message-summary'
import type { Subscription } from '#sip'
import { keyOfUri } from '../identity.ts'
import type { EventPackage } from './event-package.ts'

export type MessageSummaryPorts = {
  subscribers: Pick<Subscribers, 'byIdentity' | 'byImpi'>
  mailbox: Pick<Mailbox, 'countsOf' | 'watch' | 'settings'>
  domain: string
}

/** RFC 3842 §3.4. */
const USUAL_S = 3600
/** §3.9. */
const PACE_MS = 1000

const encoder = new TextEncoder()

/** The event package `message-summary`, RFC 3842: everybody watches its own mailbox. */
export const createMessageSummary = ({ subscribers, mailbox, domain }: MessageSummaryPorts): EventPackage => {
  const { number } = mailbox.settings
  const account = number === '' ? undefined : `sip:${number}@${domain}`

  const watchOf = (subscriber: Subscriber) => {
    let subscription: Subscription | undefined
    const stop = mailbox.watch(subscriber, () => subscription?.changed())
    const watched = {
      contentType: MESSAGE_SUMMARY_TYPE,
      paceMs: PACE_MS,
      compose: () => {
        const counts = mailbox.countsOf(subscriber.impi)
        const summary = { ...counts, exact: true, ...(account !== undefined && { account }) }
        return encoder.encode(printMessageSummary(summary))
      },
      onEnd: stop,
    }
    const begun = (standing: Subscription): void => {
      subscription = standing
    }
    return { watched, begun }
  }

  return {
    name: 'message-summary',
    contentType: MESSAGE_SUMMARY_TYPE,
    usualS: USUAL_S,
    open(uri, watcher) {
      const { user, context } = keyOfUri(uri)
      const own = number !== '' && user === number ? watcher : undefined
      const subscriber = own ?? subscribers.byIdentity(user, context)?.subscriber ?? subscribers.byImpi(user)
      if (watcher && watcher !== subscriber) return err(403)
      return subscriber ? ok(watchOf(subscriber)) : err(404)
    },
  }
}
