import type { Description, Media, Refused } from '#core'
import type { Timers } from '#lib/clock'
import { type Random, shareOf } from '#lib/random'
import { err, type Result } from '#lib/result'
import { faceOf } from './causes.ts'
import { type Direction, describe, inDirection } from './descriptions.ts'
import type { WebCall } from './web-call.ts'

export type HoldingPorts = {
  timers: Timers
  random: Random
  media: Pick<Media, 'refresh' | 'attach'>
}

const MOST_TRIES = 4
const GLARE_MS = 2000

/** What a browser wants changed goes to the far side; where both want something at once, again a little later (RFC 3261 §14.1). */
const renegotiate = async (
  { timers, random }: Pick<HoldingPorts, 'timers' | 'random'>,
  call: WebCall,
  description: Description,
): Promise<Result<string, Refused>> => {
  for (let tried = 1; ; tried++) {
    if (call.over || !call.events) return err({ why: 'cancelled' })
    const answer = await call.events.onOffer(description)
    if (answer.ok || answer.error.status !== 491 || tried === MOST_TRIES) return answer
    const wait = shareOf(random) * GLARE_MS
    await new Promise<void>((done) => void timers.after(10 + wait, done))
  }
}

/** Without a word to the client. */
export const setHeld = async (
  ports: HoldingPorts,
  call: WebCall,
  held: boolean,
): Promise<Result<string, Refused>> => {
  const direction: Direction = held ? 'sendonly' : 'sendrecv'
  const answer = await renegotiate(ports, call, describe(inDirection(call.channel.said, direction)))
  if (answer.ok) call.held.here = held
  return answer
}

/** Types 0 and 1 of 1007: the client hears what holds now, and why where that is not what it wanted. */
export const hold = async (ports: HoldingPorts, call: WebCall, held: boolean): Promise<void> => {
  if (call.held.here === held) return call.tell(call.talking)
  const done = await setHeld(ports, call, held)
  if (!call.over) call.tell(call.talking, done.ok ? {} : faceOf(done.error))
}

/** A new offer that changes the way to us and nothing else: a lost connection, another network. */
export const refresh = async (ports: HoldingPorts, call: WebCall, sdp: string): Promise<void> => {
  const { channel, phone, cid } = call
  const answer = await ports.media.refresh(channel.web, sdp)
  if (call.over) return
  if (!answer.ok) return phone.say({ op: 9008, cid, reason: faceOf({ why: answer.error }).reason })
  channel.said = sdp
  channel.settled = true
  phone.say({ op: 9003, cid, kind: 'answer', sdp: answer.value })
  if (call.state === 'connected') call.tell(call.talking)
}

/** Type 4: a picture more or less. The far side is asked; its answer is the browser's. */
export const change = async (ports: HoldingPorts, call: WebCall, sdp: string): Promise<void> => {
  const answer = await renegotiate(ports, call, describe(sdp))
  if (call.over) return
  if (!answer.ok) return call.tell(call.talking, faceOf(answer.error))
  call.channel.said = sdp
  call.phone.say({ op: 9003, cid: call.cid, kind: 'answer', sdp: answer.value })
}
