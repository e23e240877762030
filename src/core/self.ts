import type { CallOffer } from './call-ports.ts'
import type { Found, Subscriber } from './subscribers.ts'

/**
 * Who calls, where that is somebody who proved to be one of ours. A guest is not: the account that it calls by is
 * everybody's, and nobody's own.
 */
export const ownerOf = ({ caller, guest }: CallOffer): Subscriber | undefined =>
  guest === undefined ? caller.subscriber : undefined

/** Somebody calls itself. */
export const isOneself = (offer: CallOffer, { subscriber }: Found): boolean => ownerOf(offer) === subscriber
