import type { Timers } from '#lib/clock'
import { clockTime, createRemaining } from '#lib/hours'
import { err, ok, type Result } from '#lib/result'
import type {
  ClaimRefusal,
  DeviceKind,
  Fleet,
  GatewayDriver,
  GatewayText,
  Line,
  Place,
  SendResult,
} from '../fleet/contract.ts'
import { deviceOf } from '../fleet/names.ts'
import type { LiveSettings } from '../live-settings.ts'
import type { Carrier, Outcome, Wait } from '../messages/contract.ts'
import type { MessageRecord, MessageStep, MessageVia } from '../messages/record.ts'
import type { AddressPlan } from '../routes/plan.ts'
import type { RoutePlan } from '../routes/table.ts'
import { marksOfText } from './store.ts'
import { createTries } from './tries.ts'

export type CarrierPorts = {
  timers: Timers
  fleet: Pick<Fleet, 'claim' | 'release' | 'get' | 'sentElsewhere'>
  drivers: ReadonlyMap<DeviceKind, Pick<GatewayDriver, 'send' | 'nextTask' | 'follow'>>
  /** Resolves when there are drivers: what a process before this one has begun is followed then. */
  ready?: Promise<void>
  addresses: AddressPlan
  live: Pick<LiveSettings, 'smsRetryDelayS'>
  /** How long a report is awaited. */
  reportMs: number
  /** The step `sent` is on disk: reports that came before it may be told now. */
  onHanded: (id: string, line: string, marks: string[]) => void
}

type LineName = Pick<Line, 'id' | 'sim'>

/** A device that has no room now is asked again so much later, then twice that, up to sms_retry_delay. */
const BUSY_S = 2
/** Whose country nobody need tell. */
const WHOLE = /^\+\d{7,20}$/
/** Hands at once; lines are what really counts. */
const MOST_IN_HAND = 20_000

export const viaOf = ({ id, sim = {} }: LineName): MessageVia => {
  const { iccid, imsi, number, operator } = sim
  const via: MessageVia = { line: id }
  if (iccid !== undefined) via.iccid = iccid
  if (imsi !== undefined) via.imsi = imsi
  if (number !== undefined) via.number = number
  if (operator !== undefined) via.operator = operator
  return via
}

/** Hands the texts of one stage of a route to SIM cards. */
export const createGatewayCarrier = (plan: RoutePlan, targets: string[], ports: CarrierPorts): Carrier => {
  const { timers, fleet, drivers, addresses, live, reportMs, onHanded, ready } = ports
  const tries = createTries()
  /** Places given to texts that are not handed over yet. */
  const places = new Map<string, { line: Place; to: string }>()
  let hopelessSinceMs: number | undefined
  const wallMs = (): number => timers.clock.wallMs()
  const recipientOf = ({ to, from }: MessageRecord): string =>
    WHOLE.test(to) ? to : addresses.normal(to, addresses.normal(from))

  /** The sender's word counts more than the route's. */
  const isOnce = ({ delivery }: MessageRecord): boolean =>
    delivery === undefined ? !plan.atLeastOnce : delivery === 'at_most_once'

  const quietMs = createRemaining(plan.quiet)

  const quietWait = (): Wait | undefined => {
    const againMs = quietMs(wallMs())
    if (againMs === 0) return undefined
    return { reason: `quiet hours until ${clockTime(wallMs() + againMs)}`, againMs }
  }

  /** A group of which no line is in sight for long is hopeless: where there is another way, its texts take that. */
  const noLine = (id: string, refusal: ClaimRefusal): Wait => {
    const { hopeless, ...wait } = refusal
    const tried = tries.of(id)
    if (tried && tried.not.size > 0 && !wait.againMs && (wait.own || hopeless)) {
      tried.not.clear()
      const againMs = live.smsRetryDelayS * 1000
      return { reason: `refused by ${tried.refusals} lines, ${wait.reason}`, againMs, own: true }
    }
    if (!hopeless) hopelessSinceMs = undefined
    if (!hopeless || plan.fallbackAfterMs <= 0) return wait
    hopelessSinceMs ??= timers.clock.nowMs()
    const restMs = hopelessSinceMs + plan.fallbackAfterMs - timers.clock.nowMs()
    return restMs > 0 ? { ...wait, againMs: restMs } : { ...wait, onward: true }
  }

  const reserve = (m: MessageRecord): Result<string, Wait> => {
    const quiet = quietWait()
    if (quiet) return err(quiet)
    const not = tries.of(m.id)?.not
    const { strategy, pacingMs } = plan
    const to = recipientOf(m)
    const claimed = fleet.claim({ targets, to, strategy, pacingMs, ...(not && { not }) })
    if (!claimed.ok) return err(noLine(m.id, claimed.error))
    hopelessSinceMs = undefined
    places.set(m.id, { line: claimed.value, to })
    return ok(claimed.value.id)
  }

  const refused = (m: MessageRecord, line: LineName, result: SendResult & { kind: 'refused' }): Outcome => {
    const { fault, reason, cause, committed } = result
    const why = {
      reason,
      route: line.id,
      ...(cause !== undefined && { cause }),
      ...(committed && { committed }),
    }
    const busyS = Math.min(BUSY_S * 2 ** Math.min(m.attempts, 10), Math.max(BUSY_S, live.smsRetryDelayS))
    if (fault === 'busy') return { kind: 'retry', ...why, afterS: busyS }
    const refusals = fault === 'line' ? tries.refused(m.id, line.id).refusals : 0
    if (fault === 'line' && refusals < plan.attempts) return { kind: 'retry', ...why, afterS: 0 }
    tries.forget(m.id)
    return fault === 'line' ? { kind: 'onward', ...why } : { kind: 'failed', ...why }
  }

  const outcomeOf = (m: MessageRecord, line: LineName, to: string, result: SendResult): Outcome => {
    if (result.kind === 'refused') return refused(m, line, result)
    const { task } = result
    if (result.kind === 'unknown' && !isOnce(m)) {
      const { refusals } = tries.refused(m.id, line.id)
      const { reason, committed } = result
      const why = { reason, route: line.id, ...(committed && { committed }) }
      return refusals < plan.attempts ? { kind: 'retry', ...why, afterS: 0 } : { kind: 'onward', ...why }
    }
    tries.forget(m.id)
    const marks = marksOfText(result.kind === 'sent' ? result.reference : undefined, to)
    const committed = (): void => {
      onHanded(m.id, line.id, marks)
      if (task !== undefined) onHanded(m.id, deviceOf(line.id), [task])
      result.committed?.()
    }
    const named = task === undefined ? undefined : { task }
    const handed = { route: line.id, via: viaOf(line), marks, committed }
    return result.kind === 'sent'
      ? { kind: 'sent', ...handed, reportMs, ...named }
      : { kind: 'unknown', ...handed, reason: result.reason, ...named }
  }

  const send = (m: MessageRecord, line: Place, to: string): Promise<SendResult> => {
    const { body, id, attempts: attempt } = m
    const driver = drivers.get(line.kind)
    const never = (fault: 'number' | 'line', reason: string): Promise<SendResult> =>
      Promise.resolve({ kind: 'refused', fault, reason })
    if (body.kind !== 'text') return never('number', 'gateways take nothing but text')
    if (!driver) return never('line', `no driver for ${line.kind}`)
    const report = plan.reports || m.reportTo !== undefined
    const text: GatewayText = { id, attempt, to, text: body.text, report }
    const task = m.state === 'submitting' ? m.steps.at(-1)?.task : undefined
    if (task !== undefined) text.task = task
    return driver.send(line, text)
  }

  /** Begun by a process before this one, by a line that need not have been seen since. */
  const followed = async ({ id: line }: LineName, { task, atMs }: MessageStep): Promise<SendResult> => {
    await ready
    for (const driver of task === undefined ? [] : drivers.values()) {
      const following = driver.follow?.(line, task as string, atMs)
      if (following) return following
    }
    return { kind: 'unknown', reason: 'restart', ...(task !== undefined && { task }) }
  }

  return {
    atMostOnce: isOnce,
    group: {
      most: MOST_IN_HAND,
      isShared: true,
      recipientOf,
      reserve,
      cancel: (m) => {
        const place = places.get(m.id)
        if (!places.delete(m.id) || !place) return
        fleet.release(place.line.id, place.to, { kind: 'refused', fault: 'busy', reason: 'not sent' })
      },
    },
    taskOf: (m) => {
      const line = places.get(m.id)?.line
      return (line && drivers.get(line.kind)?.nextTask?.(line)) ?? Promise.resolve(undefined)
    },
    async follow(m) {
      const step = m.steps.findLast(({ state }) => state === 'submitting') ?? { atMs: 0, state: m.state }
      const line = { id: step.route ?? '' }
      const result = await followed(line, step).catch(
        (bug: unknown): SendResult => ({ kind: 'unknown', reason: `failed: ${String(bug).slice(0, 80)}` }),
      )
      const to = recipientOf(m)
      if (result.kind !== 'refused') fleet.sentElsewhere(line.id, to)
      return outcomeOf(m, fleet.get(line.id) ?? line, to, result)
    },
    async deliver(m) {
      const place = places.get(m.id)
      places.delete(m.id)
      if (!place) return { kind: 'retry', reason: 'no line', afterS: BUSY_S }
      const { line, to } = place
      let result: SendResult
      try {
        result = await send(m, line, to)
      } catch (bug) {
        // On the way: nobody knows how far the text came.
        result = { kind: 'unknown', reason: `failed: ${String(bug).slice(0, 80)}` }
      }
      fleet.release(line.id, to, result)
      return outcomeOf(m, line, to, result)
    },
  }
}
