import { err, ok, type Result } from '#lib/result'
import type { Call } from '../call.ts'
import type { Refused } from '../call-ports.ts'
import type { Side } from '../ports.ts'
import { otherSide } from '../side.ts'
import type { Guest } from './guest.ts'

/** By their sides in the new call. */
export type Guests = { [S in Side]?: Guest }

/** The guest's old call is over while the new one is not settled. */
const follow = (call: Call, at: Side, guest: Guest): void => {
  const { call: old, side, party } = guest.sitting
  if (call.over || (guest.state !== 'waiting' && guest.state !== 'moved')) return
  // Who put them through may hang up as soon as it has said so.
  if (old.endedFrom === otherSide(side)) {
    if (at === 'caller') guest.move(call.events('caller'))
    return
  }
  guest.state = 'left'
  if (old.endedFrom !== side) party.hangUp('operator')
  call.end(at, at)
}

/**
 * `work` makes a call in which `guests` speak from now on. Resolves with its id when it stands; or when it came to
 * nothing, which `refused` explains, and they are back where they were.
 */
export const tie = (
  call: Call,
  guests: Guests,
  work: Promise<void>,
  refused: () => Refused,
  told: (status: number) => void = () => {},
): Promise<Result<string, Refused>> => {
  const { promise, resolve } = Promise.withResolvers<Result<string, Refused>>()
  const all = Object.entries(guests) as [Side, Guest][]
  call.whenOver(() => {
    if (all.every(([, { state }]) => state === 'settled')) return
    for (const [, guest] of all) guest.back()
    resolve(err(refused()))
  })
  for (const [side, guest] of all) guest.sitting.call.whenOver(() => follow(call, side, guest))
  const settle = (): void => {
    if (call.over || !call.isAnswered) return
    for (const [side, { sitting }] of all) {
      sitting.call.record.transferredTo = call.record.id
      call.inherit(side, sitting.call, sitting.side)
    }
    // Who wished it hears that it is done before it is hung up.
    told(200)
    for (const [, guest] of all) guest.settle()
    resolve(ok(call.record.id))
  }
  call.watch(work.then(settle))
  return promise
}
