import { latin1 } from '#lib/text'
import type { Flow } from '#lib/wire'
import { parseRetryAfter } from '../grammar/fields.ts'
import { addressesOf } from '../grammar/lists.ts'
import { createRequest, type SipRequest, type SipResponse } from '../grammar/message.ts'
import { withSdp } from './sdp-body.ts'
import { ALLOW, type Refused, type SessionPorts } from './session-ports.ts'
import { offerInterval } from './session-timer.ts'

export type Invitation = {
  /** Request-URI, raw. */
  uri: string
  /** From and To values; From with its tag, To without. */
  from: string
  to: string
  callId: string
  flow: Flow
  routes: string[]
  sdp: string | undefined
  headers: [name: string, value: string][]
  /** Offer RFC 3262 to the called party. */
  reliable: boolean
  /** Max-Forwards. */
  hops: number
  /**
   * Asked at 401 and 407: the headers (Authorization and the like) to try once more with, or undefined to give up.
   * `request` is what was refused. It is asked three times at most.
   */
  authorise?: (request: SipRequest, response: SipResponse) => [name: string, value: string][] | undefined
}

/** What differs from one attempt of the same call to the next. */
export type Attempt = { seq: number; minimum: number; proof: [name: string, value: string][] }

/** Value of Supported. What a reliable provisional offers would have to be answered in its PRACK: only without an offer of ours. */
export const supportedBy = ({ reliable, sdp }: Invitation): string =>
  reliable && sdp !== undefined ? '100rel, timer, replaces' : 'timer, replaces'

export const inviteOf = (
  { contact, sessionExpires }: Pick<SessionPorts, 'contact' | 'sessionExpires'>,
  invitation: Invitation,
  { seq, minimum, proof }: Attempt,
): SipRequest => {
  const { uri, from, to, callId, flow, routes, headers, sdp, hops } = invitation
  const request = createRequest('INVITE', uri)
  for (const route of routes) request.headers.add('Route', route)
  request.headers.add('Max-Forwards', `${hops}`).add('From', from).add('To', to).add('Call-ID', callId)
  request.headers.add('CSeq', `${seq} INVITE`).add('Contact', contact(flow)).add('Allow', ALLOW)
  request.headers.add('Supported', supportedBy(invitation))
  offerInterval(request.headers, sessionExpires, minimum)
  for (const [name, value] of headers) request.headers.add(name, value)
  for (const [name, value] of proof) request.headers.add(name, value)
  return withSdp(request, sdp)
}

/** What a refusal says besides its status: where else to look (3xx), what to do instead (380), when to try again. */
export const refusedBy = ({ status, reason, headers, body }: SipResponse): Refused => {
  const retryAfterS = parseRetryAfter(headers.get('Retry-After') ?? '')
  const contacts = status < 400 ? addressesOf(headers, 'Contact') : undefined
  return {
    status,
    reason,
    ...(retryAfterS !== undefined && { retryAfterS }),
    ...(status === 380 &&
      body.length > 0 && { body: { type: headers.get('Content-Type') ?? '', text: latin1(body) } }),
    ...(contacts?.ok && { contacts: contacts.value.map(({ uri }) => uri) }),
  }
}
