import type { Description, Dialled, PartyEvents, Refused, Shown, Solicited } from '#core'
import { err, ok, type Result } from '#lib/result'
import { heldDirection, parseSdp } from '#sdp'
import {
  ADDRESS_WARNING,
  type Refused as LegRefused,
  type Legs,
  parseUri,
  type Session,
  type SessionEvents,
  type Wanted,
} from '#sip'
import { keyOfUri, presentation } from './identity.ts'
import { isPassed, refusalOf, sipStatusOf } from './refusals.ts'

/** Every medium that is not refused is on hold: said by its direction, or by the address of old (RFC 3264 §8.4). */
const isHeld = (sdp: string): boolean => {
  // Most descriptions say none of these, which is cheaper to see than to read them.
  if (!sdp.includes('a=sendonly') && !sdp.includes('a=inactive') && !sdp.includes('IN IP4 0.0.0.0'))
    return false
  const parsed = parseSdp(sdp)
  if (!parsed.ok) return false
  const media = parsed.value.media.filter(({ port }) => port > 0)
  return (
    media.length > 0 &&
    media.every((medium) => {
      const direction = heldDirection(medium) ?? medium.direction
      return direction === 'sendonly' || direction === 'inactive'
    })
  )
}

/** A medium of pictures that is not refused. */
const showsVideo = (sdp: string): boolean => sdp.includes('\nm=video ') && /^m=video [1-9]/m.test(sdp)

/** A session description with what the core wants to know of it: somebody put the call on hold, somebody shows a picture. */
export const descriptionOf = (sdp: string): Description => ({
  sdp,
  held: isHeld(sdp),
  video: showsVideo(sdp),
})

/** A reason phrase goes into a start line: nothing but what may stand there. */
const isPhrase = (text: string): boolean => text.length <= 100 && /^[\x20-\x7e\x80-\xff]+$/.test(text)

export const toLeg = (refused: Refused): LegRefused => {
  const { reason, retryAfterS } = refused
  const status = sipStatusOf(refused)
  const own = reason !== undefined && refused.status === status && isPhrase(reason)
  return {
    status,
    ...(own && { reason }),
    ...(retryAfterS !== undefined && { retryAfterS }),
    ...(refused.why === 'unsupported-address' && status === 488 && { headers: [ADDRESS_WARNING] }),
  }
}

/** Where a redirection points, if that is something one can dial. */
const redirectOf = (contacts: string[] | undefined): Dialled | undefined => {
  const [text] = contacts ?? []
  const uri = text === undefined ? undefined : parseUri(text)
  if (!uri?.ok || text === undefined) return undefined
  const key = keyOfUri(uri.value)
  return key.user === '' ? undefined : { ...key, text }
}

export const toCore = ({ status, reason, failure, contacts, retryAfterS }: LegRefused): Refused => {
  if (failure) return { why: failure === 'transport' ? 'not-registered' : 'no-answer' }
  const redirect = status < 400 ? redirectOf(contacts) : undefined
  return {
    why: refusalOf(status),
    ...(isPassed(status) && { status }),
    ...(reason !== undefined && { reason }),
    ...(retryAfterS !== undefined && { retryAfterS }),
    ...(redirect && { redirect }),
  }
}

/** Whose events a leg's are: they change when its party moves to another call. */
export type Seated = { events: PartyEvents }

/** The requests of a SIP dialogue as the core hears them. */
export const sessionEvents = (events: () => PartyEvents): SessionEvents => ({
  onOffer: async (sdp) => {
    const answer = await events().onOffer(descriptionOf(sdp))
    return answer.ok ? answer : err(toLeg(answer.error))
  },
  onOfferWanted: async () => {
    const wanted = await events().onOfferWanted()
    if (!wanted.ok) return err(toLeg(wanted.error))
    const { sdp, answered } = wanted.value
    const offer: Wanted = {
      sdp,
      answered: (said) => answered(said === undefined ? undefined : descriptionOf(said)),
    }
    return ok(offer)
  },
  onInfo: (contentType, body) => events().onInfo(contentType, body),
  seat: () => events(),
  onEnd: (end) => events().onEnd(end),
  onSignal: () => events().onSignal(),
})

/** Shown to a phone whose other party is another one from now on, RFC 3325; who hides is not named. */
export const assertedOf = ({ identity, display }: Shown): [string, string][] =>
  identity === ''
    ? [['Privacy', 'id']]
    : [['P-Asserted-Identity', presentation({ identity, display, anonymous: false }).from]]

/** What subscribers may do besides: have the other party put through, and a call recorded. */
export const ownerEvents = (
  legs: Pick<Legs, 'named'>,
  events: () => PartyEvents,
): Pick<SessionEvents, 'onRefer' | 'onRecord'> => ({
  async onRefer({ uri, replaces }, told) {
    const seat = replaces && legs.named(replaces)?.seat
    if (replaces && !seat) return 481
    const parsed = parseUri(uri)
    if (!parsed.ok) return 400
    const dialled = { ...keyOfUri(parsed.value), text: uri }
    if (!seat && dialled.user === '') return 484
    const done = await events().onTransfer(seat ?? dialled, told)
    return done.ok ? 200 : sipStatusOf(done.error)
  },
  async onRecord(on) {
    const done = await events().onRecord(on)
    return done.ok ? 200 : sipStatusOf(done.error)
  },
})

const NOBODY: Refused = { why: 'peer-failure', status: 491 }

export const offerIn = async (
  session: Session | undefined,
  sdp: string,
): Promise<Result<Description, Refused>> => {
  if (!session) return err(NOBODY)
  const answer = await session.offer(sdp)
  return answer.ok ? ok(descriptionOf(answer.value)) : err(toCore(answer.error))
}

export const solicitIn = async (session: Session | undefined): Promise<Result<Solicited, Refused>> => {
  if (!session) return err(NOBODY)
  const asked = await session.offers.solicit()
  if (!asked.ok) return err(toCore(asked.error))
  const { sdp, confirm } = asked.value
  return ok({ description: descriptionOf(sdp), confirm })
}

/** A status that would end the dialogue it is said in stays on its own leg. */
export const infoIn = async (
  session: Session | undefined,
  contentType: string,
  body: Uint8Array,
): Promise<number> => {
  const status = (await session?.info(contentType, body)) ?? 500
  return status < 300 || isPassed(status) ? status : 500
}
