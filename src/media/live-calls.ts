import type { Side } from '#core'
import type { LegPlan, MediumPlan, Report } from './commands.ts'
import { kindsOf, Leg, type LiveCall, type LiveMedium, legsOf, settle } from './leg.ts'
import type { Memory } from './memory.ts'

/** Shorter silence is nobody's business. */
export const MIN_SILENT_MS = 5000

/** The worker's calls: which leg owns which socket, and who has been silent. Times are the worker's clock. */
export const createLiveCalls = (memory: Memory, report: (report: Report) => void) => {
  const calls = new Map<number, LiveCall>()
  /** By slot: whose socket it is. */
  const owners: (Leg | undefined)[] = []

  const legFor = (call: LiveCall, medium: LiveMedium, side: Side, plan: LegPlan): Leg => {
    const present = medium.legs[side]
    if (present?.rtp.slot === plan.slot) return present
    if (present) release(present)
    const leg = new Leg(call, side, plan.slot)
    owners[plan.slot] = leg
    owners[plan.slot + 1] = leg
    medium.legs[side] = leg
    return leg
  }

  const release = (leg: Leg): void => {
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
      if (legPlan) settle(memory, legFor(call, medium, side, legPlan), legPlan, kinds, nowMs)
      else if (present) {
        release(present)
        delete medium.legs[side]
      }
    }
    connect(medium)
  }

  /** What one may send goes on when the other may receive it, RFC 3264 §5.1; echo is its own other. */
  const connect = ({ legs }: LiveMedium): void => {
    for (const leg of [legs.caller, legs.callee]) {
      if (!leg) continue
      const peer = (leg === legs.caller ? legs.callee : legs.caller) ?? leg
      leg.peer = peer
      leg.forwards = leg.sends && (peer.direction === 'sendrecv' || peer.direction === 'recvonly')
    }
  }

  /** Creates or changes a call. Held, inactive and one-way media do not count as active. */
  const apply = (id: number, plans: MediumPlan[], nowMs: number): void => {
    const call = calls.get(id) ?? { id, media: new Map(), heard: true, heardAtMs: nowMs, active: false }
    calls.set(id, call)
    for (const [index, medium] of call.media) {
      if (plans.some((plan) => plan.index === index)) continue
      for (const leg of legsOf(medium)) release(leg)
      call.media.delete(index)
    }
    for (const plan of plans) settleMedium(call, plan, nowMs)
    call.heardAtMs = nowMs
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
      if (call.heard || !call.active) {
        call.heard = false
        call.heardAtMs = nowMs
      } else if (nowMs - call.heardAtMs >= MIN_SILENT_MS)
        report({ op: 'silent', call: call.id, silentMs: Math.round(nowMs - call.heardAtMs) })
    }
  }

  return { owners, apply, close, tick, get: (id: number) => calls.get(id) }
}
