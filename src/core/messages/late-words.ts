import type { CardNames } from '../fleet/contract.ts'
import { isSameCard } from '../fleet/sims.ts'
import type { Attempts } from './attempts.ts'
import type { Book } from './book.ts'
import type { Endings, Step } from './endings.ts'
import type { DedupeClaim, MessageRecord } from './record.ts'
import { isFinal, leftByCard, withStep } from './steps.ts'
import type { MessageStore, Saving } from './store.ts'

type LateWordPorts = {
  store: Pick<MessageStore, 'get' | 'save'>
  book: Book
  endings: Pick<Endings, 'endWaiting'>
  attempts: Pick<Attempts, 'report' | 'current'>
  nowMs: () => number
}

/** Somebody may still tell more of it. What a card perhaps sent is known when its network reports it. */
const isOpen = (m: MessageRecord): boolean =>
  m.state === 'sent' || m.state === 'submitting' || (m.state === 'unknown' && leftByCard(m))

/** What is told of messages that have left: of each, one word after the other. */
export const createLateWords = ({ store, book, endings, attempts, nowMs }: LateWordPorts) => {
  const told = new Map<string, Promise<unknown>>()
  const inTurn = <Word>(id: string, work: () => Promise<Word>): Promise<Word> => {
    const before = told.get(id)
    const now = before ? before.then(work, work) : work()
    told.set(id, now)
    const over = (): void => {
      if (told.get(id) === now) told.delete(id)
    }
    now.then(over, over)
    return now
  }

  const report = async (
    id: string,
    step: Step,
    more?: Saving,
    by?: CardNames,
  ): Promise<boolean | undefined> => {
    if (attempts.current(id) && (await attempts.report(id, step, more))) return true
    const m = (attempts.current(id) ? undefined : book.sent(id)) ?? (await store.get(id))
    if (m?.via && by && isSameCard(m.via, by) === false) return undefined
    if (!m || attempts.current(id) || !isOpen(m)) return false
    if (isFinal(step.state)) return endings.endWaiting(m, step, more)
    if (m.state === 'unknown' || m.closed) return false
    return kept(withStep(m, { atMs: nowMs(), ...step }), more)
  }
  /** A step `sent` opens its end again, for as long as a report may come. */
  const correct = async (id: string, step: Step, reportMs: number): Promise<boolean> => {
    const m = await store.get(id)
    if (m?.state !== 'unknown' || !leftByCard(m)) return false
    if (isFinal(step.state)) return endings.endWaiting(m, step)
    return kept(withStep({ ...m, reportUntilMs: nowMs() + reportMs }, { atMs: nowMs(), ...step }))
  }
  const kept = async (next: MessageRecord, more?: Saving): Promise<boolean> => {
    await store.save(next, more)
    book.tell(next)
    return true
  }
  return {
    report: (id: string, step: Step, claim?: DedupeClaim, by?: CardNames) =>
      inTurn(id, () => report(id, step, claim && { claim }, by)),
    correct: (id: string, step: Step, reportMs: number) => inTurn(id, () => correct(id, step, reportMs)),
  }
}
