import type { Timers } from '#lib/clock'
import { statusClass } from '#sms'
import type { TextEvent, TextReport, TextWish } from './contract.ts'
import type { TextPlan } from './options.ts'

export type Sender = { text(to: string, words: string, wish?: TextWish): Promise<TextReport> }

/** Two handsets that answer each other would never end. */
const MOST_REPLIES = 100
/** How long to wait for status reports. */
const STATUS_REPORT_MS = 60_000

/** What `tandem sim ue` does about texts: sends one, waits for some, answers them. */
export const createTextDuty = (plan: TextPlan, timers: Timers) => {
  let came = 0
  let good = true
  let replies = 0
  const underWay = new Set<Promise<unknown>>()
  const looking = new Set<() => void>()
  /** References whose status report is still to come. */
  let awaited = new Set<number>()
  /** Reports may overtake the answer that tells us the last reference. */
  const settled = new Set<number>()

  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!done()) return
        looking.delete(look)
        resolve()
      }
      looking.add(look)
      look()
    })
  const tell = (): void => {
    for (const look of [...looking]) look()
  }
  const track = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
    return work
  }
  const send = async (sender: Sender, to: string, words: string, wish: TextWish): Promise<TextReport> => {
    const report = await track(sender.text(to, words, wish))
    if (!report.ok) good = false
    return report
  }

  const sendFirst = async (sender: Sender, to: string, words: string): Promise<void> => {
    const report = await send(sender, to, words, plan.wish)
    if (!report.ok || !plan.wish.statusReport || report.form === 'plain') return
    awaited = new Set(report.references.filter((reference) => !settled.has(reference)))
    const patience = Promise.withResolvers<void>()
    const timer = timers.after(STATUS_REPORT_MS, patience.resolve)
    await Promise.race([until(() => awaited.size === 0), patience.promise])
    timer.cancel()
    if (awaited.size > 0) good = false
  }

  const onStatus = ({ reference, status }: TextEvent & { kind: 'status-report' }): void => {
    const verdict = statusClass(status)
    if (verdict === 'trying') return
    if (verdict === 'failed') good = false
    settled.add(reference)
    awaited.delete(reference)
  }

  return {
    onEvent(event: TextEvent, sender: Sender): void {
      if (event.kind === 'status-report') onStatus(event)
      if (event.kind === 'message') {
        came++
        if (plan.reply !== undefined && event.data === undefined && replies++ < MOST_REPLIES)
          void send(sender, event.from, plan.reply, { plain: event.form === 'plain' })
      }
      tell()
    },
    /** What is to be done before leaving. */
    tasks(sender: Sender, print: (line: string) => void): Promise<unknown>[] {
      const { send: first, count } = plan
      const tasks: Promise<unknown>[] = []
      if (first) tasks.push(sendFirst(sender, first.to, first.words))
      if (count !== undefined) {
        print('waiting for texts; Ctrl-C leaves')
        tasks.push(until(() => came >= count))
      }
      return tasks
    },
    /** Resolves when answers that are on their way are taken or refused. */
    settled: (): Promise<unknown> => Promise.allSettled(underWay),
    get good(): boolean {
      return good
    },
  }
}
export type TextDuty = ReturnType<typeof createTextDuty>
