import type { Caller, Identity, Subscriber } from '#core'
import { parseAddress, parseUri, privacyOf, type SipRequest, splitList, type Uri } from '#sip'

/** What the core looks an identity up by: user part or number, with the phone-context of a local number, RFC 3966. */
export const keyOfUri = ({ scheme, user, params }: Uri): { user: string; context?: string } => {
  const context = params.get('phone-context')
  if (scheme === 'tel') return context === undefined ? { user } : { user, context }
  // A telephone-subscriber inside a sip URI brings its parameters along, RFC 3261 §19.1.6.
  const [number = '', ...rest] = user.split(';')
  const inner = rest.find((param) => param.startsWith('phone-context='))?.slice('phone-context='.length)
  return inner === undefined ? { user: number } : { user: number, context: inner }
}

/** The whole URI of an identity: a sip one gets the domain that configurations leave out. */
export const identityUri = ({ uri }: Identity, domain: string): string => {
  const plain = isAscii(uri) ? uri : escaped(uri)
  return plain.startsWith('sip:') && !plain.includes('@') ? `${plain}@${domain}` : plain
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

/** Names of people may have any letters; in a URI they are escaped octets of UTF-8, RFC 3261 §25.1. */
const escaped = (uri: string): string => uri.replace(/[^\x21-\x7e]+/g, encodeURIComponent)

const ANONYMOUS = 'anonymous.invalid'

type Claim = { display: string; uri: string }

const claimIn = (value: string | undefined): Claim | undefined => {
  const parsed = value === undefined ? undefined : parseAddress(splitList(value)[0] ?? '')
  return parsed?.ok ? { display: parsed.value.display, uri: parsed.value.uri } : undefined
}

/**
 * Who calls, for a proved subscriber: the identity it prefers if that is its own, else its default one
 * (TS 24.229 §5.2.6.3). A trusted neighbour's assertion, or its From, is taken as it is.
 */
export const callerOf = ({ headers }: SipRequest, subscriber: Subscriber | undefined): Caller => {
  const from = claimIn(headers.get('From'))
  const anonymous = isPrivate(headers, from)
  if (!subscriber) {
    const asserted = claimIn(headers.get('P-Asserted-Identity')) ?? from
    return { identity: asserted?.uri ?? 'sip:unknown@invalid', display: from?.display ?? '', anonymous }
  }
  const own = preferredOf(headers, subscriber, from) ?? (subscriber.identities[0] as Identity)
  return {
    subscriber,
    identity: identityUri(own, subscriber.domain),
    display: from?.display ?? '',
    anonymous,
  }
}

/** One identity, or a sip and a tel one (RFC 3325 §9.2), of which the first that is its own counts; else what From says. */
const preferredOf = (
  headers: SipRequest['headers'],
  subscriber: Subscriber,
  from: Claim | undefined,
): Identity | undefined => {
  if (!headers.has('P-Preferred-Identity')) return ownIdentity(subscriber, from?.uri)
  for (const value of headers.all('P-Preferred-Identity').flatMap(splitList)) {
    const own = ownIdentity(subscriber, claimIn(value)?.uri)
    if (own) return own
  }
  return undefined
}

/** RFC 3323 §4.2: `none` speaks against hiding, whatever else is there; a nameless From speaks for it. */
const isPrivate = (headers: SipRequest['headers'], from: Claim | undefined): boolean => {
  const wishes = privacyOf(headers)
  if (wishes.includes('none')) return false
  return (
    wishes.includes('id') || wishes.includes('user') || (from?.uri.toLowerCase().includes(ANONYMOUS) ?? false)
  )
}

const ownIdentity = ({ identities }: Subscriber, uri: string | undefined): Identity | undefined => {
  const parsed = uri === undefined ? undefined : parseUri(uri)
  if (!parsed?.ok) return undefined
  const { user } = keyOfUri(parsed.value)
  return identities.find((identity) => identity.user === user)
}

const quoted = (display: string): string =>
  display === '' ? '' : `"${display.replace(/["\\]/g, (character) => `\\${character}`)}" `

/** From value without its tag, and the headers that tell the called party who calls, RFC 3325 and RFC 3323. */
export const presentation = ({
  identity,
  display,
  anonymous,
}: Caller): { from: string; headers: [name: string, value: string][] } =>
  anonymous
    ? { from: `"Anonymous" <sip:anonymous@${ANONYMOUS}>`, headers: [['Privacy', 'id']] }
    : {
        from: `${quoted(display)}<${identity}>`,
        headers: [['P-Asserted-Identity', `${quoted(display)}<${identity}>`]],
      }
