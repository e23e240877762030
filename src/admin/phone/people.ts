import type { CallRecord, Subscriber, Subscribers } from '#core'
import type { PhoneBook } from './book/contract.ts'
import { telOf } from './logins.ts'

const bareOf = (text: string): string => text.replace(/^(?:sips?|tel):/i, '').replace(/[;?].*$/, '')

/** A number at a place of its own: `123@pbx.example`. Phones name our own place by its address, too. */
const ELSEWHERE = /^(\d+)@([^:]*[a-z][^:]*)(?::\d+)?$/i

/** A trunk or another exchange had it: whom the house calls itself is written into the record. */
const hasLeft = ({ callee, dialled, calleeImpi }: CallRecord): boolean =>
  calleeImpi === undefined && callee !== dialled

const isSomebody = (user: string, near: Subscriber, subscribers: Subscribers): boolean =>
  subscribers.byIdentity(user, undefined, near.msisdn ?? near.identities[0]?.user) !== undefined

/**
 * Whom one called, so that it is the same when it is dialled again. The house has more names than it knows, so a place
 * means nothing in what it has done itself; elsewhere, short numbers mean others.
 */
export const dialledAs = (record: CallRecord, near: Subscriber, subscribers: Subscribers): string => {
  const { dialled, kind, calleeImpi, ownMailbox } = record
  const bare = bareOf(dialled)
  const [user = ''] = bare.split('@')
  const [, number, host = ''] = ELSEWHERE.exec(bare) ?? []
  const isHere =
    kind === 'echo' ||
    ownMailbox === true ||
    calleeImpi !== undefined ||
    (!near.proxied && !hasLeft(record) && isSomebody(user, near, subscribers))
  if (isHere) return partnerOf(user, near, subscribers)
  if (number === undefined) return partnerOf(dialled, near, subscribers)
  return host.toLowerCase() === near.domain ? partnerOf(number, near, subscribers) : `${number}@${host}`
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
