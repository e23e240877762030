/** Messages of one queue are handed over in order; `inbox` is none: what is there has arrived. */
export const INBOX = 'inbox'

const SUBSCRIBER = 'subscriber:'

export const queueOf = (impi: string): string => `${SUBSCRIBER}${impi}`
/** Undefined: it is no subscriber's. */
export const impiOf = (queue: string): string | undefined =>
  queue.startsWith(SUBSCRIBER) ? queue.slice(SUBSCRIBER.length) : undefined
