import { hash32 } from '#lib/hash'
import type { Period, SimCounts, SimFacts } from './contract.ts'
import { createOrdered } from './ordered.ts'

/** A card as it is kept: counts belong to `day` and `month` (since 1970, UTC). Times are wall clock milliseconds. */
export type KeptSim = {
  /** `iccid:…`, `imsi:…`, `number:…` or `line:…`, the first of them that is known. */
  key: string
  day: number
  month: number
  sent: Period
  failed: Period
  received: Period
  locked: boolean
  /** Our operator has unlocked it before all its names were known: that still holds for the card that it turns out to be. */
  unlocked?: boolean
  /** No text before this. */
  restUntilMs: number
  /** Id of the line that it is in, or was last; and of those before that, the newest first. */
  line?: string | undefined
  before?: string[] | undefined
}

/** Where cards are kept: in the background, in groups. */
export type SimStore = {
  /** As it stands when it is written: it changes until then. */
  save(sim: Readonly<KeptSim>): void
  /** `recipient`: a number's hash; told once per card and month. */
  addRecipient(key: string, month: number, recipient: number): void
}

export type Card = KeptSim & {
  recipients: Set<number>
  failuresInRow: number
  suspectUntilMs: number
}

/** More different numbers than this are not told apart in one month. */
const MOST_RECIPIENTS = 5000
/** Lines that a card was in before: in those its texts of this month are looked for. */
const MOST_BEFORE = 5
const DAY_MS = 86_400_000

export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS)
export const nextDayMs = (ms: number): number => (dayOf(ms) + 1) * DAY_MS
const monthOf = (ms: number): number => {
  const date = new Date(ms)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** 31 bits: small enough to keep one for each number that a card has texted. */
export const hashOf = (text: string): number => {
  const hash = hash32(text)
  return (hash ^ (hash >>> 16)) & 0x7fffffff
}

export const keyOf = (sim: SimFacts | undefined, line: string): string => {
  if (sim?.iccid) return `iccid:${sim.iccid}`
  if (sim?.imsi) return `imsi:${sim.imsi}`
  return sim?.number ? `number:${sim.number}` : `line:${line}`
}

/** Whether both tell of one card, by its ICCID, else by its IMSI; undefined: they do not say. */
export const isSameCard = (one: SimFacts, other: SimFacts): boolean | undefined => {
  if (one.iccid && other.iccid) return one.iccid === other.iccid
  if (one.imsi && other.imsi) return one.imsi === other.imsi
  return undefined
}

const none = (): Period => ({ day: 0, month: 0, total: 0 })
const count = (period: Period): void => {
  period.day++
  period.month++
  period.total++
}

/** Nothing has a better name than that. */
const isSure = (key: string): boolean => key.startsWith('iccid:')
/** It says nothing that a card never seen would not say. */
const isBlank = ({ sent, failed, received, locked, unlocked }: KeptSim): boolean =>
  !locked && !unlocked && sent.total === 0 && failed.total === 0 && received.total === 0

/** The cards that were ever seen, in whatever line they are. */
export const createSims = (
  store: SimStore | undefined,
  wallMs: () => number,
  kept: Iterable<KeptSim & { recipients?: number[] }> = [],
) => {
  const cards = new Map<string, Card>()
  const keys = createOrdered()
  const cardOf = (sim: KeptSim): Card => ({
    ...sim,
    ...{ recipients: new Set(), failuresInRow: 0, suspectUntilMs: 0, line: sim.line, before: sim.before },
  })
  const put = (key: string, card: Card): void => {
    cards.set(key, card)
    keys.add(key)
  }
  for (const { recipients = [], ...sim } of kept)
    if (isSure(sim.key) || !isBlank(sim)) put(sim.key, { ...cardOf(sim), recipients: new Set(recipients) })

  const blankOf = (key: string): KeptSim => ({
    ...{ key, day: dayOf(wallMs()), month: monthOf(wallMs()), locked: false, restUntilMs: 0 },
    ...{ sent: none(), failed: none(), received: none() },
  })
  const drop = (key: string): void => {
    cards.delete(key)
    keys.delete(key)
  }
  const save = (card: Card): void => {
    if (!cards.has(card.key)) put(card.key, card)
    store?.save(card)
  }
  const lock = (card: Card, locked: boolean): void => {
    card.locked = locked
    card.unlocked = !locked && !isSure(card.key)
    if (!locked) {
      card.failuresInRow = 0
      card.suspectUntilMs = 0
    }
    save(card)
  }
  /**
   * What our operator said while the card had no better name, or none but its line's, holds for the card that is found
   * to be there. For the first one only: the line forgets it with that, so no card put in later is locked by it.
   */
  const inherit = (card: Card, was: Card | undefined): void => {
    if (!was || was === card) return
    if (was.locked || was.unlocked) {
      lock(card, was.locked)
      was.locked = false
      was.unlocked = false
      save(was)
    }
    if (isBlank(was)) drop(was.key)
  }
  /** A card that was known by its number or IMSI alone: its counts go on under its new key. */
  const renamed = (key: string, weaker: (string | undefined)[]): Card | undefined => {
    const card = weaker.map((one) => (one ? cards.get(one) : undefined)).find((one) => one !== undefined)
    if (!card) return undefined
    for (const one of weaker)
      if (one && cards.get(one) === card) {
        // What is on disk under that name would come back with the next start, and its lock with it.
        if (!isBlank(card)) store?.save(blankOf(one))
        drop(one)
      }
    card.key = key
    if (isSure(key)) card.unlocked = false
    for (const recipient of card.recipients) store?.addRecipient(key, card.month, recipient)
    put(key, card)
    save(card)
    return card
  }

  /** Counts of a day or month that has passed are none. */
  const turn = (card: Card, now: number): void => {
    const day = dayOf(now)
    if (card.day === day) return
    card.day = day
    for (const period of [card.sent, card.failed, card.received]) period.day = 0
    const month = monthOf(now)
    if (card.month === month) return
    card.month = month
    card.recipients.clear()
    for (const period of [card.sent, card.failed, card.received]) period.month = 0
  }

  return {
    turn,
    save,
    cards,
    keys,
    lock,
    /** The card in a line, where `was` was until now; under a better name it goes on as what it was under the one before. */
    of(facts: SimFacts | undefined, line: string, was?: Card): Card {
      const key = keyOf(facts, line)
      const weaker = [facts?.imsi && `imsi:${facts.imsi}`, facts?.number && `number:${facts.number}`]
      const card = cards.get(key) ?? renamed(key, weaker) ?? cardOf(blankOf(key))
      put(key, card)
      if (was && weaker.includes(was.key)) inherit(card, was)
      inherit(card, cards.get(`line:${line}`))
      return card
    },
    /** It is in that line from now on. */
    enter(card: Card, line: string): void {
      const { line: was, before = [] } = card
      if (was === line) return
      card.line = line
      if (was !== undefined)
        card.before = [was, ...before.filter((one) => one !== was && one !== line)].slice(0, MOST_BEFORE)
      if (!isBlank(card)) save(card)
    },
    /** That line, and those in which the card that is there now may have sent something before. */
    linesOf(facts: SimFacts, line: string): string[] {
      const card = cards.get(keyOf(facts, line))
      return card ? [...new Set([line, card.line ?? line, ...(card.before ?? [])])] : [line]
    },
    /** A text to this number was sent by it, or perhaps was. */
    sent(card: Card, to: string): void {
      turn(card, wallMs())
      count(card.sent)
      const recipient = hashOf(to)
      if (card.recipients.size < MOST_RECIPIENTS && !card.recipients.has(recipient)) {
        card.recipients.add(recipient)
        store?.addRecipient(card.key, card.month, recipient)
      }
      save(card)
    },
    failed(card: Card): void {
      turn(card, wallMs())
      count(card.failed)
      save(card)
    },
    received(card: Card): void {
      turn(card, wallMs())
      count(card.received)
      save(card)
    },
    countsOf(card: Card): SimCounts {
      turn(card, wallMs())
      const { sent, failed, received, recipients } = card
      return {
        ...{ sent: { ...sent }, failed: { ...failed }, received: { ...received } },
        recipients: recipients.size,
      }
    },
  }
}
export type Sims = ReturnType<typeof createSims>
