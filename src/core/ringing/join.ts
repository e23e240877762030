import type { Call } from '../call.ts'
import type { CalleeParty, Description } from '../call-ports.ts'

/** Who answered, and how it described itself. */
export type Winner = { leg: CalleeParty; description: Description | undefined }

/** The called phone's description for the caller: as before when it says the same as before. */
export const heard = async (call: Call, leg: CalleeParty, sdp: string): ReturnType<Call['answerMedia']> => {
  const { settled } = call
  if (settled?.leg === leg && settled.sdp === sdp && settled.said !== undefined)
    return { ok: true, value: settled.said }
  const answer = await call.answerMedia('callee', sdp)
  if (answer.ok) call.settled = { leg, sdp, said: answer.value }
  return answer
}

/** Somebody answered: media first, then the caller hears of it, RFC 3264; a late offer travels with the ACKs. */
export const join = async (call: Call, { leg, description }: Winner): Promise<void> => {
  if (!description) return call.refuse({ why: 'not-acceptable-media' })
  if (!call.offer.description) return joinLate(call, leg, description)
  leg.confirm()
  const { settled } = call
  // What was agreed on while it rang is the answer already, even where it came to that by an UPDATE.
  if (settled?.leg === leg && settled.sdp === description.sdp) {
    call.answered()
    return void (await call.caller.answer(undefined))
  }
  const answer = await heard(call, leg, description.sdp)
  if (call.over) return
  if (!answer.ok) return call.refuse({ why: answer.error })
  call.answered()
  await call.caller.answer(answer.value)
}

const joinLate = async (call: Call, leg: CalleeParty, description: Description): Promise<void> => {
  const offered = await call.offerMedia('callee', description.sdp, call.callerMedia)
  if (call.over) return
  if (!offered.ok) return call.refuse({ why: offered.error })
  call.answered()
  const late = await call.caller.answer(offered.value)
  if (call.over) return
  const answer = late === undefined ? undefined : await call.answerMedia('caller', late)
  if (call.over) return
  if (!answer?.ok) return call.end('failure', undefined, 'no description in the ACK')
  call.settled = { leg, sdp: description.sdp, said: offered.value }
  leg.confirm(answer.value)
}
