import type { CallOffer, Route } from '../call-ports.ts'
import type { Refusal } from '../refusals.ts'
import type { Trial, TrialTarget } from '../routes/trial.ts'
import type { Routing } from '../routing.ts'
import type { TrunkRing } from './contract.ts'
import type { CallPlan } from './plans.ts'
import type { Trunks } from './trunks.ts'

export type CallTrialPorts = { routeTo: Routing; trunks: Trunks; trunkRing: Pick<TrunkRing, 'placeOf'> }

const REFUSED: Partial<Record<Refusal, string>> = {
  'unknown-user': 'nobody here has this number or name, and no route fits',
  'not-registered': 'it is for a user here who is not registered',
  forbidden: 'a route refuses it',
}

/** What would become of a call, by the very rules that decide about a real one. Nobody is called. */
export const createCallTrial = ({ routeTo, trunks, trunkRing }: CallTrialPorts) => {
  const trunkTarget = (name: string): TrialTarget => {
    const state = trunks.stateOf(name)
    const target = `trunk:${name}`
    if (!state) return { target, usable: false, why: 'there is no such trunk' }
    const { calls, mostCalls, rests } = state
    if (!trunkRing.placeOf(name))
      return { target, usable: false, why: 'no way there: not registered, or its name is not known' }
    if (calls >= mostCalls) return { target, usable: false, why: `${calls} of ${mostCalls} calls` }
    return { target, usable: true, ...(rests && { why: 'did not answer a short while ago' }) }
  }
  const targetsOf = ({ stages }: CallPlan): TrialTarget[] =>
    stages.flatMap((stage) => {
      if (stage.kind === 'trunks') return stage.names.map(trunkTarget)
      if (stage.kind === 'reject')
        return [{ target: `reject:${stage.code}`, usable: false, why: 'refused here' }]
      return [{ target: `subscriber:${stage.name}`, usable: true }]
    })
  const trialOf = (route: Route): Trial => {
    switch (route.kind) {
      case 'echo':
        return { accepted: true, why: 'the echo service', targets: [] }
      case 'subscriber': {
        const targets = route.bindings.map(({ contact }) => ({ target: contact, usable: true }))
        return { accepted: true, why: 'it is for a user here', targets }
      }
      case 'plan': {
        const { name } = route.plan
        return { accepted: true, why: `route "${name}"`, route: name, targets: targetsOf(route.plan) }
      }
      case 'refused': {
        const { why } = route.refused
        return { accepted: false, why: REFUSED[why] ?? why, targets: [] }
      }
    }
  }

  return (offer: Pick<CallOffer, 'caller' | 'dialled'>): Trial =>
    trialOf(routeTo({ ...offer, description: undefined, listener: 0, callId: '', hops: 70 }))
}
