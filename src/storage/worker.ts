import { parentPort, workerData } from 'node:worker_threads'
import type { Batch } from './batch.ts'
import { type Database, type DatabaseOptions, openDatabase } from './database.ts'
import { faultOf, type StoreFault } from './faults.ts'
import type { Queries } from './queries.ts'

/** Every request is answered once, in order of its end; `id` 0 answers the opening itself. */
export type Request =
  | { id: number; kind: 'write'; batch: Batch }
  | { id: number; kind: 'query'; name: keyof Queries; parameters: unknown[] }
  | { id: number; kind: 'close' }
export type Reply = { id: number; value?: unknown; fault?: StoreFault }

const options = workerData as DatabaseOptions
const port = parentPort
if (!port) throw new Error('storage/worker.ts runs as a worker thread only')

const perform = (database: Database, request: Request): unknown => {
  if (request.kind === 'write') return database.write(request.batch)
  if (request.kind === 'close') return database.close()
  const query = database.queries[request.name] as (...parameters: unknown[]) => Promise<unknown>
  return query(...request.parameters)
}

/** Writes are answered at once, without waiting for a microtask of their own. */
const serve = (database: Database, request: Request): void => {
  const done = (value: unknown): void => port.postMessage({ id: request.id, value } satisfies Reply)
  const fail = (error: unknown): void =>
    port.postMessage({ id: request.id, fault: faultOf(error, options.file) } satisfies Reply)
  try {
    const value = perform(database, request)
    if (value instanceof Promise) value.then(done, fail)
    else done(value)
  } catch (error) {
    fail(error)
  }
  if (request.kind === 'close') port.close()
}

try {
  const database = await openDatabase(options)
  port.on('message', (request: Request) => serve(database, request))
  port.postMessage({ id: 0 } satisfies Reply)
} catch (error) {
  port.postMessage({ id: 0, fault: faultOf(error, options.file) } satisfies Reply)
}
