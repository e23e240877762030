import type { Call } from '../call.ts'
import { answered } from '../sounds/answering.ts'

/** The caller wants our offer: its answer comes with the ACK. */
const echoLate = async (call: Call, status: number): Promise<void> => {
  const offered = await call.media.invite('caller', call.callerMedia)
  if (call.over) return
  if (!offered.ok) return call.refuse({ why: offered.error })
  call.answered()
  const late = await call.caller.answer(offered.value, status)
  if (call.over) return
  const agreed = late === undefined ? undefined : await call.media.answer('caller', late)
  if (!agreed?.ok) call.end('failure', undefined, 'no description in the ACK')
}

/** The house answers with what the caller says itself; `status`: what it is to be answered with. */
export const echo = async (call: Call, status: number): Promise<void> => {
  const alone: Call['alone'] = (sdp) => call.media.echo(sdp)
  call.alone = alone
  if (call.record.kind === 'call') call.record.kind = 'echo'
  if (status >= 300) return call.refuse({ why: 'declined', status })
  if (call.offer.caller.subscriber?.ringOnly) {
    call.ringing()
    return call.caller.progress('ringing', 180)
  }
  const { description } = call.offer
  if (!description) return echoLate(call, status)
  const answer = await call.media.echo(description.sdp, call.callerMedia)
  if (call.over) return
  if (!answer.ok) return call.refuse({ why: answer.error })
  call.answered()
  await answered(call, answer.value, status)
}
