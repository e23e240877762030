import type { Description, PartyEvents, Refused } from '#core'
import { err, ok, type Result } from '#lib/result'
import type { Refused as LegRefused, Session, SessionEvents } from '#sip'
import { refusalOf, sipStatusOf } from './refusals.ts'

/** A session description with what the core wants to know of it: somebody put the call on hold, somebody shows a picture. */
export const descriptionOf = (sdp: string): Description => ({
  sdp,
  held: /^a=(?:sendonly|inactive)\b/m.test(sdp) || /^c=IN IP4 0\.0\.0\.0/m.test(sdp),
  video: /^m=video [1-9]/m.test(sdp),
})

export const toLeg = (refused: Refused): LegRefused => {
  const status = sipStatusOf(refused)
  return refused.reason === undefined ? { status } : { status, reason: refused.reason }
}

export const toCore = ({ status, reason }: LegRefused): Refused => ({
  why: refusalOf(status),
  status,
  ...(reason === undefined ? {} : { reason }),
})

/** The requests of a SIP dialogue as the core hears them. */
export const sessionEvents = (events: () => PartyEvents): SessionEvents => ({
  onOffer: async (sdp) => {
    const answer = await events().onOffer(descriptionOf(sdp))
    return answer.ok ? answer : err(toLeg(answer.error))
  },
  onInfo: (contentType, body) => events().onInfo(contentType, body),
  onEnd: (end) => events().onEnd(end),
  onSignal: () => events().onSignal(),
})

export const offerIn = async (
  session: Session | undefined,
  sdp: string,
): Promise<Result<Description, Refused>> => {
  if (!session) return err({ why: 'peer-failure', status: 491 })
  const answer = await session.offer(sdp)
  return answer.ok ? ok(descriptionOf(answer.value)) : err(toCore(answer.error))
}
