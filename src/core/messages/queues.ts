/** Messages of one queue are handed over in order; `inbox` is none: what is there has arrived. */
export const INBOX = 'inbox'

const SUBSCRIBER = 'subscriber:'
const EXCHANGE = 'exchange:'

export const queueOf = (impi: string): string => `${SUBSCRIBER}${impi}`
/** Undefined: it is no subscriber's. */
export const impiOf = (queue: string): string | undefined =>
  queue.startsWith(SUBSCRIBER) ? queue.slice(SUBSCRIBER.length) : undefined

/** What an extension of an exchange elsewhere sends there. */
export const exchangeQueueOf = (impi: string): string => `${EXCHANGE}${impi}`
/** Whose texts wait there; undefined: it is no such queue. */
export const extensionOf = (queue: string): string | undefined =>
  queue.startsWith(EXCHANGE) ? queue.slice(EXCHANGE.length) : undefined
