import type { Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { Call, Wishes } from '../call.ts'
import type { Caller, CallerParty, CallOffer, Description, Dialled, Refused, Seat } from '../call-ports.ts'
import type { Side } from '../ports.ts'
import { join } from '../ringing/join.ts'
import { ringTurn } from '../ringing/turn.ts'
import { otherSide } from '../side.ts'
import { putThroughElsewhere } from './elsewhere.ts'
import { Guest, placeOf, visitor } from './guest.ts'
import { foundOf, isSeat, personAt, type Sitting, sittingAt } from './sitting.ts'
import { type Guests, tie } from './tie.ts'

export type MovingPorts = {
  timers: Timers
  callOf(id: string): Call | undefined
  /** A call of its own; undefined when there is no room for one more. */
  begin(offer: CallOffer, caller: CallerParty): Call | undefined
  /** Finds whom it is for, and rings. */
  run(call: Call): Promise<void>
}

/** The party that stays when a call is bridged. */
export type Far = { call: string; far: Side }

const BUSY: Refused = { why: 'peer-failure', status: 491 }
const NO_CALL: Refused = { why: 'unknown-user', status: 481 }
const NOT_THIS: Refused = { why: 'forbidden' }
const FULL: Refused = { why: 'overloaded' }
const HOPS = 70

/** Who may be put through: a party of an ordinary call that stands, and is not on its way elsewhere. */
const movable = (call: Call | undefined, side: Side): Result<Sitting, Refused> => {
  if (!call || call.over) return err(NO_CALL)
  if (call.record.kind !== 'call') return err(NOT_THIS)
  if (!call.isAnswered || call.away !== undefined) return err(BUSY)
  const sitting = sittingAt(call, side)
  return sitting ? ok(sitting) : err(NOT_THIS)
}

/** What a party can be offered with to somebody else: as if nobody held anybody. Undefined: better asked anew. */
const openly = (said: Description | undefined, isBrowser = false): Description | undefined => {
  // The address of who holds, RFC 2543; of a browser it only says that its candidates come by themselves.
  if (!said || (!isBrowser && said.sdp.includes('IN IP4 0.0.0.0'))) return undefined
  const sdp = said.sdp.replace(/^a=(?:sendonly|recvonly|inactive)(?=\r?$)/gm, 'a=sendrecv')
  return { sdp, held: false, video: said.video }
}

/** A browser gives its present description without being asked. */
const descriptionOf = async ({ web, party, said }: Sitting): Promise<Description | undefined> => {
  if (web === undefined) return openly(said)
  const asked = await party.solicit()
  if (asked.ok) asked.value.confirm(undefined)
  return openly(asked.ok ? asked.value.description : said, true)
}

const offerOf = (guest: Sitting, by: Sitting | undefined, dialled: Dialled): CallOffer => {
  const { call, who, listener, address, web, callId } = guest
  return {
    ...{ caller: who, dialled, description: undefined, listener, callId, hops: HOPS },
    ...(by && { behalf: by.who }),
    ...(call.offer.guest && { guest: call.offer.guest }),
    ...(address !== undefined && { local: address }),
    ...(web !== undefined && { web }),
    transferredFrom: call.record.id,
  }
}

/** A visitor stays one in the place of who is called, too: bounded as guests are, and nobody's own. */
const keepGuest = (call: Call, { offer: { guest } }: Call): void => {
  if (!guest) return
  call.offer.guest ??= guest
  call.record.guest ??= guest
}

/** One is asked for its offer, and the other offered that; where that one gives none, the other way round. */
const joinSeats = async (
  call: Call,
  guest: Guest,
  other: Caller,
  describe: () => Promise<Description | undefined>,
): Promise<void> => {
  const found = foundOf(guest.sitting)
  call.record.callee = guest.sitting.who.identity
  keepGuest(call, guest.sitting.call)
  if (found) call.puts(found)
  let outcome = await ringTurn(call, [placeOf(guest, other)])
  if (outcome.kind === 'refused' && !call.over && guest.state === 'moved') {
    call.offer.description = await describe()
    if (call.offer.description && !call.over) outcome = await ringTurn(call, [placeOf(guest, other)])
  }
  if (call.over) return
  if (outcome.kind === 'refused') return call.refuse(outcome.refused)
  await join(call, outcome.winner)
}

/** Parties that change their calls: put through to somebody new, or joined to whom the one between them speaks with. */
export const createMoving = ({ timers, callOf, begin, run }: MovingPorts) => {
  /** A call whose caller is a guest. */
  const moveInto = (
    offer: CallOffer,
    guests: Guests & { caller: Guest },
    work: (call: Call) => Promise<void>,
    told?: (status: number) => void,
  ): Promise<Result<string, Refused>> => {
    let refused: Refused = { why: 'cancelled' }
    const failed = (why: Refused): void => {
      refused = why
    }
    const call = begin(
      offer,
      visitor(guests.caller, () => call as Call, told ?? (() => {}), failed),
    )
    if (call) return tie(call, guests, work(call), () => refused, told)
    for (const guest of Object.values(guests)) guest.back()
    return Promise.resolve(err(FULL))
  }

  const blind = async (
    old: Call,
    by: Side,
    to: Dialled,
    told?: (status: number) => void,
  ): Promise<Result<string, Refused>> => {
    const far = movable(old, otherSide(by))
    if (!far.ok) return far
    const offer = offerOf(far.value, sittingAt(old, by), to)
    const caller = new Guest(timers, far.value)
    offer.description = await descriptionOf(far.value)
    return moveInto(offer, { caller }, run, told)
  }

  const bridge = async (
    a: Far,
    b: Far,
    told?: (status: number) => void,
  ): Promise<Result<string, Refused>> => {
    const [first, second] = [callOf(a.call), callOf(b.call)]
    if (first === second) return err(NOT_THIS)
    const stays = movable(first, a.far)
    if (!stays.ok) return stays
    // Not answered yet: who rings there is rung by the one who stays.
    if (second && !second.over && !second.isAnswered && b.far === 'callee') {
      const { dialled } = second.offer
      second.end('transferred')
      return blind(stays.value.call, otherSide(a.far), dialled, told)
    }
    const comes = movable(second, b.far)
    if (!comes.ok) return comes
    const { identity } = comes.value.who
    const user = identity.replace(/^[a-z]+:|[@;].*$/gi, '')
    const offer = offerOf(stays.value, undefined, { user, text: identity })
    const guests = { caller: new Guest(timers, stays.value), callee: new Guest(timers, comes.value) }
    const describe = () => descriptionOf(stays.value)
    const work = (call: Call): Promise<void> => joinSeats(call, guests.callee, stays.value.who, describe)
    return moveInto(offer, guests, work, told)
  }

  /** `call` takes the place of who sits there, RFC 3891. */
  const replace = async (call: Call, seat: Seat): Promise<void> => {
    const far = movable(callOf(seat.call), otherSide(seat.side))
    if (!far.ok) return call.refuse(far.error)
    const callee = new Guest(timers, far.value)
    const work = joinSeats(call, callee, call.offer.caller, async () => undefined)
    await tie(call, { callee }, work, () => ({ why: 'cancelled' }))
  }

  /** A seat is named by what others can come to know as well: only one's own is believed, of one's own account. */
  const isOwn = (call: Call, by: Side, { call: id, side }: Seat): boolean => {
    const own = personAt(call, by)
    return own !== undefined && own.impi === personAt(callOf(id), side)?.impi
  }

  /** What a party itself wishes. */
  const transfer: Wishes['transfer'] = async (call, by, to, told) => {
    if (isSeat(to) && !isOwn(call, by, to)) return err(NOT_THIS)
    const elsewhere = await putThroughElsewhere(callOf, call, by, to, told)
    if (elsewhere) return elsewhere
    const done = isSeat(to)
      ? await bridge(
          { call: call.record.id, far: otherSide(by) },
          { call: to.call, far: otherSide(to.side) },
          told,
        )
      : await blind(call, by, to, told)
    return done.ok ? ok(undefined) : done
  }

  return { bridge, replace, transfer }
}
