import type { SendResult } from '#core'
import { type SentSms, type StatusReport, type TaskReport, verdictOf, wordsOfCode } from '#ejoin-wire'
import { clip } from './sightings.ts'

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

type Pending = { device: string; settle: (result: SendResult) => void }

/** Tasks that devices have of us, until somebody says what became of them. */
export const createTasks = () => {
  const pending = new Map<number, Pending>()
  const settle = (id: number, result: SendResult): void => {
    const task = pending.get(id)
    pending.delete(id)
    task?.settle(result)
  }
  const has = (id: number, device: string): boolean => pending.get(id)?.device === device
  return {
    settle,
    begin(id: number, device: string): Promise<SendResult> {
      const { promise, resolve } = Promise.withResolvers<SendResult>()
      pending.set(id, { device, settle: resolve })
      return promise
    },
    isPending: (id: number): boolean => pending.has(id),
    onReport(device: string, { tasks }: StatusReport): void {
      for (const task of tasks) {
        const result = has(task.taskId, device) ? outcomeOf(task) : undefined
        if (result) settle(task.taskId, result)
      }
    },
    onSent(device: string, { taskId, code, status }: SentSms): void {
      if (taskId === undefined || !has(taskId, device)) return
      const result = resultOf(code ?? -1, status.replace(/^-?\d+\s*/, ''))
      if (result) settle(taskId, result)
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
