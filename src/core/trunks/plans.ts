import type { Hours } from '#lib/hours'
import type { Strategy } from '../fleet/contract.ts'

/** Where a call goes by a route; the SIP accounts of gateways that follow each other are one group of trunks. */
export type CallStage =
  | { kind: 'trunks'; names: string[] }
  | { kind: 'subscriber'; name: string }
  | { kind: 'reject'; code: number }

/** A route for calls as it was configured. Expressions are `*` or regular expressions that cannot run away. */
export type CallPlan = {
  name: string
  match: { kind: string; to: string; from: string; tag?: string; time?: Hours; line?: string }
  allow: string[]
  deny: string[]
  /** Tried in turn: the targets, then those of the fallback. */
  stages: CallStage[]
  strategy: Strategy
  /** Final SIP statuses of a trunk after which the next one is tried; 408 is silence, 503 no way there and no room. */
  fallbackOn: ReadonlySet<number>
}

/** Another PBX, a provider, or the SIP account of a gateway. */
export type TrunkPlan = {
  name: string
  /** At once, in both directions. */
  mostCalls: number
}
