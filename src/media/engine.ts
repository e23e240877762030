import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import type { Media, MediaEvents } from '#core'
import { systemClock, type Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { addressBytes } from '#sdp'
import type { Listener } from './call.ts'
import { FIGURES, type FigureName, type Report } from './commands.ts'
import { createExchange, createRoster } from './exchange.ts'
import { createHand, type Hand } from './hand.ts'
import { createPortRange, type PortRange } from './ports.ts'
import { maxSlots, nativeCalls } from './system.ts'

export type MediaListener = {
  /** The literal address that parties are told. */
  address: string
  /** It is one of several: a party that reaches us by another is told that one. */
  any?: boolean
  /** Where the sockets are bound: a literal address of the same family. */
  bind: string
  portMin: number
  portMax: number
}

export type EmbeddedMediaPorts = {
  /** In the order of `sip_addr`: MediaOptions count in it. */
  listeners: MediaListener[]
  log: Log
  events: MediaEvents
  timers?: Timers
  /** Threads; 'auto' leaves a processor to signalling and takes four at most. */
  workers?: number | 'auto'
  /** False: node:dgram even where the system's own calls are to be had. */
  native?: boolean
  /** For tests: told of every thread that starts. */
  onWorker?: (worker: Worker) => void
}

export type MediaFigures = Record<FigureName, number> & {
  calls: number
  /** Pairs of sockets: all, and those that no call holds. */
  bound: number
  free: number
  resting: number
  native: boolean
}

export type EmbeddedMedia = Media & {
  /** Ends the threads and closes every socket. */
  close(): Promise<void>
  figures(): MediaFigures
}

const PAIR_SOCKETS = 2
const MAX_WORKERS = 4

const workersOf = (wished: number | 'auto'): number =>
  wished === 'auto' ? Math.max(1, Math.min(MAX_WORKERS, availableParallelism() - 1)) : Math.max(1, wished)

/** Listeners that bind the same ports share them. */
const rangesOf = (
  listeners: readonly MediaListener[],
  nowMs: () => number,
): Map<MediaListener, PortRange> => {
  const shared = new Map<string, PortRange>()
  const ranges = new Map<MediaListener, PortRange>()
  for (const listener of listeners) {
    const { bind, portMin, portMax } = listener
    const range = shared.getOrInsertComputed(`${bind} ${portMin} ${portMax}`, () =>
      createPortRange(portMin, portMax, nowMs),
    )
    ranges.set(listener, range)
  }
  return ranges
}

/** The engine without an outside daemon: worker threads relay, the main thread only rewrites descriptions. */
export const createEmbeddedMedia = async (ports: EmbeddedMediaPorts): Promise<EmbeddedMedia> => {
  const { log, events, onWorker } = ports
  const clock = ports.timers?.clock ?? systemClock
  const nowMs = (): number => clock.nowMs()
  const libc = await nativeCalls(ports.native, log)
  const ranges = rangesOf(ports.listeners, nowMs)
  const count = workersOf(ports.workers ?? 'auto')
  const wanted = new Set(ranges.values()).values().reduce((sum, { pairs }) => sum + pairs * PAIR_SOCKETS, 0)
  const slots = Math.floor(maxSlots(libc, wanted) / count / PAIR_SOCKETS) * PAIR_SOCKETS
  const calls = createRoster()
  const onEvent = (report: Report & { op: 'silent' | 'digit' | 'closed' }): void => {
    if (report.op === 'closed') {
      for (const { call, flowed } of report.calls) {
        const left = calls.leftName(call)
        if (left !== undefined) events.onClosed?.(left, flowed)
      }
      return
    }
    const name = calls.nameOf(report.call)
    if (name === undefined) return
    if (report.op === 'silent') events.onSilent(name, report.silentMs)
    else events.onDtmf(name, report.side, report.digit, report.durationMs)
  }
  const hands = Array.from({ length: count }, () =>
    createHand({
      ...{ libc, slots, log, nowMs, onEvent },
      listeners: ports.listeners.map((listener) => ({
        bind: listener.bind,
        range: ranges.get(listener) as PortRange,
      })),
      ...(onWorker && { onWorker }),
    }),
  )
  await Promise.all(hands.flatMap((hand) => hand.pools.map((pool) => pool.grow())))
  const exchange = createExchange({ hands, calls, listeners: ports.listeners.map(toListener) })
  let ending: Promise<void> | undefined
  function close(call: string): void
  function close(): Promise<void>
  function close(call?: string): Promise<void> | undefined {
    if (call !== undefined) return void exchange.close(call)
    ending ??= Promise.all(hands.map((hand) => hand.end())).then(() => {})
    return ending
  }
  return { ...exchange, close, figures: () => figuresOf(hands, calls.size, libc !== undefined) }
}

const toListener = ({ address, any = false }: MediaListener, index: number): Listener => ({
  ...{ index, address, any },
  family: addressBytes(address)?.length === 16 ? 6 : 4,
})

const figuresOf = (hands: readonly Hand[], calls: number, native: boolean): MediaFigures => {
  const figures: MediaFigures = {
    ...{ calls, bound: 0, free: 0, resting: 0, native },
    ...{ forwarded: 0, invalid: 0, strangers: 0, idle: 0, excess: 0, unsent: 0 },
  }
  for (const hand of hands) {
    for (const name of FIGURES) figures[name] += hand.figure(name)
    for (const pool of hand.pools) {
      const { bound, free, resting } = pool.figures()
      figures.bound += bound
      figures.free += free
      figures.resting += resting
    }
  }
  return figures
}
