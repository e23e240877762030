import type { DedupeClaim, MessageRecord, Saving } from '#core'
import type { Batch } from '../batch.ts'
import type { StoreFailure } from '../faults.ts'
import { dueOf, IN_TURN, phaseOf, pushMessage } from './columns.ts'

type Addition = {
  message: MessageRecord
  claim: DedupeClaim | undefined
  first?: string
  end: End<string | undefined>
}
type Change = {
  message: MessageRecord
  whole: boolean
  claims: readonly DedupeClaim[]
  reports: readonly MessageRecord[]
  handed: readonly (Saving['handed'] & {})[number][]
  /** Of those who saved it for later. */
  ends: readonly End<void>[] | undefined
}
type End<T> = PromiseWithResolvers<T>
const NONE: readonly never[] = []

/** Messages on their way to the disk. Who adds or saves is told of its own end; nothing that failed is tried again. */
export type PendingMessages = {
  add(message: MessageRecord, claim: DedupeClaim | undefined): Promise<string | undefined>
  save(message: MessageRecord, more: Saving): Promise<void>
  saveLater(message: MessageRecord): Promise<void>
  readonly urgent: number
  readonly background: number
  take(batch: Batch, all: boolean): TakenMessages
}

export type TakenMessages = {
  /** `firsts`: of additions that were there before, place in the batch and id of the first one, in turn. */
  done(firsts: (string | number)[]): void
  fail(failure: StoreFailure): void
}

export const createPendingMessages = (): PendingMessages => {
  let additions: Addition[] = []
  let changes = new Map<string, Change>()
  let later = new Map<string, Change>()
  /** Told with the batch: all who save before the next one have it in common. */
  let saved: End<void> | undefined

  /** What is saved takes the place of what waited of the same message; whoever waited for that is told with it. */
  const change = (into: Map<string, Change>, message: MessageRecord, more: Saving): Change => {
    const old = changes.get(message.id) ?? later.get(message.id)
    later.delete(message.id)
    const { whole = false, claim, reports = NONE, handed = NONE } = more
    const claims = claim ? [claim] : NONE
    const now: Change = old
      ? {
          message,
          whole: whole || old.whole,
          claims: [...old.claims, ...claims],
          reports: [...old.reports, ...reports],
          handed: [...old.handed, ...handed],
          ends: old.ends,
        }
      : { message, whole, claims, reports, handed, ends: undefined }
    ;(changes.has(message.id) ? changes : into).set(message.id, now)
    return now
  }
  return {
    add: (message, claim) => {
      const end = Promise.withResolvers<string | undefined>()
      additions.push({ message, claim, end })
      return end.promise
    },
    save: (message, more) => {
      change(changes, message, more)
      saved ??= Promise.withResolvers<void>()
      return saved.promise
    },
    saveLater: (message) => {
      const end = Promise.withResolvers<void>()
      const one = change(later, message, {})
      one.ends = [...(one.ends ?? NONE), end]
      return end.promise
    },
    get urgent() {
      return additions.length + changes.size
    },
    get background() {
      return later.size
    },
    take: (batch, all) => {
      const taken = { additions, changes: [...changes.values(), ...(all ? later.values() : [])] }
      const mine = saved
      // Also when it is empty: what comes from now on belongs to the next batch, and is told of that one's end.
      saved = undefined
      additions = []
      if (changes.size > 0) changes = new Map()
      if (all && later.size > 0) later = new Map()
      for (const { message, claim } of taken.additions) pushAddition(batch, message, claim)
      for (const one of taken.changes) pushChange(batch, one)
      return {
        done: (firsts) => {
          for (let at = 0; at < firsts.length; at += 2) {
            const addition = taken.additions[firsts[at] as number]
            if (addition) addition.first = firsts[at + 1] as string
          }
          for (const { end, first } of taken.additions) end.resolve(first)
          for (const { ends } of taken.changes) for (const end of ends ?? NONE) end.resolve()
          mine?.resolve()
        },
        fail: (failure) => {
          for (const { end } of taken.additions) end.reject(failure)
          for (const { ends } of taken.changes) for (const end of ends ?? NONE) end.reject(failure)
          mine?.reject(failure)
        },
      }
    },
  }
}

const pushAddition = (batch: Batch, message: MessageRecord, claim: DedupeClaim | undefined): void => {
  pushMessage(batch.messages, message)
  batch.messages.push(claim?.key ?? null, claim?.nowMs ?? 0, claim?.untilMs ?? 0)
}

const pushChange = (batch: Batch, { message: m, whole, claims, reports, handed }: Change): void => {
  const phase = phaseOf(m)
  if (whole) {
    pushMessage(batch.wholes, m)
    batch.wholes.push(m.id)
  } else {
    const out = phase === IN_TURN ? batch.progress : batch.moves
    out.push(m.state, m.attempts, m.partsTotal, m.partsDone, JSON.stringify(m.steps))
    if (phase !== IN_TURN) out.push(m.via ? JSON.stringify(m.via) : null, null, phase, dueOf(m))
    out.push(m.id)
  }
  for (const claim of claims) batch.keys.push(claim.key, m.id, claim.untilMs)
  for (const { line, marks, atMs } of handed)
    for (const mark of marks) batch.marks.push(line, mark, m.id, atMs)
  for (const report of reports) pushAddition(batch, report, undefined)
}
