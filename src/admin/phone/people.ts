import type { Subscriber, Subscribers } from '#core'
import type { PhoneBook } from './book/contract.ts'
import { telOf } from './logins.ts'

const bareOf = (text: string): string => text.replace(/^(?:sips?|tel):/i, '').replace(/[;?].*$/, '')

/** A number at a place of its own: `123@pbx.example`. Phones name our own place by its address, too. */
const ELSEWHERE = /^(\d+)@([^:]*[a-z][^:]*)(?::\d+)?$/i

/** Whom one called, so that it is the same when it is dialled again: short numbers mean others at other places. */
export const dialledAs = (text: string, near: Subscriber, subscribers: Subscribers): string => {
  const [, user, host] = ELSEWHERE.exec(bareOf(text)) ?? []
  if (user === undefined || host === undefined) return partnerOf(text, near, subscribers)
  const place = host.toLowerCase()
  const isOurs = near.domain === place || subscribers.list.some(({ domain }) => domain === place)
  return isOurs ? partnerOf(user, near, subscribers) : `${user}@${host}`
}

/**
 * One person by one name, however a record spells it: the first identity of a user of ours, else the number or name
 * without scheme and our own domain.
 */
export const partnerOf = (text: string, near: Subscriber, subscribers: Subscribers): string => {
  const bare = bareOf(text)
  const [user = '', host] = bare.split('@')
  const number = near.msisdn ?? near.identities[0]?.user
  const found = subscribers.byIdentity(user, undefined, number)
  const isOurs = host === undefined || host === found?.subscriber.domain || host === near.domain
  if (found && isOurs) return telOf(found.subscriber)
  return host === undefined || host === near.domain || /^\+?\d+$/.test(user) ? user : bare
}

export const nameOfPartner = (tel: string, user: Subscriber, book: PhoneBook): string =>
  book.nameOf(telOf(user), tel) ?? ''
