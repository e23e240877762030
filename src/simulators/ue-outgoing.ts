import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import type { Flow } from '#lib/wire'
import {
  type Invitation,
  type Legs,
  type OutgoingLeg,
  printCredentials,
  type SipRequest,
  type SipResponse,
} from '#sip'
import { type Audio, createCallMedia } from './call-media.ts'
import type { OpenMedia } from './media-socket.ts'
import type { Answerer } from './ue-answer.ts'
import { type Call, createCall } from './ue-call.ts'
import type { UeEvent } from './ue-event.ts'
import { AGENT, accessHeaders, ICSI, type UeIdentity, uriOf } from './ue-identity.ts'
import { challengesOf } from './ue-registration.ts'

export type CallWish = {
  audio?: Audio
  /** How long to talk; without it until the other side or `hangUp` ends the call. */
  seconds?: number
  video?: boolean
  record?: boolean
}

export type OutgoingPorts = {
  legs: Legs
  timers: Timers
  random: Random
  openMedia: OpenMedia
  answerer: Answerer
  onEvent: (event: UeEvent) => void
  server: string
  flow: Flow
  identity: UeIdentity
  /** The public identity to call with. */
  own: string
  /** Route values, from Service-Route. */
  routes: string[]
}

/** What an IMS handset adds to an INVITE, TS 24.229 §5.1.3.1. */
const callHeaders = (identity: UeIdentity, own: string): [name: string, value: string][] => [
  ...(identity.anonymous ? [] : [preferred(own)]),
  ['Accept', 'application/sdp, application/3gpp-ims+xml'],
  ...accessHeaders(identity),
  ...(identity.sim ? imsHeaders : []),
  ['User-Agent', AGENT],
]
const preferred = (own: string): [string, string] => ['P-Preferred-Identity', `<${own}>`]
const imsHeaders: [string, string][] = [
  ['P-Preferred-Service', 'urn:urn-7:3gpp-service.ims.icsi.mmtel'],
  ['Accept-Contact', `*;${ICSI}`],
  ['P-Early-Media', 'supported'],
]

/** Calls `number` and gives the call as soon as the INVITE is out. */
export const startCall = async (ports: OutgoingPorts, number: string, wish: CallWish): Promise<Call> => {
  const { legs, timers, random, openMedia, onEvent, server, flow, identity, own, routes } = ports
  const { audio = 'silence', video = false, record = false, seconds } = wish
  const uri = uriOf(number, identity.domain)
  const media = await createCallMedia(
    { openMedia, timers, random },
    { audio, video, record, towards: server },
  )
  let leg: OutgoingLeg | undefined
  const giveUp = () => leg?.cancel()
  const call = createCall({ timers, media, direction: 'out', peer: uri, record, onEvent, giveUp })

  const onAnswer = (sdp: string | undefined): void => {
    leg?.confirm()
    const session = leg?.session
    if (!session) return
    if (sdp !== undefined && media.follow(sdp)) return call.answered(session, seconds)
    session.bye('SIP;cause=488;text="no voice in the answer"')
    call.finish({ status: 488, reason: 'no voice in the answer', endedBy: 'us' })
  }

  onEvent({ kind: 'calling', number: uri })
  const invitation: Invitation = {
    uri,
    from: `<${own}>;tag=${random.token()}`,
    to: `<${uri}>`,
    callId: random.token(20),
    flow,
    routes,
    sdp: media.offer(),
    headers: callHeaders(identity, own),
    reliable: true,
    hops: 70,
    ...(!identity.anonymous && { authorise: authoriseBy(ports.answerer) }),
  }
  leg = legs.outgoing(invitation, {
    ...call.events,
    onProgress: (status, sdp) => call.ringing(status, sdp !== undefined),
    onAnswer,
    onRefused: ({ status, reason = '', body }) =>
      call.finish({ status, reason: body ? `${reason}${adviceIn(body.text)}` : reason, endedBy: 'peer' }),
  })
  return call
}

/** What a 380 advises, TS 24.229 §7.6: its words, and what to do. */
const adviceIn = (body: string): string => {
  const said = /<reason>([^<]*)<\/reason>/.exec(body)?.[1] ?? ''
  const action = /<action>([\w-]*)<\/action>/.exec(body)?.[1] ?? 'another network'
  return `: ${said} (${action})`
}

/** RFC 3261 §22.2; the digest's uri is the Request-URI. */
const authoriseBy =
  (answerer: Answerer) =>
  (request: SipRequest, response: SipResponse): [string, string][] | undefined => {
    const { method, uri, body } = request
    const answer = answerer.answer(challengesOf(response), { method, uri, body })
    if (!answer) return undefined
    const name = response.status === 407 ? 'Proxy-Authorization' : 'Authorization'
    return [[name, printCredentials(answer.credentials)]]
  }
