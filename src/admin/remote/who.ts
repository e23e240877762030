import type { Subscriber, Subscribers } from '#core'

/** The user part of an identity as it is written somewhere: `sip:1001@home;x=y` is 1001. */
export const userOf = (text: string): string => text.replace(/^(?:sips?|tel):/i, '').replace(/[@;?].*$/s, '')

/** Who is meant by a private identity, or by a public one in any spelling. */
export const subscriberOf = (subscribers: Subscribers, text: string): Subscriber | undefined =>
  subscribers.byImpi(text) ?? subscribers.byIdentity(userOf(text))?.subscriber

/** By `impi`, else by `impu`; the error is for the asker. */
export const named = (
  subscribers: Subscribers,
  { impi, impu }: { impi?: unknown; impu?: unknown },
): Subscriber | string => {
  if (typeof impi === 'string') return subscribers.byImpi(impi) ?? `Unknown user: ${impi}`
  if (typeof impu !== 'string') return 'impi or impu: one of them is needed'
  return subscribers.byIdentity(userOf(impu))?.subscriber ?? `Unknown user: ${impu}`
}

/** The number of each user in the log, `ue_id`: its place in the configuration, from 1 on. */
export const ueNumbers = (subscribers: Subscribers): ((user: string) => number | undefined) => {
  const numbers = new Map(subscribers.list.map((subscriber, at) => [subscriber, at + 1]))
  return (user) => {
    const subscriber = subscriberOf(subscribers, user)
    return subscriber && numbers.get(subscriber)
  }
}
