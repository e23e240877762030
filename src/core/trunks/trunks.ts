import type { Clock } from '#lib/clock'
import type { Strategy } from '../fleet/contract.ts'
import type { TrunkPlan } from './plans.ts'

/** How a trunk does. `rests`: it failed a short while ago, others have the first turn. */
export type TrunkState = { name: string; calls: number; mostCalls: number; rests: boolean }

/** A trunk that did not answer is asked again after this, or earlier where there is no other. */
const REST_MS = 60_000

/** The channels of all trunks. */
export const createTrunks = (plans: readonly TrunkPlan[], clock: Clock) => {
  const trunks = new Map(
    plans.map(({ name, mostCalls }) => [name, { name, calls: 0, mostCalls, restsUntilMs: 0 }]),
  )
  /** Turns of groups of trunks, by their first name. */
  const turns = new Map<string, number>()
  const rests = (name: string): boolean => (trunks.get(name)?.restsUntilMs ?? 0) > clock.nowMs()

  return {
    has: (name: string): boolean => trunks.has(name),
    /** A channel, given back by calling what comes (once; more does nothing); undefined: all are taken. */
    take(name: string): (() => void) | undefined {
      const trunk = trunks.get(name)
      if (!trunk || trunk.calls >= trunk.mostCalls) return undefined
      trunk.calls++
      let held = true
      return () => {
        if (held) trunk.calls--
        held = false
      }
    },
    /** It did not answer, or there is no way there; `well`: it has answered something. */
    failed(name: string): void {
      const trunk = trunks.get(name)
      if (trunk) trunk.restsUntilMs = clock.nowMs() + REST_MS
    },
    well(name: string): void {
      const trunk = trunks.get(name)
      if (trunk) trunk.restsUntilMs = 0
    },
    /** In which order those of a group are tried; one that has just failed is the last. */
    order(names: readonly string[], strategy: Strategy): string[] {
      const first = names[0]
      if (names.length < 2 || first === undefined) return [...names]
      const turn = turns.get(first) ?? 0
      turns.set(first, (turn + 1) % names.length)
      const turned = [...names.slice(turn), ...names.slice(0, turn)]
      if (strategy === 'least_used')
        turned.sort((a, b) => (trunks.get(a)?.calls ?? 0) - (trunks.get(b)?.calls ?? 0))
      return [...turned.filter((name) => !rests(name)), ...turned.filter(rests)]
    },
    stateOf(name: string): TrunkState | undefined {
      const trunk = trunks.get(name)
      return trunk && { name, calls: trunk.calls, mostCalls: trunk.mostCalls, rests: rests(name) }
    },
    list: (): TrunkState[] =>
      Array.from(trunks.values(), ({ name, calls, mostCalls }) => ({
        ...{ name, calls, mostCalls, rests: rests(name) },
      })),
  }
}
export type Trunks = ReturnType<typeof createTrunks>
