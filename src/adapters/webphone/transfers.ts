import type { Caller, Dialled } from '#core'
import { faceOf } from './causes.ts'
import { hold, setHeld } from './holding.ts'
import { dialledOf } from './names.ts'
import { type OutgoingPorts, startCall } from './outgoing.ts'
import type { WebphonePorts } from './ports.ts'
import type { WebCall } from './web-call.ts'

export type TransferPorts = OutgoingPorts & Pick<WebphonePorts, 'timers' | 'random' | 'media'>

/** The browser hangs up: the core hears of it, the client of its end. */
export const leave = (call: WebCall): void => {
  const { events } = call
  if (call.over) return
  call.finish({ cause: 200, reason: 'The call has ended.' })
  events?.onEnd({ by: 'peer' })
}

/** 1008: the first call is held, then another one, `cid`, begins by the same way of the browser's. */
export const callSecond = async (
  ports: TransferPorts,
  first: WebCall,
  cid: string,
  wish: { caller: Caller; dialled: Dialled },
): Promise<void> => {
  const held = first.held.here || (await setHeld(ports, first, true)).ok
  if (!first.over && held && !first.second)
    startCall(ports, first.phone, first.channel.said, wish, () => {}, { first, cid })
  else if (!first.over) {
    const reason = 'The first call could not be held.'
    first.phone.say({ op: 9007, cid: first.cid, cid2: cid, state: 0, cause: 500, reason })
  }
}

/** The first call again: the browser is heard there, and so is its other end. */
const comeBack = async (ports: TransferPorts, first: WebCall): Promise<void> => {
  if (first.events && !first.over) ports.media.attach(first.events.call, first.side)
  await hold(ports, first, false)
}

/** Type 2 of 1007. */
export const retrieve = async (ports: TransferPorts, first: WebCall): Promise<void> => {
  if (first.second) leave(first.second)
  await comeBack(ports, first)
}

/** Both far ends are put together, or the first one is sent on to a number. Else everything is as before, with the reason. */
const pass = async (
  ports: TransferPorts,
  call: WebCall,
  to: Parameters<NonNullable<WebCall['events']>['onTransfer']>[0],
): Promise<void> => {
  // The far side's own exchange is to do it: who waits there shall not listen, RFC 5589 §6.1.
  const { upstream } = call.phone.account ?? {}
  if (upstream && !call.held.here && call.state === 'connected') await setHeld(ports, call, true)
  const done = await call.events?.onTransfer(to)
  if (done?.ok) {
    const end = { cause: 200, reason: 'The call was transferred.' }
    call.second?.finish(end)
    return call.finish(end)
  }
  if (call.over) return
  const face = faceOf(done?.error ?? { why: 'internal' })
  if (call.second) leave(call.second)
  if (call.events) ports.media.attach(call.events.call, call.side)
  if (call.held.here) await setHeld(ports, call, false)
  if (!call.over) call.tell(call.talking, face)
}

/** 1010 of a first call: with a second one it is the transfer, while that rings a blind one. */
export const hangUp = async (ports: TransferPorts, call: WebCall): Promise<void> => {
  const { second } = call
  if (!second) return leave(call)
  if (second.state === 'connected' && second.events) return pass(ports, call, seatOf(second))
  const to = second.other
  leave(second)
  const dialled = dialledOf(to)
  if (!dialled) return leave(call)
  await pass(ports, call, dialled)
}

const seatOf = ({ events, side }: WebCall) => ({ call: events?.call ?? '', side })

/** 1015: blind, or two calls of this browser. */
export const transfer = (ports: TransferPorts, call: WebCall, to: Dialled | WebCall): Promise<void> =>
  pass(ports, call, 'events' in to ? seatOf(to) : to)
