import { clockTime } from '#lib/hours'
import type { DeviceKind, Line, LineState, SimFacts, Used } from './contract.ts'
import { createNode, type Node } from './ring.ts'
import type { Card } from './sims.ts'

/** Why a line cannot send now, in the words of a refusal (`3 locked, 1 at limit`). */
export const WHYS = [
  'offline',
  'locked',
  'without SIM',
  'not registered',
  'SIM error',
  'without balance',
  'disabled',
  'in unknown state',
  'at limit',
  'suspect',
  'in a call',
  'resting',
  'busy',
] as const
export type Why = (typeof WHYS)[number]

/** Those that end without anybody's doing within seconds or at a known time. */
export const PASSING: ReadonlySet<Why> = new Set(['resting', 'busy', 'in a call', 'suspect', 'at limit'])

const WHY_OF_STATE: Record<LineState, Why | undefined> = {
  registered: undefined,
  'in-call': 'in a call',
  registering: 'not registered',
  'not-registered': 'not registered',
  'no-sim': 'without SIM',
  'sim-error': 'SIM error',
  'no-balance': 'without balance',
  locked: 'locked',
  disabled: 'disabled',
  offline: 'offline',
  unknown: 'in unknown state',
}

export type SimRules = {
  /** Texts of one card; -1: no limit. `recipientsPerMonth`: different numbers. */
  perDay: number
  perMonth: number
  recipientsPerMonth: number
  /** Between two texts of one card. */
  pacingMs: number
  /** So many failures in a row make a line suspect; 0: never. */
  suspectAfter: number
  suspectMs: number
}

/** A line as the fleet knows it now. */
export type Entry = {
  id: string
  device: string
  line: string
  kind: DeviceKind
  state: LineState
  detail: string | undefined
  sim: SimFacts
  imei: string | undefined
  signal: number | undefined
  limits: Record<string, Used> | undefined
  /** Texts sent by us since `limits` were told. */
  sentSince: number
  fields: Record<string, string> | undefined
  sinceMs: number
  seenAtMs: number
  busy: boolean
  card: Card
  /** The card that was in it when the text that it has was given to it. */
  sending: Card | undefined
  /** What stands against it, as the groups that it is in count it. */
  why: Why | undefined
  /** In the rings of its device and of all. */
  ofDevice: Node<Entry>
  ofAll: Node<Entry>
}

export const createEntry = (
  device: string,
  line: string,
  kind: DeviceKind,
  card: Card,
  now: number,
): Entry => {
  const entry = {
    ...{ id: `${device}/${line}`, device, line, kind, state: 'unknown' as const, detail: undefined, sim: {} },
    ...{ imei: undefined, signal: undefined, limits: undefined, sentSince: 0, fields: undefined },
    ...{
      sinceMs: now,
      seenAtMs: now,
      busy: false,
      card,
      sending: undefined,
      why: 'in unknown state' as const,
    },
  } as unknown as Entry
  entry.ofDevice = createNode(entry)
  entry.ofAll = createNode(entry)
  return entry
}

/** A counter of the device's own that is about texts and is full. */
const fullCounter = ({ limits, sentSince }: Entry): string | undefined => {
  for (const name in limits) {
    const { used, limit } = limits[name] as Used
    if (limit >= 0 && used + sentSince >= limit && name.startsWith('sms')) return `${name} ${limit}`
  }
  return undefined
}

/** Which limit the card has reached, in words. */
export const limitOf = (entry: Entry, rules: SimRules): string | undefined => {
  const { sent } = entry.card
  if (rules.perDay >= 0 && sent.day >= rules.perDay) return `${rules.perDay} texts a day`
  if (rules.perMonth >= 0 && sent.month >= rules.perMonth) return `${rules.perMonth} texts a month`
  return entry.limits && fullCounter(entry)
}

export const whyOf = (entry: Entry, rules: SimRules, wallMs: number): Why | undefined => {
  const { card } = entry
  if (card.locked) return 'locked'
  const why = WHY_OF_STATE[entry.state]
  if (why !== undefined) return why
  if (card.suspectUntilMs > wallMs) return 'suspect'
  if (limitOf(entry, rules) !== undefined) return 'at limit'
  if (entry.busy) return 'busy'
  return card.restUntilMs > wallMs ? 'resting' : undefined
}

/** The same for an operator. */
export const hindranceOf = (entry: Entry, rules: SimRules): string | undefined => {
  const { why, card, sinceMs, detail } = entry
  const more = detail === undefined ? '' : ` (${detail})`
  switch (why) {
    case undefined:
      return undefined
    case 'offline':
      return `offline since ${clockTime(sinceMs)}${more}`
    case 'locked':
      return card.locked ? 'locked by operator' : `locked${more}`
    case 'at limit':
      return `at limit: ${limitOf(entry, rules)}`
    case 'suspect':
      return `suspect after ${card.failuresInRow} failures, until ${clockTime(card.suspectUntilMs)}`
    case 'resting':
      return `resting until ${clockTime(card.restUntilMs)}`
    default:
      return `${why}${more}`
  }
}

/** The card has texted as many different numbers as it may: it goes on with those alone. */
export const isRestricted = ({ card }: Entry, { recipientsPerMonth: most }: SimRules): boolean =>
  most >= 0 && card.recipients.size >= most

export const viewOf = (entry: Entry, counts: Line['counts'], rules: SimRules): Line => {
  const hindrance = hindranceOf(entry, rules)
  const { detail, imei, signal, limits, fields, card } = entry
  return {
    ...{ id: entry.id, device: entry.device, line: entry.line, kind: entry.kind, state: entry.state },
    ...(detail !== undefined && { detail }),
    sim: entry.sim,
    ...(imei !== undefined && { imei }),
    ...(signal !== undefined && { signal }),
    ...(limits && { limits }),
    ...(fields && { fields }),
    ...{ sinceMs: entry.sinceMs, seenAtMs: entry.seenAtMs, busy: entry.busy, lockedHere: card.locked },
    ...{ failuresInRow: card.failuresInRow, counts },
    ...(hindrance !== undefined && { hindrance }),
    ...(hindrance === undefined &&
      isRestricted(entry, rules) && {
        restriction: `at limit for new numbers: ${rules.recipientsPerMonth} a month`,
      }),
  }
}
