import { Worker } from 'node:worker_threads'
import { err, ok, type Result } from '#lib/result'
import type { Batch, Value } from './batch.ts'
import type { DatabaseOptions } from './database.ts'
import { StoreFailure, type StoreFault } from './faults.ts'
import type { Queries } from './queries.ts'
import type { Reply, Request } from './worker.ts'

/** The database in its own thread: an fsync there stalls nothing here. Promises reject with `StoreFailure`. */
export type Thread = {
  /** Gives which messages were there before, as messages/writer.ts does. */
  write(batch: Batch): Promise<Value[]>
  query<N extends keyof Queries>(name: N, ...parameters: Parameters<Queries[N]>): ReturnType<Queries[N]>
  close(): Promise<void>
}

type Waiting = { resolve(value: unknown): void; reject(reason: StoreFailure): void }
type Asked =
  | { kind: 'write'; batch: Batch }
  | { kind: 'query'; name: keyof Queries; parameters: unknown[] }
  | { kind: 'close' }

/** `onDeath`: the thread ended by itself (out of memory, a bug); every later request is refused. */
export const startThread = async (
  options: DatabaseOptions,
  onDeath: (reason: string) => void,
): Promise<Result<Thread, StoreFault>> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options })
  const waiting = new Map<number, Waiting>()
  let last = 0
  let gone: StoreFault | undefined

  const answer = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
  const ask = (asked: Asked): Promise<unknown> => {
    if (gone) return Promise.reject(new StoreFailure(gone))
    const reply = answer(++last)
    worker.postMessage({ ...asked, id: last } as Request)
    return reply
  }
  const die = (reason: string): void => {
    if (gone) return
    gone = { kind: 'closed', text: reason }
    for (const one of waiting.values()) one.reject(new StoreFailure(gone))
    waiting.clear()
    onDeath(reason)
  }
  const opened = answer(0)
  worker.on('message', ({ id, value, fault }: Reply) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (fault) one?.reject(new StoreFailure(fault))
    else one?.resolve(value)
  })
  worker.on('error', (error) => die(`the storage thread failed: ${String(error)}`))
  worker.on('exit', () => die('the storage thread has ended'))

  try {
    await opened
  } catch (error) {
    gone = { kind: 'closed', text: 'the store is closed' }
    await worker.terminate()
    return err((error as StoreFailure).fault)
  }
  return ok({
    write: (batch) => ask({ kind: 'write', batch }) as Promise<Value[]>,
    query: (name, ...parameters) =>
      ask({ kind: 'query', name, parameters }) as ReturnType<Queries[typeof name]>,
    close: async () => {
      if (gone) return
      const reply = ask({ kind: 'close' })
      gone = { kind: 'closed', text: 'the store is closed' }
      try {
        await reply
      } finally {
        await worker.terminate()
      }
    },
  })
}
