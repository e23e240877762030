import type { Side } from '#core'
import type { LegPlan, MediumPlan, Report, SilenceLimits } from './commands.ts'
import { kindsOf, Leg, type LiveCall, type LiveMedium, legsOf, settle } from './leg.ts'
import type { Memory } from './memory.ts'
import type { WebPort } from './web/port.ts'
import { WebSide } from './web/side.ts'
import { silenceOf } from './web/silence.ts'

/** Shorter silence is nobody's business. */
export const MIN_SILENT_MS = 5000

/** The worker's calls: which leg owns which socket, and who has been silent. Times are the worker's clock. */
export const createLiveCalls = (
  memory: Memory,
  report: (report: Report) => void,
  portOf: (web: number) => WebPort<Leg> | undefined,
) => {
  const calls = new Map<number, LiveCall>()
  /** By slot: whose socket it is. */
  const owners: (Leg | undefined)[] = []

  const legFor = (
    call: LiveCall,
    medium: LiveMedium,
    side: Side,
    plan: LegPlan,
    web: WebSide<Leg> | undefined,
  ): Leg => {
    const present = medium.legs[side]
    if (present?.rtp.slot === plan.slot && present.web === web) return present
    if (present) release(present)
    const leg = new Leg(call, side, plan.slot, web)
    medium.legs[side] = leg
    if (plan.web !== undefined) return leg
    owners[plan.slot] = leg
    owners[plan.slot + 1] = leg
    return leg
  }

  /** What is particular to browsers, kept as long as the same party is behind the same socket. */
  const sideFor = (
    present: Leg | undefined,
    plan: MediumPlan,
    side: Side,
    nowMs: number,
  ): WebSide<Leg> | undefined => {
    const said = plan.web?.[side]
    const leg = plan[side]
    if (!said || !leg) return undefined
    const port = leg.web === undefined ? undefined : portOf(leg.web)
    const web = present?.rtp.slot === leg.slot && present.web?.port === port ? present.web : undefined
    web?.settle(said, nowMs)
    return web ?? new WebSide<Leg>(said, plan.index, port, nowMs)
  }

  const release = (leg: Leg): void => {
    leg.live = false
    for (const slot of [leg.rtp.slot, leg.rtcp.slot]) if (owners[slot] === leg) owners[slot] = undefined
  }

  const settleMedium = (call: LiveCall, plan: MediumPlan, nowMs: number): void => {
    const medium = call.media.get(plan.index) ?? { type: plan.type, legs: {} }
    call.media.set(plan.index, medium)
    medium.type = plan.type
    const kinds = kindsOf(plan)
    for (const side of ['caller', 'callee'] as const) {
      const legPlan = plan[side]
      const present = medium.legs[side]
      if (legPlan) {
        const web = sideFor(present, plan, side, nowMs)
        const leg = legFor(call, medium, side, legPlan, web)
        settle(memory, leg, legPlan, web?.turns.kinds ?? kinds, nowMs)
        leg.speech = plan.type === 'audio'
      } else if (present) {
        release(present)
        delete medium.legs[side]
      }
    }
    connect(medium, plan.own ?? false)
  }

  /** What one may send goes on when the other may receive it, RFC 3264 §5.1; echo is its own other. */
  const connect = ({ legs }: LiveMedium, own: boolean): void => {
    for (const leg of [legs.caller, legs.callee]) {
      if (!leg) continue
      const peer = (leg === legs.caller ? legs.callee : legs.caller) ?? leg
      leg.peer = peer
      leg.forwards = !own && leg.sends && (peer.direction === 'sendrecv' || peer.direction === 'recvonly')
    }
  }

  /** Creates or changes a call. Held, inactive and one-way media do not count as active. */
  const apply = (id: number, plans: MediumPlan[], nowMs: number): void => {
    const call = calls.get(id) ?? {
      id,
      media: new Map(),
      heard: true,
      heardAtMs: nowMs,
      active: false,
      limits: undefined,
      tap: undefined,
    }
    calls.set(id, call)
    for (const [index, medium] of call.media) {
      if (plans.some((plan) => plan.index === index)) continue
      for (const leg of legsOf(medium)) release(leg)
      call.media.delete(index)
    }
    for (const plan of plans) settleMedium(call, plan, nowMs)
    call.heardAtMs = nowMs
    call.limits = plans.find(({ web }) => web)?.web?.limits
    call.active = [...call.media.values()].some(
      (medium) => medium.legs.caller?.forwards !== false && medium.legs.callee?.forwards !== false,
    )
  }

  const close = (id: number): void => {
    for (const medium of calls.get(id)?.media.values() ?? []) for (const leg of legsOf(medium)) release(leg)
    calls.delete(id)
  }

  /** Once a second. */
  const tick = (nowMs: number): void => {
    for (const call of calls.values()) {
      for (const medium of call.media.values()) for (const leg of legsOf(medium)) leg.burst = 0
      if (call.limits) watch(call, call.limits, nowMs)
      else if (call.heard || !call.active) {
        call.heard = false
        call.heardAtMs = nowMs
      } else if (nowMs - call.heardAtMs >= MIN_SILENT_MS)
        report({ op: 'silent', call: call.id, silentMs: Math.round(nowMs - call.heardAtMs) })
    }
  }

  /** The legs of telephones that speak with browsers. */
  function* beside(): Generator<Leg> {
    for (const call of calls.values())
      if (call.limits)
        for (const medium of call.media.values())
          for (const leg of legsOf(medium)) if (leg.web && !leg.web.port) yield leg
  }

  /** Told of silence of any side, since a call with nobody on one end is none: how long, and how long it may be. */
  const watch = (call: LiveCall, limits: SilenceLimits, nowMs: number): void => {
    const silence = silenceOf(call, limits, nowMs)
    if (silence) report({ op: 'silent', call: call.id, ...silence })
  }

  return { owners, apply, close, tick, beside, get: (id: number) => calls.get(id) }
}
