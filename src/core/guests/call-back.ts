import type { Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { CallOffer, Dialled } from '../call-ports.ts'
import type { Calls } from '../calls.ts'
import type { CoreEvent, Events } from '../events.ts'
import { echoingMedia } from '../house/media.ts'
import type { Media } from '../ports.ts'
import type { Refusal } from '../refusals.ts'
import type { GuestFault, GuestPass, Guests, GuestWish } from './contract.ts'

export type CallBackPorts = {
  timers: Timers
  guests: Guests
  calls: Pick<Calls, 'callOut' | 'transfer' | 'hangUp'>
  media: Media
  events: Pick<Events, 'subscribe'>
  /** The number of the echo service: nobody is rung there first. */
  echo: string | undefined
}

export type CallBack = (
  wish: GuestWish & { number: string },
) => Result<{ id: string }, { why: Refusal; code: GuestFault; reason: string }>

const HOPS = 70
const SETTLE_MS = 100
const REASONS: Partial<Record<Refusal, [GuestFault, string]>> = {
  'not-registered': ['nobody-there', 'Nobody is there now.'],
  'unknown-user': ['unknown', 'There is no such number.'],
  overloaded: ['busy', 'There are too many calls now.'],
}

const offerOf = ({ caller, guest, headers }: GuestPass, dialled: Dialled): CallOffer => ({
  ...{ caller, dialled, guest, headers, description: undefined },
  ...{ listener: 0, callId: '', hops: HOPS },
})

/**
 * A visitor whose browser cannot call is called: first whoever was asked for, who then is put through to the visitor's
 * number. So nobody's telephone rings for nothing.
 */
export const createCallBack = ({ timers, guests, calls, media, events, echo }: CallBackPorts): CallBack => {
  /** The visitor is told by ringing: who was asked for has answered. */
  const waiting = new Map<string, Dialled>()
  const putThrough = async (id: string, visitor: Dialled): Promise<void> => {
    const done = await calls.transfer(id, 'caller', visitor)
    if (!done.ok) calls.hangUp(id)
  }
  const hear = (event: CoreEvent): void => {
    if (event.kind !== 'call.changed') return
    const visitor = waiting.get(event.call.id)
    if (!visitor || (event.state !== 'answered' && event.state !== 'ended')) return
    waiting.delete(event.call.id)
    // Not in the middle of the answer: its media are being joined.
    if (event.state === 'answered') timers.after(SETTLE_MS, () => void putThrough(event.call.id, visitor))
  }
  events.subscribe(hear)

  return (wish) => {
    const pass = guests.admitCallBack(wish)
    if (!pass.ok) return pass
    const { dialled, visitor } = pass.value
    const first = dialled.user === echo ? visitor : dialled
    const called = calls.callOut(offerOf(pass.value, first), echoingMedia(media))
    if (!called.ok) {
      pass.value.release()
      const [code, reason] = REASONS[called.error] ?? ['refused', 'The call cannot be made.']
      return err({ why: called.error, code, reason })
    }
    if (first !== visitor) waiting.set(called.value, visitor)
    return ok({ id: called.value })
  }
}
