import type { Caller, Identity, Subscriber } from '#core'
import { parseAddress, parseUri, type SipRequest, splitList, tokensOf, type Uri } from '#sip'

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
export const identityUri = ({ uri }: Identity, domain: string): string =>
  uri.startsWith('tel:') || uri.includes('@') ? uri : `${uri}@${domain}`

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
  const anonymous =
    tokensOf(headers, 'Privacy').some((token) => token === 'id' || token === 'user') ||
    (from?.uri.toLowerCase().includes(ANONYMOUS) ?? false)
  if (!subscriber) {
    const asserted = claimIn(headers.get('P-Asserted-Identity')) ?? from
    return { identity: asserted?.uri ?? 'sip:unknown@invalid', display: from?.display ?? '', anonymous }
  }
  const preferred = claimIn(headers.get('P-Preferred-Identity')) ?? from
  const own = ownIdentity(subscriber, preferred?.uri) ?? (subscriber.identities[0] as Identity)
  return {
    subscriber,
    identity: identityUri(own, subscriber.domain),
    display: from?.display ?? '',
    anonymous,
  }
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
