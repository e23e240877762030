/** Messages of one queue are handed over in order; `inbox` is none: what is there has arrived. */
export const INBOX = 'inbox'

const SUBSCRIBER = 'subscriber:'
/** What storage knows of names: only types of ours reach its thread. */
export type SubscriberPrefix = typeof SUBSCRIBER

const EXCHANGE = 'exchange:'

export const queueOf = (impi: string): string => `${SUBSCRIBER}${impi}`
/** Undefined: it is no subscriber's. */
export const impiOf = (queue: string): string | undefined =>
  queue.startsWith(SUBSCRIBER) ? queue.slice(SUBSCRIBER.length) : undefined

/** Between an extension's name and its number, which has none. */
const MARK = ' '

/**
 * What an extension of an exchange elsewhere sends there by one of its numbers, each registered for itself: while one is
 * not, the others go on.
 */
export const exchangeQueueOf = (impi: string, number: string): string => `${EXCHANGE}${impi}${MARK}${number}`
/** Whose texts wait there; undefined: it is no such queue. */
export const extensionOf = (queue: string): { impi: string; number: string } | undefined => {
  if (!queue.startsWith(EXCHANGE)) return undefined
  const [impi = '', number = ''] = queue.slice(EXCHANGE.length).split(MARK)
  return { impi, number }
}
