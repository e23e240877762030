import { Worker } from 'node:worker_threads'
import type { RecordedFile, Side } from '#core'
import { bugText, type Log } from '#lib/log'
import type { ToClerk, Told } from './clerk-talk.ts'
import type { Types } from './formats.ts'
import type { Heard } from './recording.ts'

/** What a thread keeps of a call: one recording, or one message. */
type Kept<What, Sofar> = {
  /** Resolves when what it holds is written, or is not to be had. The octets are given away. */
  put(batch: Uint8Array, types: Types): Promise<Sofar>
  finish(): Promise<What>
}
export type Sink = Kept<RecordedFile[], void>
export type Message = Kept<number, Heard>

type Waiting = { resolve(value: unknown): void; reject(fault: Error): void }

/** Files of sounds are made and read in a thread of their own, which starts with the first of them at the latest: neither signalling nor media wait for them. */
export const createClerk = (log: Log, thread = new URL('./clerk-thread.ts', import.meta.url)) => {
  const waiting = new Map<number, Waiting>()
  let [last, ended] = [0, false]
  let worker: Worker | undefined

  const settle = (ticket: number): Waiting | undefined => {
    const one = waiting.get(ticket)
    waiting.delete(ticket)
    // Work that is under way keeps the process; an idle thread does not.
    if (waiting.size === 0) worker?.unref()
    return one
  }

  const onExit = (lost: Worker): void => {
    if (worker !== lost) return
    worker = undefined
    if (!ended) log.write('media', 'error', 'the thread of recordings ended: what was being kept is lost')
    for (const ticket of [...waiting.keys()]) settle(ticket)?.reject(new Error('its thread ended'))
  }

  const launch = (): Worker => {
    const made = new Worker(thread, {
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 },
    })
    made.on('message', ({ ticket, value, fault }: Told) => {
      const one = settle(ticket)
      if (fault === undefined) one?.resolve(value)
      else one?.reject(new Error(fault))
    })
    made.on('error', (error) => log.write('media', 'error', `recordings: ${bugText(error)}`))
    made.on('exit', () => onExit(made))
    return made
  }

  const ask = <T>(told: ToClerk, give: ArrayBuffer[] = []): Promise<T> => {
    if (ended) return Promise.reject(new Error('the house is closing'))
    worker ??= launch()
    worker.ref()
    const ticket = ++last
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    waiting.set(ticket, { resolve, reject })
    worker.postMessage({ ...told, ticket }, give)
    return promise as Promise<T>
  }

  const kept = <What, Sofar>(id: number, begun: Promise<void>): Kept<What, Sofar> => {
    // Whoever puts something in, or ends it, hears of the fault.
    begun.catch(() => {})
    return {
      put: (octets, types) => ask<Sofar>({ op: 'put', id, octets, types }, [octets.buffer as ArrayBuffer]),
      finish: () => ask<What>({ op: 'finish', id }),
    }
  }

  return {
    /** Now, so that whoever wants the first file does not wait for the thread. */
    start(): void {
      worker ??= launch()
      if (waiting.size === 0) worker.unref()
    },
    /** Both sides of a call. */
    recording: (folder: string, name: string, serial: number): Sink => {
      const id = ++last
      return kept(id, ask({ op: 'recording', id, folder, name, serial }))
    },
    /** One side alone; what comes of it is how long it is: nothing, where nobody spoke. */
    message: (path: string, side: Side): Message => {
      const id = ++last
      return kept(id, ask({ op: 'message', id, path, side }))
    },
    /** As it is to be played, by the law of PCMU; undefined: it cannot be. */
    read: (path: string): Promise<Uint8Array | undefined> => ask({ op: 'read', path }),
    async end(): Promise<void> {
      ended = true
      await worker?.terminate()
    },
  }
}
export type Clerk = ReturnType<typeof createClerk>
