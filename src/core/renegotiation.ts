import { err, ok, type Result } from '#lib/result'
import type { CallMedia } from './call-media.ts'
import type {
  CalleeParty,
  Description,
  Party,
  PartyEvents,
  Refused,
  Solicited,
  Wanted,
} from './call-ports.ts'
import type { Side } from './ports.ts'
import type { Refusal } from './refusals.ts'
import { otherSide } from './side.ts'

/** What is renegotiated. */
export type Negotiated = {
  /** There is no other party: answers what the one that is there offers. */
  readonly alone: ((sdp: string) => Promise<Result<string, Refusal>>) | undefined
  readonly callee: CalleeParty | undefined
  settled: { leg: CalleeParty; sdp: string; said: string | undefined } | undefined
  other(side: Side): Party | undefined
  signal(): void
  readonly said: { [S in Side]?: Description }
  readonly media: Pick<CallMedia, 'offer' | 'answer'>
  described(side: Side, description: Description): void
}

/** Ask again later: something else is being agreed upon. */
const BUSY: Refused = { why: 'peer-failure', status: 491 }

/** New descriptions inside a call: hold, resume, another codec or address, a picture more or less. */
export const createRenegotiation = (
  call: Negotiated,
  side: Side,
): Pick<PartyEvents, 'onOffer' | 'onOfferWanted'> => {
  const toThere = otherSide(side)

  const settle = (callee: string, said: string): void => {
    if (call.callee) call.settled = { leg: call.callee, sdp: callee, said }
  }

  const answerAlone = async (
    description: Description,
    alone: NonNullable<Negotiated['alone']>,
  ): Promise<Result<string, Refused>> => {
    const answer = await alone(description.sdp)
    if (!answer.ok) return err({ why: answer.error })
    call.described(side, description)
    return answer
  }

  /** Goes through the media to the other party, and its answer the same way back. */
  const onOffer = async (description: Description): Promise<Result<string, Refused>> => {
    call.signal()
    if (call.alone) return answerAlone(description, call.alone)
    const other = call.other(side)
    if (!other) return err(BUSY)
    const offered = await call.media.offer(side, description.sdp)
    if (!offered.ok) return err({ why: offered.error })
    const answered = await other.offer(offered.value)
    if (!answered.ok) return answered
    const answer = await call.media.answer(toThere, answered.value.sdp)
    if (!answer.ok) return err({ why: answer.error })
    if (side === 'caller') settle(answered.value.sdp, answer.value)
    else settle(description.sdp, offered.value)
    call.said[toThere] = answered.value
    call.described(side, description)
    return ok(answer.value)
  }

  /** The other party's offer, through the media; what this party answers goes back with the other's confirmation. */
  const onOfferWanted = async (): Promise<Result<Wanted, Refused>> => {
    call.signal()
    const other = call.alone ? undefined : call.other(side)
    if (!other) return err({ why: 'not-acceptable-media' })
    const asked = await other.solicit()
    if (!asked.ok) return asked
    const { description, confirm }: Solicited = asked.value
    const offered = await call.media.offer(toThere, description.sdp)
    if (!offered.ok) {
      confirm(undefined)
      return err({ why: offered.error })
    }
    const answered = async (said: Description | undefined): Promise<void> => {
      const answer = said ? await call.media.answer(side, said.sdp) : undefined
      confirm(answer?.ok ? answer.value : undefined)
      if (!said || !answer?.ok) return
      if (side === 'caller') settle(description.sdp, offered.value)
      else settle(said.sdp, answer.value)
      call.described(toThere, description)
      call.described(side, said)
    }
    return ok({ sdp: offered.value, answered })
  }

  return { onOffer, onOfferWanted }
}
