import type { Side } from '#core'
import { heldDirection, type OwnAddress, type OwnMedium, relayBody, type Sdp, withOrigin } from '#sdp'
import type { Hand } from './hand.ts'
import { type Family, isUsable, type Medium } from './negotiation.ts'
import type { WebCall } from './web/face.ts'

/** An address that Tandem gives to parties, with the sockets behind it. */
export type Listener = OwnAddress & {
  index: number
  /** It stands on all addresses of the machine: `address` is only one of them. */
  any?: boolean
}

/** How Tandem speaks to one party: one o= line per side, whose version grows with every change (RFC 3264 §8). */
type End = { listener: Listener; told: OwnAddress; sessionId: string; version: number; body: string }

export type EngineCall = {
  /** The worker's name for it. */
  id: number
  readonly name: string
  hand: Hand
  ends: Partial<Record<Side, End>>
  media: Medium[]
  /** The offer in force: who made it, and which media of it can flow. `own`: the engine made it in that side's stead. */
  offer: { from: Side; sdp: Sdp; usable: boolean[]; own?: boolean } | undefined
  /** The latest description of each side that is a telephone. */
  said: Partial<Record<Side, Sdp>>
  /** Where a browser takes part. */
  web: WebCall | undefined
  closed: boolean
}

/** One in which browsers take part, or did. */
export type BrowsersCall = EngineCall & { web: WebCall }

export const otherSide = (side: Side): Side => (side === 'caller' ? 'callee' : 'caller')

/** Its sockets rest in the pool until another call may have them. */
const giveBack = (call: EngineCall, medium: Medium, side: Side): void => {
  const pair = medium.pairs[side]
  if (pair) call.hand.pools[(call.ends[side] as End).listener.index]?.give(pair)
  medium.pairs[side] = undefined
}

/** The sockets of a side that is not spoken with in that way any more. */
export const giveSide = (call: EngineCall, side: Side): void => {
  for (const medium of call.media) giveBack(call, medium, side)
}

/** Decimal, as RFC 8866 §5.2 asks, and below 2^53 for those who count in floating point. */
const newSessionId = (): string => String(1e12 + Math.floor(Math.random() * 8e12))

const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4)

/**
 * The side's end at that listener; a side that moves to another listener begins a new description. `address`: ours as
 * that party reaches it.
 */
export const endAt = (call: EngineCall, side: Side, listener: Listener, address?: string): void => {
  const present = call.ends[side]
  const { family } = listener
  const own = listener.any && address !== undefined && familyOf(address) === family
  const told = own ? { family, address } : undefined
  if (present?.listener === listener) {
    if (told) present.told = told
    return
  }
  giveSide(call, side)
  call.ends[side] = { listener, told: told ?? listener, sessionId: newSessionId(), version: 0, body: '' }
}

/** The description as told to a side, with that side's own ports. */
export const describeTo = (call: EngineCall, side: Side, sdp: Sdp, media: OwnMedium[]): string => {
  const end = call.ends[side] as End
  const body = relayBody(sdp, end.told, media)
  if (body !== end.body) {
    end.version++
    end.body = body
  }
  const { family, address } = end.told
  return withOrigin(body, { sessionId: end.sessionId, version: end.version, family, address })
}

/** The own ports towards `side` for what the other side says; refused media have port 0. */
export const ownMedia = (call: EngineCall, side: Side, said: Sdp, usable: readonly boolean[]): OwnMedium[] =>
  said.media.map((description, index) => {
    const medium = call.media[index]
    const port = usable[index] ? (medium?.pairs[side]?.port ?? 0) : 0
    const mux = medium?.mux[side] ?? false
    const direction = heldDirection(description)
    return direction ? { port, mux, direction } : { port, mux }
  })

/**
 * The listener that serves a party which speaks from that description: the wished one where the family of
 * addresses fits, else the first that fits.
 */
export const listenerFor = (
  listeners: readonly Listener[],
  wished: number,
  family: Family | undefined,
): Listener | undefined => {
  const listener = listeners[wished]
  if (family === undefined || listener?.family === family) return listener
  return listeners.find((candidate) => candidate.family === family)
}

/** Which media can flow between the party that says this and a listener of that family. */
export const usableOf = (sdp: Sdp, family: Family): boolean[] =>
  sdp.media.map((medium) => isUsable(medium, family))

/**
 * Makes sure that every usable medium has a pair on the given sides, growing the pool where it must. What was
 * taken for a failed attempt stays with the call, which frees it at its end.
 */
export const takePairs = async (
  call: EngineCall,
  usable: readonly boolean[],
  sides: Side[],
): Promise<boolean> => {
  for (let index = 0; index < usable.length; index++) {
    call.media[index] ??= {
      pairs: { caller: undefined, callee: undefined },
      mux: { caller: false, callee: false },
    }
    const medium = call.media[index] as Medium
    if (!usable[index]) continue
    for (const side of sides) {
      const pool = call.hand.pools[(call.ends[side] as End).listener.index]
      while (pool && !medium.pairs[side]) {
        const pair = pool.take()
        if (pair) medium.pairs[side] = pair
        else if (!(await pool.grow()) || call.closed) return false
      }
    }
  }
  return true
}

/** Gives the pairs of those media back whose place is not `kept`. */
export const givePairs = (call: EngineCall, kept: readonly boolean[]): void => {
  call.media.forEach((medium, index) => {
    if (kept[index]) return
    giveBack(call, medium, 'caller')
    giveBack(call, medium, 'callee')
    medium.mux = { caller: false, callee: false }
  })
}
