import { subscribe } from 'node:diagnostics_channel'
import { writeSync } from 'node:fs'
import { isMainThread, type Worker } from 'node:worker_threads'

/**
 * Loaded before a file of tests (`--import alarm.ts?limit=180000`): a process that still lives after so many milliseconds
 * says what holds it, and fails. It keeps no process by itself. One whose main thread never comes back cannot hear an
 * alarm: the lane ends it from outside, a little later.
 */
const limitMs = Number(new URL(import.meta.url).searchParams.get('limit'))

type Handle = {
  address?: () => unknown
  remotePort?: number
  remoteAddress?: string
  spawnargs?: string[]
  fd?: number
}

/** What kind of thing it is, and which one: an address, a command. */
const nameOf = (handle: Handle): string => {
  const kind = handle.constructor?.name ?? 'something'
  if (handle.spawnargs) return `${kind} ${handle.spawnargs.join(' ').slice(0, 120)}`
  try {
    const there = handle.remotePort ? ` to ${handle.remoteAddress}:${handle.remotePort}` : ''
    return `${kind} ${JSON.stringify(handle.address?.() ?? handle.fd ?? '')}${there}`
  } catch {
    return kind
  }
}

/** Threads hold a process and are no handles: who makes one is remembered. */
const threads: { worker: Worker; stack: string }[] = []
const remember = (message: unknown): void => {
  const { worker } = message as { worker: Worker }
  threads.push({ worker, stack: new Error('made').stack ?? '' })
}
const living = (): string[] =>
  threads
    .filter(({ worker }) => worker.threadId > 0)
    .map(({ worker, stack }) => {
      const makers = stack
        .split('\n')
        .filter((line) => line.includes('file:') && !line.includes('lanes/alarm'))
      return `Thread ${worker.threadId}, made${makers.map((line) => line.replace(/^\s*/, ' ')).join('')}`
    })

const ring = (): void => {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles?: () => Handle[] }
  const handles = _getActiveHandles?.call(process).map(nameOf) ?? []
  const lines = [
    `alarm: ${process.argv.slice(1).join(' ')} still lives after ${limitMs / 1000} s`,
    `alarm: held by ${process.getActiveResourcesInfo().join(', ') || 'no resource that Node knows'}`,
    ...[...handles, ...living()].map((handle) => `alarm:   ${handle}`),
  ]
  writeSync(2, `${lines.join('\n')}\n`)
  process.exit(1)
}

if (isMainThread && limitMs > 0) {
  subscribe('worker_threads', remember)
  setTimeout(ring, limitMs).unref()
}
