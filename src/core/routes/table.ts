import type { Hours } from '#lib/hours'
import { isWithin } from '#lib/hours'
import type { Strategy } from '../fleet/contract.ts'
import { type AddressPlan, LONGEST } from './plan.ts'

/** Where a text goes by a route; consecutive gateways are one group. */
export type Stage =
  | { kind: 'gateway'; targets: string[] }
  | { kind: 'subscriber'; name: string }
  | { kind: 'webhook'; url: string }
  | { kind: 'inbox' }
  | { kind: 'reject'; code: number }

/** A route as it was configured. Expressions are `*` or regular expressions that cannot run away. */
export type RoutePlan = {
  name: string
  match: { kind: string; to: string; from: string; tag?: string; time?: Hours; line?: string }
  allow: string[]
  deny: string[]
  /** Tried in turn: the targets, then those of the fallback. */
  stages: Stage[]
  strategy: Strategy
  pacingMs: number
  quiet?: Hours
  /** A text whose end nobody knows is sent again by another card. */
  atLeastOnce: boolean
  /** Lines that may refuse a text before it goes on to the next stage, or has failed. */
  attempts: number
  /** So long no line of a group may be in sight before its texts go on to the next stage. */
  fallbackAfterMs: number
  /** Devices are asked for delivery reports. */
  reports: boolean
}

/** What decides whether a route is taken. */
type Matching = Pick<RoutePlan, 'name' | 'match' | 'allow' | 'deny'>

/** A text at the switch. `line`: of the card that it came in by. */
export type Parcel = { to: string; from: string; tag?: string; line?: string; atMs: number; near?: string }

type Test = (text: string) => boolean

const testOf = (pattern: string): Test => {
  if (pattern === '*') return () => true
  const expression = new RegExp(pattern, 'u')
  return (text) => expression.test(text)
}

const anyOf = (patterns: string[]): Test => {
  const tests = patterns.map(testOf)
  return (text) => tests.some((test) => test(text))
}

const compiled = <P extends Matching>(plan: P, kind: 'call' | 'message') => {
  const { match, allow, deny } = plan
  const [to, from] = [testOf(match.to), testOf(match.from)]
  const [tag, line] = [match.tag, match.line].map((one) => (one === undefined ? undefined : testOf(one)))
  const [isAllowed, isDenied] = [anyOf(allow), anyOf(deny)]
  return {
    plan,
    /** Both ends are looked at as they are written and as numbers. */
    matches: (p: Parcel, tos: string[], froms: string[]): boolean =>
      (match.kind === kind || match.kind === '*') &&
      (line === undefined) === (p.line === undefined) &&
      (!line || line(p.line ?? '')) &&
      (!tag || (p.tag !== undefined && tag(p.tag.slice(0, LONGEST)))) &&
      (!match.time || isWithin(match.time, p.atMs)) &&
      tos.some(to) &&
      froms.some(from),
    permits: (tos: string[]): boolean =>
      (allow.length === 0 || tos.some(isAllowed)) && !(deny.length > 0 && tos.some(isDenied)),
  }
}

/** The configured routes of texts or of calls, in their order. */
export const createRouteTable = <P extends Matching = RoutePlan>(
  plans: P[],
  addresses: AddressPlan,
  kind: 'call' | 'message' = 'message',
) => {
  const routes = plans.map((plan) => compiled(plan, kind))
  const byName = new Map(plans.map((plan) => [plan.name, plan]))
  const spellings = (address: string, near?: string): string[] => {
    const written = address.slice(0, LONGEST)
    const normal = addresses.normal(address, near)
    return written === normal ? [normal] : [normal, written]
  }
  return {
    byName: (name: string): P | undefined => byName.get(name),
    /** The first route that fits; `denied`: its lists do not let this number pass. */
    find(parcel: Parcel): { plan: P; denied: boolean } | undefined {
      if (routes.length === 0) return undefined
      const tos = spellings(parcel.to, parcel.near)
      const froms = spellings(parcel.from)
      const found = routes.find(({ matches }) => matches(parcel, tos, froms))
      return found && { plan: found.plan, denied: !found.permits(tos) }
    },
  }
}
export type RouteTable = ReturnType<typeof createRouteTable<RoutePlan>>
