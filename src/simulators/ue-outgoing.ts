import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import type { Flow } from '#lib/wire'
import { type Legs, type OutgoingLeg, printCredentials, type SipRequest, type SipResponse } from '#sip'
import { type Audio, createCallMedia } from './call-media.ts'
import type { OpenMedia } from './media-socket.ts'
import type { Answerer } from './ue-answer.ts'
import { type Call, createCall } from './ue-call.ts'
import type { UeEvent } from './ue-event.ts'
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
  /** From without its tag, Route values, and the headers that an IMS handset adds. */
  from: () => string
  routes: () => string[]
  headers: () => [name: string, value: string][]
}

/** Calls `uri` and gives the call as soon as the INVITE is out. */
export const startCall = async (
  ports: OutgoingPorts,
  uri: string,
  flow: Flow,
  wish: CallWish,
): Promise<Call> => {
  const { legs, timers, random, openMedia, answerer, onEvent, server } = ports
  const { audio = 'silence', video = false, record = false, seconds } = wish
  const media = await createCallMedia(
    { openMedia, timers, random },
    { audio, video, record, towards: server },
  )
  let leg: OutgoingLeg | undefined
  const giveUp = () => leg?.cancel()
  const call = createCall({ timers, media, direction: 'out', peer: uri, record, onEvent, giveUp })

  /** RFC 3261 §22.2; the digest's uri is the Request-URI. */
  const authorise = (request: SipRequest, response: SipResponse): [string, string][] | undefined => {
    const { method, body } = request
    const answer = answerer.answer(challengesOf(response), { method, uri: request.uri, body })
    if (!answer) return undefined
    const name = response.status === 407 ? 'Proxy-Authorization' : 'Authorization'
    return [[name, printCredentials(answer.credentials)]]
  }

  onEvent({ kind: 'calling', number: uri })
  leg = legs.outgoing(
    {
      uri,
      from: `${ports.from()};tag=${random.token()}`,
      to: `<${uri}>`,
      callId: random.token(20),
      flow,
      routes: ports.routes(),
      sdp: media.offer(),
      headers: ports.headers(),
      reliable: true,
      hops: 70,
      authorise,
    },
    {
      ...call.events,
      onProgress: (status, sdp) => call.ringing(status, sdp !== undefined),
      onAnswer(sdp) {
        leg?.confirm()
        const session = leg?.session
        if (!session) return
        if (sdp === undefined || !media.follow(sdp)) {
          session.bye('SIP;cause=488;text="no voice in the answer"')
          return call.finish({ status: 488, reason: 'no voice in the answer', endedBy: 'us' })
        }
        call.answered(session, seconds)
      },
      onRefused: ({ status, reason = '' }) => call.finish({ status, reason, endedBy: 'peer' }),
    },
  )
  return call
}
