import type { Call } from '../call.ts'
import type { CallMedia } from '../call-media.ts'
import type { CalleeParty, Description } from '../call-ports.ts'
import type { MediaOptions } from '../ports.ts'

/** Who answered, how it described itself, and where its media are. */
export type Winner = { leg: CalleeParty; description: Description | undefined; media: MediaOptions }

/** The called phone's description for the caller: as before when it says the same as before. */
export const heard = async (call: Call, leg: CalleeParty, sdp: string): ReturnType<CallMedia['answer']> => {
  const { settled } = call
  if (settled?.leg === leg && settled.sdp === sdp && settled.said !== undefined)
    return { ok: true, value: settled.said }
  const answer = await call.media.answer('callee', sdp, leg.web)
  if (answer.ok) call.settled = { leg, sdp, said: answer.value }
  return answer
}

/** Somebody answered: media first, then the caller hears of it, RFC 3264; a late offer travels with the ACKs. */
export const join = async (call: Call, { leg, description, media }: Winner): Promise<void> => {
  if (!description) return call.refuse({ why: 'not-acceptable-media' })
  call.calleeMedia = media
  call.said.callee = description
  await (call.offer.description ? joinNow(call, leg, description) : joinLate(call, leg, description))
  if (call.over) return
  if (call.offer.web !== undefined) call.media.attach('caller')
  if (leg.web !== undefined) call.media.attach('callee')
}

const joinNow = async (call: Call, leg: CalleeParty, description: Description): Promise<void> => {
  leg.confirm()
  const { settled } = call
  // What was agreed on while it rang is the answer already, even where it came to that by an UPDATE.
  const isAgreed = settled?.leg === leg && settled.sdp === description.sdp
  const answer = isAgreed ? undefined : await heard(call, leg, description.sdp)
  if (call.over) return
  if (answer && !answer.ok) return call.refuse({ why: answer.error })
  call.answered()
  const said = await call.caller.answer(answer?.value)
  if (said !== undefined && !call.over) await agree(call, leg, said)
}

/**
 * A caller who was in another call before has answered what it was offered now: where that changes what the called
 * phone was told, that one hears of it.
 */
const agree = async (call: Call, leg: CalleeParty, said: string): Promise<void> => {
  const offered = await call.media.offer('caller', said)
  if (call.over || !offered.ok) return
  const known = call.settled?.sdp
  const again = known !== undefined && sameBut(call.told, offered.value) ? known : undefined
  const answered = again === undefined ? await leg.offer(offered.value) : undefined
  const sdp = again ?? (answered?.ok ? answered.value.sdp : known)
  call.told = offered.value
  if (call.over || sdp === undefined) return
  const answer = await call.media.answer('callee', sdp, leg.web)
  if (answer.ok) call.settled = { leg, sdp, said: answer.value }
}

/** The same but for its version, RFC 3264 §8. */
const sameBut = (a: string | undefined, b: string): boolean =>
  a !== undefined && a.replace(/^o=.*$/m, '') === b.replace(/^o=.*$/m, '')

const joinLate = async (call: Call, leg: CalleeParty, description: Description): Promise<void> => {
  const offered = await call.media.offer('callee', description.sdp, {
    ...call.callerMedia,
    ...call.calleeMedia,
  })
  if (call.over) return
  if (!offered.ok) return call.refuse({ why: offered.error })
  call.answered()
  const late = await call.caller.answer(offered.value)
  if (call.over) return
  const answer = late === undefined ? undefined : await call.media.answer('caller', late, call.offer.web)
  if (call.over) return
  if (!answer?.ok) return call.end('failure', undefined, 'no description in the ACK')
  call.settled = { leg, sdp: description.sdp, said: offered.value }
  call.told = answer.value
  leg.confirm(answer.value)
}
