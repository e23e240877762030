import { isNumber, type Subscriber, type Subscribers } from '#core'
import { keep, wired } from '#lib/text'
import { parseUri } from '#sip'
import { identityUri, keyOfUri } from '../identity.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the header field
const CONTROLS = /[\x00-\x1f\x7f]+/g

const userOf = (uri: string): string => {
  const parsed = parseUri(uri)
  return parsed.ok ? keyOfUri(parsed.value).user : ''
}

const hasNumber = (user: string, subscriber: Subscriber | undefined): boolean =>
  isNumber(user) && user !== subscriber?.imsi

/** A number of the subscriber, which a handset may answer to: an identity's, else the MSISDN. */
const numberOf = (subscriber: Subscriber | undefined): string | undefined =>
  subscriber?.identities.find(({ user }) => hasNumber(user, subscriber))?.user ?? subscriber?.msisdn

/**
 * The sender of a text, who is `identity`: its number; else the identity as it is, but of a handset (`sms`, or named by its
 * IMSI) another number of its own.
 */
export const senderOf = (identity: string, subscriber: Subscriber | undefined, sms = false): string => {
  const user = userOf(identity)
  if (hasNumber(user, subscriber)) return keep(user)
  const number = sms || user === subscriber?.imsi ? numberOf(subscriber) : undefined
  return number ?? keep(identity)
}

/** From and P-Asserted-Identity of a text that a SIP phone gets: `from` is a number, an identity or a name. */
export const addressOfSender = (from: string, subscribers: Subscribers, domain: string): string => {
  const plain = wired(from.replace(CONTROLS, ' '))
  if (parseUri(plain).ok) return `<${plain}>`
  if (/^[\s().-]*$/.test(plain)) return '<sip:anonymous@anonymous.invalid>'
  const own = subscribers.byIdentity(plain)?.identity
  const isOwn = own?.user === plain && own.uri.startsWith('sip:')
  if (isOwn || (own && !isNumber(plain))) return `<${identityUri(own, domain)}>`
  if (isNumber(plain))
    return `<sip:${plain.replace(/[^0-9+*#]/g, '').replaceAll('#', '%23')}@${domain};user=phone>`
  const quoted = plain.replace(/["\\]/g, (character) => `\\${character}`)
  const user = encodeURIComponent(from.replace(CONTROLS, ' ').toWellFormed()).replace(/'/g, '%27')
  return `"${quoted}" <sip:${user}@${domain}>`
}

/** The short form for those who know only numbers and eleven letters: a number, or the name, of a sender. */
export const shortNameOf = (from: string, sender?: Subscriber): string => {
  const user = from.includes(':') ? userOf(wired(from)) : from
  if (/^anonymous$/i.test(user)) return 'Anonymous'
  if (isNumber(user)) return user
  return numberOf(sender) ?? (user === '' ? from : user)
}
