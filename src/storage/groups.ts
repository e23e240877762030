import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { mayPass, type StoreFailure } from './faults.ts'
import { createPace } from './pace.ts'
import type { Pending, Taken } from './pending.ts'
import type { Thread } from './thread.ts'

export type Groups = {
  /** Something that somebody waits for was added to `pending`: resolves once it is on disk. */
  urgent(): Promise<void>
  /** The same for those who are told in another way. */
  hurry(): void
  /** They are told in another way, and have time until others come along. */
  soon(): void
  /** Something that may wait was added. */
  background(): void
  /** Resolves when all that was pending is on disk; rejects when it could not be written. */
  flush(): Promise<void>
}

/** Commits that somebody waits for leave at the end of the turn, but no more often than this: busy times share an fsync. */
const GAP_MS = 4
const FULL_GROUP = 100
/** The same for those who have time. */
const SOON_MS = 20
const FULL_CROWD = 400
/** Where so many of one batch had time, those in a hurry share the next one with such: each saves a commit of its own. */
const MANY_PATIENT = 20
const SHARED_GAP_MS = 12

type Ports = {
  pending: Pending
  write: Thread['write']
  timers: Timers
  log: Log
  onCommit(tookMs: number): void
}

/** Group commit: one batch, one transaction and one fsync at a time; whatever came meanwhile is the next. */
export const createGroups = ({ pending, write, timers, log, onCommit }: Ports): Groups => {
  const trouble = createTrouble(log)
  let writing: Promise<void> | undefined
  let waiters: PromiseWithResolvers<void> | undefined
  let hurried = false
  /** Of what is pending, and of the batch before. */
  let patient = 0
  let patientBefore = 0
  /** When the next batch leaves. */
  let armedMs = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let due = false
  let lastMs = -SOON_MS

  const pace = createPace(timers, () => {
    due = true
    arm()
  })
  const push = (all: boolean): Promise<void> => {
    if (all) pace.cancel()
    const taken = pending.take(all || due)
    const mine = waiters
    due = false
    hurried = false
    patientBefore = patient
    patient = 0
    waiters = undefined
    lastMs = timers.clock.nowMs()
    writing = write(taken.batch).then(
      (firsts) => {
        onCommit(timers.clock.nowMs() - lastMs)
        taken.messages.done(firsts as (string | number)[])
        taken.outbox.done()
        finish(mine)
      },
      (failure: StoreFailure) => finish(mine, failure, taken),
    )
    return writing
  }
  const finish = (mine: typeof waiters, failure?: StoreFailure, taken?: Taken): void => {
    writing = undefined
    if (failure) {
      taken?.messages.fail(failure)
      taken?.outbox.fail(mayPass(failure.fault))
    }
    if (failure && mayPass(failure.fault)) {
      pending.restore(taken as Taken)
      pace.slow()
    }
    if (pending.urgent > 0 || due) arm()
    else if (pending.background > 0) pace.start()
    trouble(failure)
    if (failure) {
      mine?.reject(failure)
      throw failure
    }
    mine?.resolve()
  }
  const go = (): void => {
    armedMs = Number.POSITIVE_INFINITY
    clearTimeout(timer)
    if (!writing && (pending.urgent > 0 || due)) push(false).catch(() => {})
  }
  /** A full group does not wait for the end of the gap. */
  const arm = (): void => {
    if (writing) return
    const shared = patientBefore >= MANY_PATIENT
    const isFull = pending.urgent >= (hurried && !shared ? FULL_GROUP : FULL_CROWD)
    const gapMs = shared ? SHARED_GAP_MS : GAP_MS
    const atMs = isFull ? 0 : lastMs + (hurried || due ? gapMs : SOON_MS)
    if (atMs >= armedMs) return
    clearTimeout(timer)
    const restMs = atMs - timers.clock.nowMs()
    armedMs = restMs > 0 ? atMs : 0
    if (restMs > 0) timer = setTimeout(go, restMs)
    else setImmediate(go)
  }
  const hurry = (): void => {
    hurried = true
    arm()
  }
  return {
    urgent: () => {
      waiters ??= Promise.withResolvers<void>()
      hurry()
      return waiters.promise
    },
    hurry,
    soon: () => {
      patient++
      arm()
    },
    background: pace.start,
    flush: async () => {
      while (writing) await writing.catch(() => {})
      if (pending.urgent + pending.background > 0) await push(true)
    },
  }
}

/** Says once that the disk fails and once that it works again, however many batches that took; bugs are always told. */
const createTrouble = (log: Log) => {
  let lasting = false
  return (failure?: StoreFailure): void => {
    const passing = failure !== undefined && mayPass(failure.fault)
    if (failure && !(passing && lasting))
      log.write('store', 'error', `records cannot be written: ${failure.message}`)
    if (!failure && lasting) log.write('store', 'warn', 'records can be written again')
    lasting = passing
  }
}
