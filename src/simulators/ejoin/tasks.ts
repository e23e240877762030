import type { Timer, Timers } from '#lib/clock'
import type { RadioResult } from '../mobile/radio.ts'
import type { EjoinManner } from './contract.ts'
import { type EjoinPort, portsIn, REGISTERED } from './port.ts'
import { codeText } from './print.ts'

/** A task as either edition of the API submits it. */
export type TaskWish = {
  tid: number
  from: string
  to: string[]
  text: string
  /** Detailed reports of success and of failure, delivery reports. */
  sdr: boolean
  fdr: boolean
  dr: boolean
  /** Reports go there, after so many results or so many seconds. */
  url: string | undefined
  everyCount: number
  everyS: number
}

type Recipient = { index: number; to: string }
type Task = TaskWish & {
  ports: EjoinPort[]
  pending: Recipient[]
  paused: boolean
  sending: number
  sent: number
  failed: number
  rows: { sdr: unknown[][]; fdr: unknown[][] }
  untold: number
  timer: Timer | undefined
}

type TaskPorts = {
  timers: Timers
  ports: readonly EjoinPort[]
  manner: EjoinManner
  onResult: (port: EjoinPort, task: TaskWish, to: string, result: RadioResult) => void
  report: (url: string | undefined, body: Record<string, unknown>) => void
}

const MOST_TASKS = 512
/** Ids that are remembered, so that the same one is refused again. */
const MOST_REMEMBERED = 4096

/** Texts in hand: which of them leaves by which port, and what is told of it. */
export const createTasks = ({ timers, ports, manner, onResult, report }: TaskPorts) => {
  const tasks = new Map<number, Task>()
  const known = new Set<number>()

  /** The device's task code. */
  const add = (wish: TaskWish): number => {
    const { tid, from, to, text } = wish
    if (!Number.isInteger(tid)) return 11
    if (known.has(tid)) return 13
    if (text === '') return 8
    if (to.length === 0) return 9
    const wanted = portsIn(from, ports)
    if (!wanted || wanted.length === 0) return 2
    if (tasks.size >= MOST_TASKS) return 16
    known.add(tid)
    for (const old of known) {
      if (known.size <= MOST_REMEMBERED) break
      known.delete(old)
    }
    const usable = wanted.filter(({ port, slot }) => slot === undefined || slot === port.slot)
    tasks.set(tid, {
      ...{
        ...wish,
        ports: usable.map(({ port }) => port),
        pending: to.map((number, index) => ({ index, to: number })),
      },
      ...{
        paused: false,
        sending: 0,
        sent: 0,
        failed: 0,
        untold: 0,
        timer: undefined,
        rows: { sdr: [], fdr: [] },
      },
    })
    timers.after(0, dispatch)
    return 0
  }

  const dispatch = (): void => {
    for (const task of tasks.values()) {
      while (task.pending.length > 0 && !task.paused) {
        const able = task.ports.filter(({ st }) => st === REGISTERED)
        const [port] = able.filter(({ radio }) => radio.waiting === 0)
        if (able.length > 0 && !port) break
        const recipient = task.pending.shift() as Recipient
        if (port) send(task, port, recipient)
        else note(task, recipient, task.ports[0], 5)
      }
    }
  }
  const send = (task: Task, port: EjoinPort, recipient: Recipient): void => {
    task.sending++
    port.radio.send(recipient.to, task.text, (result) => {
      task.sending--
      if (result.ok) port.count.texts++
      onResult(port, task, recipient.to, result)
      note(task, recipient, port, result.ok ? 0 : result.error)
      timers.after(0, dispatch)
    })
  }
  const note = (task: Task, { index, to }: Recipient, port: EjoinPort | undefined, code: number): void => {
    const seconds = Math.floor(timers.clock.wallMs() / 1000)
    const place = port?.name ?? ''
    const time = manner.quirks.has('cloud') ? [port?.card.iccid ?? '', seconds] : [seconds]
    if (code === 0) task.sent++
    else task.failed++
    if (code === 0 && task.sdr) task.rows.sdr.push([index, to, place, ...time])
    if (code !== 0 && task.fdr) task.rows.fdr.push([index, to, place, ...time, codeText(code), ''])
    task.untold++
    const over = task.pending.length === 0 && task.sending === 0
    if (over || task.untold >= task.everyCount) tell(task)
    else task.timer ??= timers.after(task.everyS * 1000, () => tell(task))
    if (over) tasks.delete(task.tid)
  }
  const tell = (task: Task): void => {
    task.timer?.cancel()
    task.timer = undefined
    task.untold = 0
    const { tid, sending, sent, failed, pending, rows } = task
    const one = { tid, sending, sent, failed, unsent: pending.length, sdr: rows.sdr, fdr: rows.fdr }
    task.rows = { sdr: [], fdr: [] }
    report(task.url, { rpt_num: 1, rpts: manner.quirks.has('cloud') ? one : [one] })
  }
  const some = (tids: readonly number[]): Task[] =>
    tids.length === 0 ? [...tasks.values()] : tids.flatMap((tid) => tasks.get(tid) ?? [])

  return {
    add,
    dispatch,
    pause(tids: readonly number[], paused: boolean): void {
      for (const task of some(tids)) task.paused = paused
      timers.after(0, dispatch)
    },
    remove(tids: readonly number[]): void {
      for (const task of some(tids)) {
        task.timer?.cancel()
        tasks.delete(task.tid)
      }
    },
    list: () =>
      [...tasks.values()].map(({ tid, sending, from, to, text }) => ({
        ...{ tid, state: sending > 0 ? 1 : 0, from, to: to.join(','), chs: 'utf8', coding: 0, sms: text },
      })),
    clear(): void {
      for (const { timer } of tasks.values()) timer?.cancel()
      tasks.clear()
      known.clear()
    },
  }
}
export type Tasks = ReturnType<typeof createTasks>
