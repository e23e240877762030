import { isNumber, type Subscriber, type Subscribers } from '#core'
import { keep, latin1 } from '#lib/text'
import { parseUri } from '#sip'
import { identityUri, keyOfUri } from '../identity.ts'

const encoder = new TextEncoder()
/** SIP text is octets, one a character. */
const onTheWire = (text: string): string => latin1(encoder.encode(text))

// biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the header field
const CONTROLS = /[\x00-\x1f\x7f]+/g

const userOf = (uri: string): string => {
  const parsed = parseUri(uri)
  return parsed.ok ? keyOfUri(parsed.value).user : ''
}

/** What a handset may answer to: the identity's own number, else the subscriber's, else the identity itself. */
export const senderOf = (identity: string, subscriber: Subscriber | undefined): string => {
  const user = userOf(identity)
  if (isNumber(user) && user !== subscriber?.imsi) return keep(user)
  if (subscriber?.msisdn !== undefined) return subscriber.msisdn
  const other = subscriber?.identities.find((own) => isNumber(own.user) && own.user !== subscriber.imsi)
  return other ? other.user : keep(identity)
}

/** From and P-Asserted-Identity of a text that a SIP phone gets: `from` is a number, an identity or a name. */
export const addressOfSender = (from: string, subscribers: Subscribers, domain: string): string => {
  const plain = onTheWire(from.replace(CONTROLS, ' '))
  if (parseUri(plain).ok) return `<${plain}>`
  const known = subscribers.byIdentity(plain)
  if (known && (known.identity.user === plain || !isNumber(plain)))
    return `<${identityUri(known.identity, known.subscriber.domain)}>`
  if (isNumber(plain))
    return `<sip:${plain.replace(/[^0-9+*#]/g, '').replaceAll('#', '%23')}@${domain};user=phone>`
  const quoted = plain.replace(/["\\]/g, (character) => `\\${character}`)
  const user = encodeURIComponent(from.replace(CONTROLS, ' ')).replace(/'/g, '%27')
  return `"${quoted}" <sip:${user}@${domain}>`
}

/** The short form for those who know only numbers and eleven letters: the number, or the name, of a sender. */
export const shortNameOf = (from: string): string => {
  const user = from.includes(':') ? userOf(onTheWire(from)) : from
  if (/^anonymous$/i.test(user)) return 'Anonymous'
  return user === '' ? from : user
}
