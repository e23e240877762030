import type { Call } from '../call.ts'
import type { Refused } from '../call-ports.ts'
import type { TrunkRing } from '../trunks/contract.ts'
import type { CallPlan, CallStage } from '../trunks/plans.ts'
import type { Trunks } from '../trunks/trunks.ts'
import { type Outcome, ringTurn } from './turn.ts'

export type PlanPorts = {
  trunks?: Trunks
  trunkRing?: TrunkRing
}
type Ready = { trunks: Trunks; trunkRing: TrunkRing }

const FULL: Refused = { why: 'overloaded', said: 503 }
const NO_WAY: Refused = { why: 'peer-failure', said: 503 }

/** Silence, or no way there: others have the first turn for a while. */
const isDead = ({ said }: Refused): boolean => said === 408 || said === 503

const goesOn = ({ fallbackOn }: CallPlan, { said }: Refused): boolean =>
  said !== undefined && fallbackOn.has(said)

/** One trunk, with a channel of its own as long as the call lasts. */
const ringTrunk = async ({ trunks, trunkRing }: Ready, call: Call, name: string): Promise<Outcome> => {
  const place = trunkRing.placeOf(name)
  if (!place) {
    trunks.failed(name)
    return { kind: 'refused', refused: NO_WAY }
  }
  const release = trunks.take(name)
  if (!release) return { kind: 'refused', refused: FULL }
  call.keep('callee', release)
  const { record, offer } = call
  const { caller, dialled } = offer
  record.callee = `sip:${dialled.user}@${name}`
  const { headers } = offer
  const detail = { id: record.id, caller, dialled, hops: offer.hops - 1, ...(headers && { headers }) }
  const outcome = await ringTurn(call, [
    {
      ...{ listener: place.listener, address: place.address },
      ring: (sdp, events) => trunkRing.ring(detail, name, sdp, events),
    },
  ])
  if (outcome.kind === 'refused') release()
  if (outcome.kind === 'refused' && isDead(outcome.refused)) trunks.failed(name)
  else trunks.well(name)
  return outcome
}

/** Those of a group in turn. A call never goes back to where it came from: that would be a circle. */
const ringGroup = async (
  ready: Ready,
  call: Call,
  plan: CallPlan,
  names: readonly string[],
): Promise<Outcome> => {
  let last: Outcome = { kind: 'refused', refused: NO_WAY }
  for (const name of ready.trunks.order(names, plan.strategy)) {
    if (name === call.offer.trunk) continue
    last = await ringTrunk(ready, call, name)
    if (call.over || last.kind === 'answered' || !goesOn(plan, last.refused)) return last
  }
  return last
}

/** `ringPerson` rings a subscriber by its name; it gives undefined where nothing more will come of it. */
export const ringPlan = async (
  { trunks, trunkRing }: PlanPorts,
  call: Call,
  plan: CallPlan,
  ringPerson: (name: string) => Promise<Outcome | undefined>,
): Promise<Outcome | undefined> => {
  let last: Outcome = { kind: 'refused', refused: { why: 'unknown-user' } }
  const stage = async (one: CallStage): Promise<Outcome | undefined> => {
    if (one.kind === 'reject') return { kind: 'refused', refused: rejection(one.code) }
    if (one.kind === 'subscriber') return ringPerson(one.name)
    if (!trunks || !trunkRing) return { kind: 'refused', refused: NO_WAY }
    return ringGroup({ trunks, trunkRing }, call, plan, one.names)
  }
  for (const one of plan.stages) {
    const outcome = await stage(one)
    if (!outcome || call.over) return undefined
    last = outcome
    if (outcome.kind === 'answered' || one.kind === 'reject') return outcome
    if (one.kind === 'trunks' && !goesOn(plan, outcome.refused)) return outcome
  }
  return last
}

const rejection = (code: number): Refused => ({ why: code === 486 ? 'busy' : 'forbidden', status: code })
