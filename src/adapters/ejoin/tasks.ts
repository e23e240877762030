import type { GatewayInbox, SendResult } from '#core'
import { type SentSms, type StatusReport, type TaskReport, verdictOf, wordsOfCode } from '#ejoin-wire'
import type { Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import { clip } from './sightings.ts'
import { isOurs } from './tids.ts'

/** What a task's code says of the text; undefined: nothing yet. */
export const resultOf = (code: number, words: string): SendResult | undefined => {
  const reason = clip(words === '' ? wordsOfCode(code) : words, 200)
  switch (verdictOf(code)) {
    case 'done':
      return { kind: 'sent' }
    case 'again':
      return undefined
    case 'perhaps':
      return { kind: 'unknown', reason }
    case 'later':
      return { kind: 'refused', fault: 'busy', reason, cause: code }
    case 'number':
      return { kind: 'refused', fault: 'number', reason, cause: code }
    case 'line':
      return { kind: 'refused', fault: 'line', reason, cause: code }
  }
}

/** One recipient a task: the first word about it is the one that counts. */
const outcomeOf = ({ done, sent, failed, sending, unsent }: TaskReport): SendResult | undefined => {
  for (const { code, text } of done)
    return code === undefined ? { kind: 'sent' } : resultOf(code, (text ?? '').replace(/^\d+\s*/, ''))
  if (sending + unsent > 0) return undefined
  if (failed > 0) return { kind: 'refused', fault: 'line', reason: 'failed' }
  return sent > 0 ? { kind: 'sent' } : undefined
}

type Kept = Promise<Result<void, 'failure'>>
type Pending = { device: string; settle: (result: SendResult) => void }
/** A result on its way to the disk. */
type Settling = { device: string; isKnown: boolean; committed: Promise<void> }

/** So long a device waits for its answer; then it is told that it was not stored, and comes again. */
const COMMIT_MS = 10_000
/** Results that devices may repeat. */
const MOST_OVER = 5000

/** Tasks that devices have of us, until somebody says what became of them and that is on disk. */
export const createTasks = (timers: Timers, inbox: Pick<GatewayInbox, 'result'>) => {
  const pending = new Map<number, Pending>()
  const settling = new Map<number, Settling>()
  const over = new Set<number>()

  const settle = (id: number, result: SendResult): void => {
    const task = pending.get(id)
    if (!task) return
    pending.delete(id)
    const isKnown = result.kind !== 'unknown'
    const { promise, resolve } = Promise.withResolvers<void>()
    const committed = (): void => {
      settling.delete(id)
      if (isKnown) over.add(id)
      if (over.size > MOST_OVER) over.delete(over.values().next().value as number)
      resolve()
    }
    settling.set(id, { device: task.device, isKnown, committed: promise })
    task.settle(
      result.kind === 'refused' ? { ...result, committed } : { ...result, task: `${id}`, committed },
    )
  }
  const stored = (committed: Promise<void>): Kept => {
    const { promise, resolve } = Promise.withResolvers<Result<void, 'failure'>>()
    const late = timers.after(COMMIT_MS, () => resolve(err('failure')))
    void committed.then(() => {
      late.cancel()
      resolve(ok(undefined))
    })
    return promise
  }

  /** A device's word: resolves when the step that it makes is on disk. */
  const take = async (device: string, id: number, result: SendResult): Kept => {
    if (pending.get(id)?.device === device) settle(id, result)
    const under = settling.get(id)
    if (under && under.device === device) {
      const kept = await stored(under.committed)
      if (under.isKnown || !kept.ok) return kept
    }
    const isAnothers = pending.has(id) || settling.has(id)
    if (over.has(id) || isAnothers || !isOurs(id) || result.kind === 'unknown') return ok(undefined)
    return inbox.result({ device, task: `${id}`, result, atMs: timers.clock.wallMs() })
  }

  return {
    settle,
    begin(id: number, device: string): Promise<SendResult> {
      const { promise, resolve } = Promise.withResolvers<SendResult>()
      pending.set(id, { device, settle: resolve })
      return promise
    },
    isPending: (id: number): boolean => pending.has(id),
    onReport: (device: string, { tasks }: StatusReport): Kept[] =>
      tasks.flatMap((task) => {
        const result = outcomeOf(task)
        return result ? [take(device, task.taskId, result)] : []
      }),
    onSent(device: string, { taskId, code, status }: SentSms): Kept[] {
      const result = resultOf(code ?? -1, status.replace(/^-?\d+\s*/, ''))
      return taskId === undefined || !result ? [] : [take(device, taskId, result)]
    },
    get size(): number {
      return pending.size
    },
    close(): void {
      for (const id of [...pending.keys()]) settle(id, { kind: 'unknown', reason: 'shutdown' })
    },
  }
}
export type Tasks = ReturnType<typeof createTasks>
