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
  claims: DedupeClaim[]
  reports: MessageRecord[]
  handed: Saving['handed'] & {}
  ends: End<void>[]
}
type End<T> = PromiseWithResolvers<T>

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

  /** What is saved takes the place of what waited of the same message; whoever waited for that is told with it. */
  const change = (into: Map<string, Change>, message: MessageRecord, more: Saving): Promise<void> => {
    const old = changes.get(message.id) ?? later.get(message.id)
    later.delete(message.id)
    const end = Promise.withResolvers<void>()
    if (!old) {
      const { whole = false, claim, reports = [], handed = [] } = more
      into.set(message.id, { message, whole, claims: claim ? [claim] : [], reports, handed, ends: [end] })
      return end.promise
    }
    const merged: Change = {
      message,
      whole: (more.whole ?? false) || old.whole,
      claims: [...old.claims, ...(more.claim ? [more.claim] : [])],
      reports: [...old.reports, ...(more.reports ?? [])],
      handed: [...old.handed, ...(more.handed ?? [])],
      ends: [...old.ends, end],
    }
    ;(changes.has(message.id) ? changes : into).set(message.id, merged)
    return end.promise
  }
  return {
    add: (message, claim) => {
      const end = Promise.withResolvers<string | undefined>()
      additions.push({ message, claim, end })
      return end.promise
    },
    save: (message, more) => change(changes, message, more),
    saveLater: (message) => change(later, message, {}),
    get urgent() {
      return additions.length + changes.size
    },
    get background() {
      return later.size
    },
    take: (batch, all) => {
      const taken = { additions, changes: [...changes.values(), ...(all ? later.values() : [])] }
      // Also when it is empty: what comes from now on belongs to the next batch, and is told of that one's end.
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
          for (const { ends } of taken.changes) for (const end of ends) end.resolve()
        },
        fail: (failure) => {
          for (const { end } of taken.additions) end.reject(failure)
          for (const { ends } of taken.changes) for (const end of ends) end.reject(failure)
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
