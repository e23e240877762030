import { type CardPort, parseCardPort } from './card-port.ts'
import { type Fields, fieldsOf, listAt, numberAt } from './fields.ts'

/** How far a task has come; `done` tells of single recipients. */
export type StatusReport = { kind: 'status-report'; tasks: TaskReport[] }

export type TaskReport = {
  taskId: number
  sending: number
  sent: number
  failed: number
  unsent: number
  done: TaskOutcome[]
}

/** `code` undefined: sent. Else the task code of a failure, with the device's words. */
export type TaskOutcome = {
  index: number
  recipient: string
  port: CardPort | undefined
  atMs: number | undefined
  code?: number
  text?: string
}

const MOST_TASKS = 10_000
const MOST_OUTCOMES = 10_000
/** No earlier than 2001: what is smaller is an index or an ICCID's beginning. */
const FIRST_TIME_S = 1_000_000_000

export const statusReportOf = (fields: Fields): StatusReport => {
  const tasks: TaskReport[] = []
  for (const entry of listAt(fields, 'rpts', MOST_TASKS)) {
    const own = fieldsOf(entry)
    const taskId = own && numberAt(own, 'tid')
    if (!own || taskId === undefined) continue
    tasks.push({
      taskId,
      sending: numberAt(own, 'sending') ?? 0,
      sent: numberAt(own, 'sent') ?? 0,
      failed: numberAt(own, 'failed') ?? 0,
      unsent: numberAt(own, 'unsent') ?? 0,
      done: [
        ...listAt(own, 'sdr', MOST_OUTCOMES).flatMap((row) => outcomeOf(row, false)),
        ...listAt(own, 'fdr', MOST_OUTCOMES).flatMap((row) => outcomeOf(row, true)),
      ],
    })
  }
  return { kind: 'status-report', tasks }
}

/** `[index, number, port, (iccid,) time (, "6 Timeout", carrier)]`: the time is found by its kind, not its place. */
const outcomeOf = (row: unknown, failed: boolean): TaskOutcome[] => {
  if (!Array.isArray(row) || row.length < 3) return []
  const [index, recipient, place, ...rest] = row as unknown[]
  const time = rest.findIndex((value) => typeof value === 'number' && value >= FIRST_TIME_S)
  const seconds = time < 0 ? undefined : (rest[time] as number)
  const text = failed ? rest.slice(time + 1).find((value) => typeof value === 'string') : undefined
  return [
    {
      index: Number(index) || 0,
      recipient: String(recipient ?? ''),
      port: parseCardPort(String(place ?? '')),
      atMs: seconds === undefined ? undefined : seconds * 1000,
      ...(failed && {
        code: Number(/^\d{1,5}/.exec(String(text ?? ''))?.[0] ?? -1),
        text: String(text ?? ''),
      }),
    },
  ]
}
