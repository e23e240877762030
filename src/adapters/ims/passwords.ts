import type { Subscriber, Subscribers } from '#core'
import { type DigestHash, ha1Of } from '#sip'

/**
 * H(username:realm:password) of subscribers with a password. What phones usually send (the private identity, the
 * subscriber's domain, MD5) is computed once, at the start; anything else when it is asked for.
 */
export const createPasswords = ({ list }: Pick<Subscribers, 'list'>) => {
  const encoder = new TextEncoder()
  const usual = new Map<Subscriber, string>()
  const compute = (subscriber: Subscriber, algorithm: DigestHash, username: string, realm: string): string =>
    ha1Of({ algorithm, username, realm, password: encoder.encode(subscriber.password ?? '') })

  for (const subscriber of list)
    if (subscriber.password !== undefined)
      usual.set(subscriber, compute(subscriber, 'MD5', subscriber.impi, subscriber.domain))

  return (subscriber: Subscriber, algorithm: DigestHash, username: string, realm: string): string => {
    const isUsual = algorithm === 'MD5' && username === subscriber.impi && realm === subscriber.domain
    return (isUsual && usual.get(subscriber)) || compute(subscriber, algorithm, username, realm)
  }
}
