import type { Caller, Subscriber } from '#core'
import { parseAddress, parseUri, type SipRequest, splitList } from '#sip'
import { callerOf, keyOfUri } from '../identity.ts'
import { type TrunkLine, userPart } from './line.ts'

const NUMBER = /^\+?[0-9*#]{2,32}$/

type Claim = { display: string; uri: string; user: string }

const claimIn = (value: string | undefined): Claim | undefined => {
  const parsed = value === undefined ? undefined : parseAddress(splitList(value)[0] ?? '')
  const uri = parsed?.ok ? parseUri(parsed.value.uri) : undefined
  if (!parsed?.ok || !uri?.ok) return undefined
  return { display: parsed.value.display, uri: parsed.value.uri, user: keyOfUri(uri.value).user }
}

/**
 * Who calls through a trunk: whom it asserts (RFC 3325), else its From. Gateways say the number of a GSM caller there,
 * or in Remote-Party-ID, or only as the name that goes with their own account.
 */
export const trunkCallerOf = (request: SipRequest, account: Subscriber | undefined): Caller => {
  const caller = callerOf(request, undefined)
  if (!account) return caller
  const isOwn = (claim: Claim): boolean =>
    account.identities.some(({ user }) => user === claim.user) || account.impi.startsWith(`${claim.user}@`)
  const { headers } = request
  const from = claimIn(headers.get('From'))
  const claims = [claimIn(headers.get('P-Asserted-Identity')), claimIn(headers.get('Remote-Party-ID')), from]
  const other = claims.find((claim) => claim !== undefined && !isOwn(claim))
  if (other) return { ...caller, identity: other.uri, display: other.display }
  const number = from?.display.replace(/[\s()-]/g, '') ?? ''
  if (!NUMBER.test(number)) return caller
  return { ...caller, identity: `sip:${userPart(number)}@${account.domain}`, display: '' }
}

/** What a subscriber is called by outside: its number, else the user part of its identity. */
const numberOf = ({ subscriber, identity }: Caller): string => {
  if (subscriber?.msisdn !== undefined) return subscriber.msisdn
  const uri = parseUri(identity)
  return uri.ok ? keyOfUri(uri.value).user : ''
}

const quoted = (display: string): string =>
  display === '' ? '' : `"${display.replace(/["\\]/g, (character) => `\\${character}`)}" `

type Shown = { from: string; headers: [name: string, value: string][] }

/** From value without its tag, and who calls for a trunk that wants to know, RFC 3323 and RFC 3325. */
export const shownTo = (line: TrunkLine, caller: Caller, domain: string): Shown => {
  const user = userPart(line.caller === '' ? numberOf(caller) : line.caller)
  const own = `${quoted(caller.display)}<sip:${user === '' ? 'unknown' : user}@${domain}>`
  if (!caller.anonymous) return { from: own, headers: [['P-Asserted-Identity', own]] }
  const headers: Shown['headers'] = [['Privacy', 'id']]
  // Who hides from the called party is still named to a neighbour that keeps it to itself, RFC 3325 §7.
  if (line.trusted) headers.push(['P-Asserted-Identity', own])
  return { from: '"Anonymous" <sip:anonymous@anonymous.invalid>', headers }
}
