import type { Timers } from '#lib/clock'
import { bugText, type Log } from '#lib/log'
import { deviceOf } from '../fleet/names.ts'
import type { LiveSettings } from '../live-settings.ts'
import { Attempt } from './attempt.ts'
import type { Book } from './book.ts'
import type { Carrier, Outcome } from './contract.ts'
import type { Endings, Step } from './endings.ts'
import type { MessageRecord, MessageStep, MessageVia } from './record.ts'
import { isFinal, withStep } from './steps.ts'
import type { Saving } from './store.ts'

type AttemptPorts = {
  book: Book
  endings: Pick<Endings, 'end'>
  carrierOf: (queue: string) => Carrier | undefined
  live: Pick<LiveSettings, 'smsRetryDelayS'>
  timers: Timers
  /** Moves a message to the next stage of its route, or ends it. */
  moveOn: (m: MessageRecord, step: Step) => Promise<void>
  nowMs: () => number
  log: Log
}

/** What the queue does after an attempt: goes on, waits until it is woken, or tries again later. */
export type After = 'on' | { away: string } | { againMs: number }

/** An attempt that is over by then is told of and written with its end: most are, also those that find nobody. */
const SHOWN_AFTER_MS = 20

/** Messages in the hands of their carriers, and what becomes of them. */
export const createAttempts = (ports: AttemptPorts) => {
  const { book, endings, carrierOf, live, timers, moveOn, nowMs, log } = ports
  const under = new Map<string, Attempt>()
  const begun = (m: MessageRecord, shown: boolean): Attempt => {
    const a = new Attempt(m, shown, book)
    under.set(m.id, a)
    return a
  }
  const ended = (a: Attempt): void => {
    a.gone = true
    under.delete(a.record.id)
  }

  /** A step that ends the attempt but not the message. */
  const back = async (m: MessageRecord, step: Step, insist: boolean): Promise<void> => {
    const next = withStep(m, { atMs: nowMs(), ...step })
    if (!insist) return book.later(next)
    await book.keep(next)
    book.tell(next)
  }

  const retried = async (a: Attempt, outcome: Outcome & { kind: 'retry' }): Promise<After> => {
    const { reason, route, cause, afterS } = outcome
    const m = { ...a.record, attempts: a.record.attempts + 1 }
    await back(m, stepOf('queued', { reason, route, cause }), true)
    outcome.committed?.()
    const againMs = (afterS ?? live.smsRetryDelayS) * 1000
    // Not beyond its expiry: those behind it need not wait for one that is dead.
    return { againMs: Math.max(0, Math.min(againMs, m.expiresAtMs - nowMs())) }
  }

  /**
   * Who was reached but did not take it (`route`) has seen this attempt: the next one needs another identity. Who was
   * not reached leaves no trace when the message was known to wait for just that.
   */
  const away = async (
    a: Attempt,
    before: MessageRecord,
    outcome: Outcome & { kind: 'away' },
  ): Promise<After> => {
    const { reason, route, cause, committed } = outcome
    const attempts = a.record.attempts + (route === undefined ? 0 : 1)
    const known = before.state === 'queued' && before.reason === reason && route === undefined
    const { partsTotal, partsDone } = a.record
    if (!known || partsDone !== before.partsDone)
      await back(
        { ...a.record, attempts },
        stepOf('queued', { reason, route, cause }),
        committed !== undefined,
      )
    else if (a.shown) book.later({ ...before, partsTotal })
    committed?.()
    return { away: reason }
  }

  const sent = async (m: MessageRecord, outcome: Outcome & { kind: 'sent' }): Promise<void> => {
    const { via, route, reportMs } = outcome
    const atMs = nowMs()
    const next = withStep(m, { atMs, state: 'sent', route })
    if (via) next.via = via
    if (reportMs !== undefined) next.reportUntilMs = atMs + reportMs
    await book.keep(next, { handed: handedOf(outcome, atMs), patient: true })
    book.tell(next)
    book.release(m)
  }

  const settled = async (a: Attempt, before: MessageRecord, outcome: Outcome): Promise<After> => {
    if (outcome.kind === 'retry') return retried(a, outcome)
    if (outcome.kind === 'away') return away(a, before, outcome)
    if (outcome.kind === 'sent') await sent(a.record, outcome)
    else if (outcome.kind === 'onward') await moveOn(a.record, stepOf('failed', outcome))
    else {
      const [via, more] =
        outcome.kind === 'unknown' ? [outcome.via, { handed: handedOf(outcome, nowMs()) }] : [undefined, {}]
      await endings.end({ ...a.record, ...(via && { via }) }, stepOf(outcome.kind, outcome), true, more)
    }
    outcome.committed?.()
    return 'on'
  }

  const submitted = async (m: MessageRecord, carrier: Carrier, route?: string): Promise<MessageRecord> => {
    // Left over from a process that died: the same attempt goes on.
    if (m.state === 'submitting') return m
    const once = carrier.atMostOnce?.(m) === true
    const task = once && (await carrier.taskOf?.(m))
    const step: MessageStep = { atMs: nowMs(), state: 'submitting' }
    if (route !== undefined) step.route = route
    if (task) step.task = task
    const next = withStep(m, step)
    if (once) {
      await book.keep(next, PATIENT)
      book.tell(next)
    }
    return next
  }

  /** By its carrier, or in the hands of a device that a process before this one gave it to. */
  const carried = async (a: Attempt, before: MessageRecord, carrier: Carrier): Promise<Outcome> => {
    const follow = isLeft(before, carrier) ? carrier.follow : undefined
    const showing = a.shown ? undefined : timers.after(SHOWN_AFTER_MS, () => a.show())
    try {
      return await (follow ? follow(a.record) : carrier.deliver(a.record, a))
    } catch (bug) {
      log.write('app', 'error', bugText(bug), { user: a.record.queue })
      const { route = '' } = before
      return follow ? { kind: 'unknown', reason: 'internal', route } : { kind: 'retry', reason: 'internal' }
    } finally {
      showing?.cancel()
    }
  }

  /** Begun by a process that died, and no mere repeat if it began anew. */
  const isLeft = (m: MessageRecord, carrier: Carrier | undefined): boolean =>
    m.state === 'submitting' && carrier?.atMostOnce?.(m) === true

  /** Why there is no attempt any more. What may have arrived has not run out. */
  const deadEnd = (m: MessageRecord, carrier: Carrier | undefined): Step | undefined => {
    if (isLeft(m, carrier)) return carrier?.follow ? undefined : { state: 'unknown', reason: 'restart' }
    return m.expiresAtMs <= nowMs() ? { state: 'expired' } : undefined
  }

  return {
    /** One attempt with the message whose turn it is. */
    async start(m: MessageRecord, route?: string): Promise<After> {
      const carrier = carrierOf(m.queue)
      const a = begun(m, m.state === 'submitting')
      try {
        const dead = deadEnd(m, carrier)
        if (dead) {
          if (route !== undefined) carrier?.group?.cancel?.(m)
          a.settling = endings.end(m, dead, true)
          await a.settling
          return 'on'
        }
        if (!carrier) return { away: 'no route' }
        a.record = await submitted(m, carrier, route)
        a.shown ||= carrier.atMostOnce?.(m) ?? false
        const outcome = await carried(a, m, carrier)
        if (a.over) {
          await a.over
          outcome.committed?.()
          return 'on'
        }
        // The house closes: the next process follows what is in a device's hands.
        if (book.closed && outcome.kind === 'unknown' && carrier.follow) return 'on'
        const after = settled(a, m, outcome)
        a.settling = after
        return await after
      } finally {
        ended(a)
      }
    },
    /** Its way will never lead anywhere: the message goes to the next stage of its route. */
    async onward(m: MessageRecord, reason: string): Promise<After> {
      const a = begun(m, true)
      try {
        a.settling = moveOn(m, { state: 'failed', reason })
        await a.settling
        return 'on'
      } finally {
        ended(a)
      }
    },
    /** As it stands, while it is in hand. */
    current: (id: string): MessageRecord | undefined => under.get(id)?.record,
    /** A late word on a message in hand; false when it is not, or is settled. */
    async report(id: string, step: Step, more?: Saving): Promise<boolean> {
      const a = under.get(id)
      if (!a || a.over) return false
      if (a.settling) {
        await a.settling
        return false
      }
      if (isFinal(step.state)) {
        a.over = endings.end(a.record, step, true, more)
        await a.over
      } else {
        a.record = withStep(a.record, { atMs: nowMs(), ...step })
        await book.keep(a.record, more)
      }
      return true
    },
  }
}
export type Attempts = ReturnType<typeof createAttempts>

const PATIENT: Saving = { patient: true }

type HandedOver = { via?: MessageVia; marks?: string[]; task?: string }

const handedOf = ({ via, marks, task }: HandedOver, atMs: number): Saving['handed'] & {} => {
  if (!via || !marks) return []
  const ofLine = { line: via.line, marks, atMs }
  return task === undefined ? [ofLine] : [ofLine, { line: deviceOf(via.line), marks: [task], atMs }]
}

type Details = { reason?: string | undefined; route?: string | undefined; cause?: number | undefined }

const stepOf = (state: Step['state'], { reason, route, cause }: Details): Step => ({
  state,
  ...(reason !== undefined && { reason }),
  ...(route !== undefined && { route }),
  ...(cause !== undefined && { cause }),
})
