import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type Command, FIGURES, type Report, type WorkerData } from './commands.ts'
import type { Libc } from './libc.ts'

export type LinkPorts = {
  /** Native calls, or undefined for node:dgram. */
  libc: { calls: Libc; addressOf(array: Uint8Array): number; openLimit(): number } | undefined
  slots: number
  onReport(report: Report): void
  /** The worker ended without being told to. */
  onLost(why: string): void
  /** For tests, which want to hold the worker. */
  onWorker?(worker: Worker): void
}

const EFD_FLAGS = 0o2004000
/** A worker that no packet wakes hears of new commands after so long. */
const LATER_MS = 20

/** One life of one worker thread: what it owns is closed when it ends, however it ends. */
export const createLink = ({ libc, slots, onReport, onLost, onWorker }: LinkPorts) => {
  const { port1, port2 } = new MessageChannel()
  const wake = libc ? libc.calls.eventfd(0, EFD_FLAGS) : -1
  const descriptors = new Int32Array(new SharedArrayBuffer(4 * Math.max(1, slots)))
  const heard = new Uint8Array(new SharedArrayBuffer(Math.max(1, slots)))
  const figures = new Float64Array(new SharedArrayBuffer(8 * FIGURES.length))
  const waiting = new Int32Array(new SharedArrayBuffer(4))
  const inFlight = new Int32Array(new SharedArrayBuffer(4))
  /** The number that an eventfd is told. Its address is asked for each time, which also keeps it from the collector. */
  const one = new Uint8Array(128)
  one[0] = 1
  const data: WorkerData & { port: MessagePort } = {
    ...{ native: libc !== undefined, slots, wake, descriptors, figures, heard, waiting, inFlight },
    port: port2,
  }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: data,
    transferList: [port2],
  })
  const exited = Promise.withResolvers<void>()
  let queue: Command[] = []
  let soon = false
  let urgent = false
  let later: NodeJS.Timeout | undefined
  let state: 'running' | 'ending' | 'gone' = 'running'
  let why = 'it ended'

  const wakeUp = (): void => {
    if (libc && state !== 'gone') libc.calls.write(wake, libc.addressOf(one), 8)
  }

  const flush = (): void => {
    soon = false
    if (state === 'gone' || queue.length === 0) return
    // As text: a structured copy of so many small objects costs both threads several times as much.
    port1.postMessage(JSON.stringify(queue))
    queue = []
    Atomics.store(waiting, 0, 1)
    if (urgent) wakeUp()
    else if (libc) later ??= setTimeout(remind, LATER_MS).unref()
    urgent = false
  }

  const remind = (): void => {
    later = undefined
    if (queue.length > 0) flush()
    if (Atomics.load(waiting, 0) === 1) wakeUp()
  }

  /**
   * Commands of one turn leave together. The worker looks for them before it handles any packet, so that it need not be
   * woken for what only packets can tell: that costs more than all the rest of them.
   */
  const post = (command: Command): void => {
    if (state === 'gone') return
    queue.push(command)
    if (!soon) setImmediate(flush)
    soon = true
  }

  /** For what nobody waits for: it travels with the next command, or by itself after a while. */
  const postLater = (command: Command): void => {
    if (state === 'gone') return
    queue.push(command)
    if (!soon) later ??= setTimeout(remind, LATER_MS).unref()
  }

  /** For what somebody waits for. */
  const postNow = (command: Command): void => {
    urgent = true
    post(command)
  }

  const onExit = (): void => {
    const lost = state === 'running'
    state = 'gone'
    port1.close()
    clearTimeout(later)
    queue = []
    if (libc) {
      for (const descriptor of descriptors) if (descriptor) libc.calls.close(descriptor - 1)
      libc.calls.close(wake)
    }
    exited.resolve()
    if (lost) onLost(why)
  }

  port1.on('message', onReport)
  worker.on('error', (error) => {
    why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  })
  worker.on('exit', onExit)
  onWorker?.(worker)

  return {
    ...{ post, postLater, postNow },
    figures,
    heard,
    inFlight,
    /** What is posted now reaches nobody. */
    isGone: (): boolean => state === 'gone',
    end: (): Promise<void> => {
      if (state === 'running') {
        state = 'ending'
        postNow({ op: 'end' })
      }
      return exited.promise
    },
  }
}
