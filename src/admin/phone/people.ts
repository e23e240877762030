import type { Subscriber, Subscribers } from '#core'
import type { PhoneBook } from './book/contract.ts'
import { telOf } from './logins.ts'

/**
 * One person by one name, however a record spells it: the first identity of a user of ours, else the number or name
 * without scheme and our own domain.
 */
export const partnerOf = (text: string, near: Subscriber, subscribers: Subscribers): string => {
  const bare = text.replace(/^(?:sips?|tel):/i, '').replace(/[;?].*$/, '')
  const [user = '', host] = bare.split('@')
  const number = near.msisdn ?? near.identities[0]?.user
  const found = subscribers.byIdentity(user, undefined, number)
  const isOurs = host === undefined || host === found?.subscriber.domain || host === near.domain
  if (found && isOurs) return telOf(found.subscriber)
  return host === undefined || host === near.domain || /^\+?\d+$/.test(user) ? user : bare
}

export const nameOfPartner = (tel: string, user: Subscriber, book: PhoneBook): string =>
  book.nameOf(telOf(user), tel) ?? ''
