import type { Media, MediaOptions, Refusal, Side } from '#core'
import { err, ok, type Result } from '#lib/result'
import { Table } from '#lib/table'
import { alignAnswer, echoAnswer, HOUSE_OFFER, isRelayable, parseSdp, type Sdp } from '#sdp'
import {
  describeTo,
  type EngineCall,
  endAt,
  givePairs,
  type Listener,
  listenerFor,
  otherSide,
  ownMedia,
  takePairs,
  usableOf,
} from './call.ts'
import type { MediumPlan } from './commands.ts'
import type { Hand } from './hand.ts'
import { familyOf, planMedium } from './negotiation.ts'
import { addressOf, listenerOf } from './options.ts'

/** The worker tells of them within a few hundredths of a second: so many, or half of them, are remembered. */
const MOST_LEAVING = 2000

/** The calls that hold media, by the core's name and by the number that workers know. */
export const createRoster = () => {
  const byName = new Table<string, EngineCall>()
  const names = new Map<number, string>()
  /** Closed calls of which the worker may still tell what flowed. */
  let leaving = new Map<number, string>()
  let leftBefore = new Map<number, string>()
  let last = 0
  return {
    get: (name: string) => byName.get(name),
    nameOf: (id: number) => names.get(id),
    open: (name: string, hand: Hand): EngineCall => {
      const call: EngineCall = {
        ...{ id: ++last, name, hand, ends: {}, media: [], said: {} },
        ...{ offer: undefined, web: undefined, closed: false },
      }
      byName.set(name, call)
      names.set(call.id, name)
      return call
    },
    /** Another worker has it now, under another number. */
    move: (call: EngineCall, hand: Hand): void => {
      names.delete(call.id)
      call.id = ++last
      call.hand = hand
      names.set(call.id, call.name)
    },
    all: (): Iterable<EngineCall> => byName.values(),
    drop: (call: EngineCall): void => {
      byName.delete(call.name)
      names.delete(call.id)
      if (leaving.size >= MOST_LEAVING / 2) {
        leftBefore = leaving
        leaving = new Map()
      }
      leaving.set(call.id, call.name)
    },
    /** The name of a closed call, once. */
    leftName: (id: number): string | undefined => {
      const name = leaving.get(id) ?? leftBefore.get(id)
      leaving.delete(id)
      leftBefore.delete(id)
      return name
    },
    get size() {
      return byName.size
    },
  }
}

export type ExchangePorts = {
  hands: readonly Hand[]
  calls: ReturnType<typeof createRoster>
  listeners: readonly Listener[]
  /** A call is about to be forgotten. */
  onClose?(call: EngineCall): void
}

/** What needs no browser. */
export type PlainExchange = Pick<Media, 'offer' | 'answer' | 'echo' | 'invite' | 'close' | 'stats'>

/** Offers and answers, RFC 3264: descriptions in, descriptions out, and plans for the worker that relays. */
export const createExchange = ({ hands, calls, listeners, onClose }: ExchangePorts): PlainExchange => {
  const leastBusy = (): Hand => hands.reduce((best, hand) => (hand.calls < best.calls ? hand : best))

  /** Reads an offer and finds the side's end for it. */
  const enter = (
    name: string,
    side: Side,
    text: string,
    options: MediaOptions,
  ): Result<[EngineCall, Sdp], Refusal> => {
    const parsed = parseSdp(text)
    if (!parsed.ok) return err('bad-request')
    const sdp = parsed.value
    const present = calls.get(name)
    const relayable = sdp.media.some(isRelayable)
    if (!present && !relayable) return err('not-acceptable-media')
    const family = familyOf(sdp)
    const wished = listenerOf(side, options) ?? present?.ends[side]?.listener.index
    const listener = listenerFor(listeners, wished ?? 0, family)
    if (!listener || (relayable && family === undefined)) return err('unsupported-address')
    const call = present ?? calls.open(name, leastBusy())
    endAt(call, side, listener, addressOf(side, options))
    return ok([call, sdp])
  }

  /** A call whose first offer failed leaves nothing behind. */
  const refuse = (call: EngineCall, why: Refusal): Result<never, Refusal> => {
    if (call.offer === undefined) close(call.name)
    return err(why)
  }

  const offer: Media['offer'] = async (name, side, text, options = {}) => {
    const entered = enter(name, side, text, options)
    if (!entered.ok) return entered
    const [call, sdp] = entered.value
    const to = otherSide(side)
    const wished = listenerOf(to, options) ?? call.ends[to]?.listener.index
    const listener = listeners[wished ?? 0]
    if (!listener) return refuse(call, 'unsupported-address')
    endAt(call, to, listener, addressOf(to, options))
    const usable = usableOf(sdp, call.ends[side]?.listener.family ?? 4)
    if (!(await takePairs(call, usable, [side, to]))) return refuse(call, 'overloaded')
    call.offer = { from: side, sdp, usable }
    call.said[side] = sdp
    return ok(describeTo(call, to, sdp, ownMedia(call, to, sdp, usable)))
  }

  const answer: Media['answer'] = async (name, side, text) => {
    const call = calls.get(name)
    const parsed = parseSdp(text)
    if (!call?.offer || call.offer.from === side || !parsed.ok) return err('bad-request')
    const offered = call.offer
    const sdp = alignAnswer(offered.sdp.media, parsed.value)
    const able = usableOf(sdp, call.ends[side]?.listener.family ?? 4)
    const flowing = able.map((usable, index) => usable && (offered.usable[index] ?? false))
    if (familyOf(sdp) !== undefined && !flowing.includes(true) && offered.usable.includes(true))
      return err('unsupported-address')
    call.said[side] = sdp
    if (offered.own) {
      settle(call, side, sdp, flowing)
      return ok(text)
    }
    settle(call, offered.from, offered.sdp, flowing, sdp)
    return ok(describeTo(call, offered.from, sdp, ownMedia(call, offered.from, sdp, flowing)))
  }

  /** Puts an exchange into force: the plan goes to the worker, and refused media give their sockets back. */
  const settle = (
    call: EngineCall,
    from: Side,
    offered: Sdp,
    flowing: readonly boolean[],
    answered?: Sdp,
  ): void => {
    const media: MediumPlan[] = []
    flowing.forEach((flows, index) => {
      const medium = call.media[index]
      const [one, other] = [offered.media[index], answered?.media[index]]
      if (!flows || !medium || !one) return
      const to = otherSide(from)
      medium.mux[from] = one.rtcpMux
      if (other) medium.mux[to] &&= other.rtcpMux
      const plan = planMedium(index, medium, from, one, other)
      if (plan) media.push(plan)
    })
    call.hand.settle(call.id, media)
    givePairs(call, call.offer?.usable ?? flowing)
  }

  const echo: Media['echo'] = async (name, side, text, options = {}) => {
    const entered = enter(name, side, text, options)
    if (!entered.ok) return entered
    const [call, sdp] = entered.value
    const reply = echoAnswer(sdp)
    const able = usableOf(sdp, call.ends[side]?.listener.family ?? 4)
    const usable = able.map((can, index) => can && (reply.media[index]?.port ?? 0) > 0)
    if (!call.offer && !usable.includes(true)) return refuse(call, 'not-acceptable-media')
    if (!(await takePairs(call, usable, [side]))) return refuse(call, 'overloaded')
    call.offer = { from: side, sdp, usable }
    settle(call, side, sdp, usable)
    const own = ownMedia(call, side, reply, usable).map(({ port, mux }) => ({ port, mux }))
    return ok(describeTo(call, side, reply, own))
  }

  const invite: Media['invite'] = async (name, side, options = {}) => {
    const present = calls.get(name)
    const wished = listenerOf(side, options) ?? present?.ends[side]?.listener.index
    const listener = listeners[wished ?? 0]
    if (!listener) return err('unsupported-address')
    const call = present ?? calls.open(name, leastBusy())
    endAt(call, side, listener, addressOf(side, options))
    const usable = HOUSE_OFFER.media.map(() => true)
    if (!(await takePairs(call, usable, [side]))) return refuse(call, 'overloaded')
    call.offer = { from: otherSide(side), sdp: HOUSE_OFFER, usable, own: true }
    return ok(describeTo(call, side, HOUSE_OFFER, ownMedia(call, side, HOUSE_OFFER, usable)))
  }

  const close = (name: string): void => {
    const call = calls.get(name)
    if (!call) return
    call.closed = true
    onClose?.(call)
    call.hand.close(call.id)
    givePairs(call, [])
    calls.drop(call)
  }

  const stats: Media['stats'] = async (name, side) => {
    const call = calls.get(name)
    return call ? call.hand.stats(call.id, side) : []
  }

  return { offer, answer, echo, invite, close, stats }
}
