import type { Side } from '#core'
import type { Direction, LegPlan, MediumPlan, SilenceLimits } from './commands.ts'
import { EVENT, type Kinds, SPEECH } from './kinds.ts'
import {
  copySockaddr,
  expectedOf,
  type Memory,
  SOURCE,
  sameHost,
  sameSockaddr,
  targetOf,
  writeSockaddr,
} from './memory.ts'

import type { Tap } from './sound/tap.ts'
import type { WebSide } from './web/side.ts'

/** From whom a path takes packets: nobody yet, the address of its description, or one learnt from the packets. */
export type Lock = 'open' | 'described' | 'learnt'

/** After a reopening, a newcomer with another SSRC has to wait so long for those who were here before. */
export const GRACE_MS = 500

/** Past this many packets in a second a stream is cut: about 30 Mbit/s of video, and the end of every loop. */
export const MAX_PER_SECOND = 3000

/** RTP or RTCP of one leg: where its party is, and what flowed. */
export class Path {
  readonly slot: number
  readonly expected: number
  readonly target: number
  lock: Lock = 'open'
  /** Something is known to send to. */
  known = false
  /** A description has said something, if only that it does not know. */
  settled = false
  received = 0
  sent = 0
  /** As the packet's four octets lie in memory: an identity, not a number. */
  ssrc = 0
  graceUntilMs = 0

  constructor(slot: number) {
    this.slot = slot
    this.expected = expectedOf(slot)
    this.target = targetOf(slot)
  }
}

export type LiveCall = {
  readonly id: number
  readonly media: Map<number, LiveMedium>
  /** Something valid came since the last tick. */
  heard: boolean
  heardAtMs: number
  /** Some medium flows both ways, so that silence means something. */
  active: boolean
  /** Where a browser takes part. */
  limits: SilenceLimits | undefined
  /** What is said is kept. */
  tap: Tap | undefined
}

export type LiveMedium = { type: 'audio' | 'video'; legs: Partial<Record<Side, Leg>> }

export const legsOf = ({ legs }: LiveMedium): Leg[] =>
  [legs.caller, legs.callee].filter((leg) => leg !== undefined)

const NO_KINDS: Kinds = { types: new Uint8Array(128), rates: new Map() }
/** Phones are of few kinds; strangers might bring many. */
const MOST_KINDS = 200
const kinds = new Map<string, Kinds>()

const makeKinds = ({ types, events }: MediumPlan): Kinds => {
  const table = new Uint8Array(128)
  for (const type of types) table[type] = SPEECH
  for (const [type] of events) table[type] = EVENT
  return { types: table, rates: new Map(events) }
}

export const kindsOf = (plan: MediumPlan): Kinds => {
  const key = `${plan.types.join()} ${plan.events.join()}`
  const known = kinds.get(key)
  if (known) return known
  if (kinds.size >= MOST_KINDS) kinds.clear()
  const made = makeKinds(plan)
  kinds.set(key, made)
  return made
}

/** One side of one medium: a pair of sockets and the party behind them. */
export class Leg {
  readonly call: LiveCall
  readonly side: Side
  readonly rtp: Path
  readonly rtcp: Path
  /** The other side's leg; the leg itself for echo. */
  peer: Leg = this
  direction: Direction = 'inactive'
  mux = false
  sends = false
  /** Its packets go on to the peer. */
  forwards = false
  kinds = NO_KINDS
  /** Packets since the last tick, to bound what one stream can cost. */
  burst = 0
  /** The telephone-event in progress: its RTP timestamp, number, ticks so far, and whether it was told. */
  readonly event = { timestamp: -1, number: 0, duration: 0, rate: 8000, told: true }
  /** Where a browser takes part in the call. */
  web: WebSide<Leg> | undefined
  /** Its medium is speech. */
  speech = false
  /** False once it is over. */
  live = true
  readonly echo = { ssrc: 0, base: -1, highest: 0, cycles: 0, packets: 0, octets: 0, timestamp: 0 }

  constructor(call: LiveCall, side: Side, slot: number, web?: WebSide<Leg>) {
    this.call = call
    this.side = side
    this.rtp = new Path(slot)
    this.rtcp = new Path(slot + 1)
    this.web = web
  }
}

/** The description's address takes effect; a changed one forgets what was learnt. True when it changed. */
const expect = (memory: Memory, path: Path, address: string, port: number): boolean => {
  copySockaddr(memory, path.expected, SOURCE)
  const known = writeSockaddr(memory, path.expected, address, port)
  if (path.settled && sameSockaddr(memory, SOURCE, path.expected)) return false
  path.settled = true
  copySockaddr(memory, path.expected, path.target)
  path.known = known
  path.lock = 'open'
  path.ssrc = 0
  path.graceUntilMs = 0
  return true
}

const reopen = (path: Path, nowMs: number): void => {
  if (path.lock !== 'open') path.graceUntilMs = nowMs + GRACE_MS
  path.lock = 'open'
}

/** Brings a leg to what the descriptions say. `nowMs` is the worker's clock. */
export const settle = (memory: Memory, leg: Leg, plan: LegPlan, types: Kinds, nowMs: number): void => {
  const sends = plan.direction === 'sendrecv' || plan.direction === 'sendonly'
  // Where a browser is, ICE says: descriptions do not.
  const isWeb = plan.web !== undefined
  const moved = isWeb || expect(memory, leg.rtp, plan.address, plan.port)
  if (!isWeb) expect(memory, leg.rtcp, plan.rtcpAddress, plan.rtcpPort)
  if (!moved && sends && !leg.sends) reopen(leg.rtp, nowMs)
  leg.direction = plan.direction
  leg.sends = sends
  leg.mux = plan.mux
  leg.kinds = types
}

/** Locks the path to the source of the packet at hand. */
const take = (memory: Memory, path: Path, lock: Lock): true => {
  path.lock = lock
  path.known = true
  copySockaddr(memory, SOURCE, path.target)
  return true
}

/**
 * Whether the source of a valid RTP packet may speak for the leg, learning where the rule allows it:
 * 1. the locked source may; 2. the described address always may, and takes the lock over from a learnt one;
 * 3. while the path is open, the first other source is learnt, unless the leg is not to send, or a reopening
 * is younger than GRACE_MS and the SSRC is another than before.
 */
export const admits = (memory: Memory, leg: Leg, ssrc: number, nowMs: number): boolean => {
  const path = leg.rtp
  if (path.lock !== 'open' && sameSockaddr(memory, SOURCE, path.target)) return true
  if (sameSockaddr(memory, SOURCE, path.expected)) return take(memory, path, 'described')
  if (path.lock !== 'open') return false
  if (path.known && sameSockaddr(memory, SOURCE, path.target)) return take(memory, path, 'learnt')
  if (!leg.sends || (nowMs < path.graceUntilMs && ssrc !== path.ssrc)) return false
  return take(memory, path, 'learnt')
}

/**
 * The same for RTCP. A source that is not described must share the host of the locked RTP source and tell of
 * the same SSRC. On a shared port (RFC 5761) it must be the RTP source itself.
 */
export const admitsRtcp = (memory: Memory, leg: Leg, ssrc: number): boolean => {
  const { rtp, rtcp } = leg
  if (leg.mux) return sameSockaddr(memory, SOURCE, rtp.lock === 'open' ? rtp.expected : rtp.target)
  if (rtcp.lock !== 'open' && sameSockaddr(memory, SOURCE, rtcp.target)) return true
  if (sameSockaddr(memory, SOURCE, rtcp.expected)) return take(memory, rtcp, 'described')
  if (rtcp.lock !== 'open' || rtp.lock === 'open' || ssrc !== rtp.ssrc) return false
  return sameHost(memory, SOURCE, rtp.target) && take(memory, rtcp, 'learnt')
}
