import { err, ok, type Result } from '#lib/result'
import type { ClaimRefusal, ClaimWish, Used } from './contract.ts'
import { type Entry, PASSING, type SimRules, WHYS, type Why } from './lines.ts'
import { type Pool, pick } from './pools.ts'
import { hashOf } from './sims.ts'

type ClaimPorts = {
  byId: ReadonlyMap<string, Entry>
  poolOf: (device: string) => Pool | undefined
  /** The line that this number knows. */
  knownTo: (number: string) => Entry | undefined
  /** It is not yet known whether there is one. */
  isOpen: (number: string) => boolean
  rules: SimRules
  wallMs: () => number
  /** Milliseconds until quiet hours end; 0 outside of them. */
  quietMs: () => number
}

/** Who knows a number waits for its line so long, and then takes another. */
const STICKY_MS = 60_000
const BUSY_MS = 1000
/** Whoever waits for conversations of before is told when they are there. */
const RECALL_MS = 1000

/** Finds a line for a text: in the normal case at the same cost for one line and for 300,000. */
export const createClaims = ({ byId, poolOf, knownTo, isOpen, rules, wallMs, quietMs }: ClaimPorts) => {
  let turn = 0

  const fitsFor = ({ to, not }: ClaimWish): ((entry: Entry) => boolean) => {
    const most = rules.recipientsPerMonth
    const recipient = most >= 0 ? hashOf(to) : 0
    return ({ id, card }) =>
      !not?.has(id) && (most < 0 || card.recipients.size < most || card.recipients.has(recipient))
  }

  const oneOf = (
    target: string,
    { strategy }: ClaimWish,
    fits: (entry: Entry) => boolean,
  ): Entry | undefined => {
    if (target.includes('/')) {
      const entry = byId.get(target)
      return entry && entry.why === undefined && fits(entry) ? entry : undefined
    }
    const pool = poolOf(target)
    return pool && pick(pool, fits, strategy === 'least_used' ? ({ card }) => card.sent.day : undefined)
  }

  const isAmong = ({ id, device }: Entry, targets: string[]): boolean =>
    targets.some((target) => target === '*' || target === device || target === id)

  /** Each of several targets has the first turn in turn. */
  const found = (wish: ClaimWish, fits: (entry: Entry) => boolean): Entry | undefined => {
    const { targets, strategy } = wish
    const first = turn++
    let best: Entry | undefined
    for (let i = 0; i < targets.length; i++) {
      const one = oneOf(targets[(first + i) % targets.length] as string, wish, fits)
      if (one && strategy !== 'least_used') return one
      if (one && (!best || one.card.sent.day < best.card.sent.day)) best = one
    }
    return best
  }

  const waitsFor = (entry: Entry): number | undefined => {
    if (entry.why === 'busy') return BUSY_MS
    if (entry.why === 'resting') return Math.max(1, entry.card.restUntilMs - wallMs())
    return undefined
  }

  const refusal = (wish: ClaimWish, fits: (entry: Entry) => boolean): ClaimRefusal => {
    const whys = new Map<Why | 'tried' | 'at limit', number>()
    const note = (why: Why | 'tried', by: number): void => void whys.set(why, (whys.get(why) ?? 0) + by)
    let free = 0
    let againMs: number | undefined
    const all = wish.targets.includes('*')
    for (const target of all ? ['*'] : wish.targets) {
      const entry = target.includes('/') ? byId.get(target) : undefined
      if (entry) {
        const soon = waitsFor(entry)
        if (soon !== undefined) againMs = Math.min(againMs ?? soon, soon)
        if (entry.why !== undefined) note(entry.why, 1)
        else if (!fits(entry)) {
          free++
          note(wish.not?.has(entry.id) ? 'tried' : 'at limit', 1)
        }
      }
      const pool = entry ? undefined : poolOf(target)
      if (!pool) continue
      let unfree = 0
      for (const [why, count] of pool.whys) {
        if (count > 0) note(why, count)
        unfree += count
      }
      const rest = pool.size - unfree
      free += rest
      const tried = [...(wish.not ?? [])].filter((id) => {
        const one = byId.get(id)
        return one?.why === undefined && one !== undefined && (target === '*' || one.device === target)
      }).length
      if (tried > 0) note('tried', tried)
      if (rest > tried) note('at limit', rest - tried)
    }
    const words = [...WHYS, 'tried' as const].flatMap((why) => {
      const count = whys.get(why) ?? 0
      return count > 0 ? [`${count} ${why}`] : []
    })
    const passing = [...whys.keys()].some((why) => why !== 'tried' && PASSING.has(why))
    return {
      reason: `no sendable SIM: ${words.length > 0 ? words.join(', ') : 'none has been seen'}`,
      ...(againMs !== undefined && { againMs }),
      ...(free > 0 && { own: true }),
      ...(!passing && free === 0 && { hopeless: true }),
    }
  }

  return (wish: ClaimWish): Result<Entry, ClaimRefusal> => {
    const quiet = quietMs()
    if (quiet > 0) return err({ reason: 'quiet hours', againMs: quiet })
    const fits = fitsFor(wish)
    if (wish.strategy === 'sticky') {
      if (isOpen(wish.to)) return err({ reason: 'conversations are still being read', againMs: RECALL_MS })
      const known = knownTo(wish.to)
      if (known && fits(known) && isAmong(known, wish.targets)) {
        if (known.why === undefined) return ok(known)
        const soon = waitsFor(known)
        if (soon !== undefined && soon <= STICKY_MS)
          return err({ reason: `the line of this conversation is ${known.why}`, againMs: soon, own: true })
      }
    }
    const entry = found(wish, fits)
    return entry ? ok(entry) : err(refusal(wish, fits))
  }
}

export const sameUsed = (a: Record<string, Used> | undefined, b: Record<string, Used>): boolean => {
  if (!a || Object.keys(a).length !== Object.keys(b).length) return false
  for (const name in b) if (a[name]?.used !== b[name]?.used || a[name]?.limit !== b[name]?.limit) return false
  return true
}
