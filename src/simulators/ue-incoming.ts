import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import {
  type IncomingLeg,
  type Legs,
  parseAddress,
  type ServerTransaction,
  type SipRequest,
  tokensOf,
} from '#sip'
import { type CallMedia, createCallMedia } from './call-media.ts'
import type { OpenMedia } from './media-socket.ts'
import { type Call, createCall } from './ue-call.ts'
import type { UeEvent } from './ue-event.ts'
import type { CallWish } from './ue-outgoing.ts'

/** What the handset does when somebody calls. */
export type IncomingPolicy =
  /** `early`: its sound is sent before the answer already, in a reliable 183 where the caller can (RFC 3262). */
  | ({ kind: 'answer'; afterMs: number; early?: boolean } & CallWish)
  | { kind: 'refuse'; status: number }
  | { kind: 'ring' }

export type IncomingPorts = {
  legs: Legs
  timers: Timers
  random: Random
  openMedia: OpenMedia
  onEvent: (event: UeEvent) => void
  server: string
}

export const callerOf = ({ headers }: SipRequest): string => {
  const shown = parseAddress(headers.get('P-Asserted-Identity') ?? headers.get('From') ?? '')
  return shown.ok ? `${shown.value.uri}` : 'somebody'
}

/** Rings, and then does as `policy` says. Undefined when the call was refused at once. */
export const takeCall = async (
  ports: IncomingPorts,
  policy: IncomingPolicy,
  request: SipRequest,
  transaction: ServerTransaction,
): Promise<Call | undefined> => {
  const { legs, timers, random, openMedia, onEvent, server } = ports
  const peer = callerOf(request)
  onEvent({ kind: 'incoming', from: peer })
  const wish: CallWish = policy.kind === 'answer' ? policy : {}
  const { audio = 'silence', video = false, record = false } = wish
  // Events of the leg reach a call that is made a moment later: until then the other side has nothing to say.
  let call: Call | undefined
  let ended = false
  const events = {
    onOffer: (sdp: string) => (call as Call).events.onOffer(sdp),
    onInfo: (type: string, body: Uint8Array) => (call as Call).events.onInfo(type, body),
    onEnd: (end: Parameters<Call['events']['onEnd']>[0]) => {
      ended = true
      call?.events.onEnd(end)
    },
    onSignal: () => {},
  }
  const leg = legs.incoming(request, transaction, events, { reliable: true })
  if (policy.kind === 'refuse') {
    leg.reject({ status: policy.status })
    return undefined
  }
  const media = await createCallMedia(
    { openMedia, timers, random },
    { audio, video, record, towards: server },
  )
  if (ended) {
    media.close()
    return undefined
  }
  const giveUp = () => leg.reject({ status: 603 })
  call = createCall({ timers, media, direction: 'in', peer, record, onEvent, giveUp })
  if (policy.kind === 'answer') ring(timers, leg, media, call, policy)
  else {
    leg.progress(180)
    call.ringing(180, false)
  }
  return call
}

type Answering = IncomingPolicy & { kind: 'answer' }

const ring = (timers: Timers, leg: IncomingLeg, media: CallMedia, call: Call, policy: Answering): void => {
  const early = policy.early === true && leg.offer !== undefined ? media.answer(leg.offer) : undefined
  const status = early === undefined ? 180 : 183
  leg.progress(status, early)
  call.ringing(status, early !== undefined)
  timers.after(policy.afterMs, () => void pickUp(leg, media, call, policy.seconds, early))
}

const pickUp = async (
  leg: IncomingLeg,
  media: CallMedia,
  call: Call,
  seconds: number | undefined,
  early: string | undefined,
): Promise<void> => {
  if (leg.session.ended) return
  const sdp = early ?? (leg.offer === undefined ? media.offer() : media.answer(leg.offer))
  if (sdp === undefined) {
    leg.reject({ status: 488 })
    return call.finish({ status: 488, reason: 'no voice codec in common', endedBy: 'us' })
  }
  // What a reliable 183 said is not said again, RFC 3261 §13.2.1.
  const said = early !== undefined && tokensOf(leg.request.headers, 'Supported').includes('100rel')
  const acknowledged = leg.accept(said ? undefined : sdp)
  call.answered(leg.session, seconds)
  const late = await acknowledged
  if (leg.offer === undefined && late !== undefined) media.follow(late)
}
