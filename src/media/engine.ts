import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import type { Media, MediaEvents } from '#core'
import type { Certificate } from '#dtls'
import { systemClock, type Timer, type Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { addressBytes, type OwnAddress } from '#sdp'
import { type Listener, otherSide } from './call.ts'
import type { SilenceLimits } from './commands.ts'
import { createHandshaker } from './dtls/index.ts'
import { createExchange, createRoster } from './exchange.ts'
import { figuresOf, type MediaFigures } from './figures.ts'
import { createHand, type Hand, type HandEvent } from './hand.ts'
import { createPortRange, type PortPool, type PortRange } from './ports.ts'
import { createSounds, type Sounds } from './sound/sounds.ts'
import { maxSlots, nativeCalls } from './system.ts'
import { createWebExchange, type WebExchange } from './web/exchange.ts'
import { joinBrowsers } from './web/join.ts'
import { createTransports, type Transports } from './web/transports.ts'

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
  /** Browsers; without it there are none. */
  web?: WebMediaPlan
  /** Callers will be spoken to, see `Media.speak`: the thread that reads the files stands before the first of them. */
  speaks?: boolean
  /** For tests: told of every thread that starts. */
  onWorker?: (worker: Worker) => void
}

/** Where browsers' sockets are, and what is said of them. */
export type WebMediaPlan = {
  /** Literal addresses of either family to bind: all of the machine's, or those of one interface. */
  binds: readonly string[]
  portMin: number
  portMax: number
  /** Told to every browser, besides the address that it reached us by. */
  addresses: readonly string[]
  limits(): SilenceLimits
  /** Ours, where one is given; else it is made. */
  certificate?: Certificate
}

export type EmbeddedMedia = Media & {
  /** Ends the threads and closes every socket. */
  close(): Promise<void>
  figures(): MediaFigures
}

const PAIR_SOCKETS = 2
const MAX_WORKERS = 4
/** Of calls in which the house speaks, where nothing is said of browsers; seconds. */
const PATIENCE: SilenceLimits = { talking: 60, video: 60, hold: 600 }

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
  const { log, events, onWorker, web } = ports
  const clock = ports.timers?.clock ?? systemClock
  const nowMs = (): number => clock.nowMs()
  const libc = await nativeCalls(ports.native, log)
  const ranges = rangesOf(ports.listeners, nowMs)
  const webRanges =
    web?.binds.map((bind) => ({
      bind,
      range: createPortRange(web.portMin, web.portMax, nowMs),
      single: true,
    })) ?? []
  const count = workersOf(ports.workers ?? 'auto')
  const plain = ranges.values().reduce((sum, { pairs }) => sum + pairs * PAIR_SOCKETS, 0)
  const wanted = webRanges.reduce((sum, { range }) => sum + range.pairs * PAIR_SOCKETS, plain)
  const slots = Math.floor(maxSlots(libc, wanted) / count / PAIR_SOCKETS) * PAIR_SOCKETS
  const calls = createRoster()
  let transports: Transports | undefined
  let sounds: Sounds | undefined
  const onEvent = (report: HandEvent, index: number): void => {
    if (report.op === 'web' || report.op === 'dtls') transports?.onReport(report)
    else if (report.op === 'said' || report.op === 'tapped') sounds?.onReport(hands[index] as Hand, report)
    else {
      if (report.op === 'digit') sounds?.onDigit(report.call, report.digit)
      tell(events, calls, report)
    }
  }
  const listeners = ports.listeners.map(({ bind }, index) => ({
    bind,
    range: ranges.get(ports.listeners[index] as MediaListener) as PortRange,
  }))
  const onAnew = (index: number): void => {
    if (index === 0) transports?.loseAll()
    sounds?.lost(hands[index] as Hand)
  }
  const hands: Hand[] = Array.from({ length: count }, (_, index) =>
    createHand({
      ...{
        libc,
        slots,
        log,
        nowMs,
        later: (delayMs, run) => ports.timers?.after(delayMs, run) ?? after(delayMs, run),
        onEvent: (report) => onEvent(report, index),
        onAnew: () => onAnew(index),
      },
      // All browsers are one worker's: two of them may meet in any call.
      listeners: index === 0 ? [...listeners, ...webRanges] : listeners,
      ...(onWorker && { onWorker }),
    }),
  )
  await allUp(hands)
  const [first] = hands as [Hand]
  await Promise.all(hands.flatMap((hand) => hand.pools.slice(0, listeners.length).map((pool) => pool.grow())))
  const heard = ports.listeners.map(toListener)
  let browsers: WebExchange | undefined
  const exchange = createExchange({
    hands,
    calls,
    listeners: heard,
    onClose: (call) => {
      browsers?.closed(call)
      sounds?.closed(call)
    },
  })
  transports = createTransports({
    ...{ hand: first, events, log },
    pools: web ? poolsOf(web, first.pools.slice(listeners.length)) : {},
    addresses: web?.addresses.map(toAddress) ?? [],
    handshaker: (heard) =>
      createHandshaker({ events: heard, log, ...(web?.certificate && { certificate: web.certificate }) }),
  })
  browsers = createWebExchange({
    ...{ transports, calls, events, close: exchange.close },
    listeners: heard,
    limits: web?.limits ?? (() => PATIENCE),
  })
  sounds = createSounds({ browsers, calls, events, log, ready: ports.speaks ?? false })
  let ending: Promise<void> | undefined
  const media = joinSounds(joinBrowsers(exchange, browsers, calls), sounds, events)
  function close(call: string): void
  function close(): Promise<void>
  function close(call?: string): Promise<void> | undefined {
    if (call !== undefined) return void exchange.close(call)
    ending ??= sounds
      ?.end()
      .then(() => Promise.all([transports?.end(), ...hands.map((hand) => hand.end())]))
      .then(() => {})
    return ending
  }
  return { ...media, close, figures: () => figuresOf(hands, calls.size, libc !== undefined) }
}

const after = (delayMs: number, run: () => void): Timer => {
  const timer = setTimeout(run, delayMs)
  return { cancel: () => clearTimeout(timer) }
}

/** A house whose media cannot stand does not open its doors: those that do stand end. */
const allUp = async (hands: readonly Hand[]): Promise<void> => {
  const settled = await Promise.allSettled(hands.map((hand) => hand.up))
  const failed = settled.find((one) => one.status === 'rejected')
  if (!failed) return
  await Promise.all(hands.map((hand) => hand.end()))
  throw failed.reason
}

/** With what is said by the house and kept of calls; a page's key towards the house is one that it hears. */
const joinSounds = (media: Media, { record, speak, isOurs, press }: Sounds, events: MediaEvents): Media => ({
  ...{ ...media, record, speak },
  dtmf: (call, towards, digit, ms) => {
    if (!isOurs(call, towards)) return media.dtmf(call, towards, digit, ms)
    press(call, digit)
    events.onDtmf(call, otherSide(towards), digit, ms)
  },
})

const tell = (events: MediaEvents, calls: ReturnType<typeof createRoster>, report: CallEvent): void => {
  if (report.op === 'closed') {
    for (const { call, flowed } of report.calls) {
      const left = calls.leftName(call)
      if (left !== undefined) events.onClosed?.(left, flowed)
    }
    return
  }
  const name = calls.nameOf(report.call)
  if (name === undefined) return
  if (report.op === 'silent') events.onSilent(name, report.silentMs, report.limitMs)
  else if (report.op === 'picture') events.onPictureWanted?.(name, report.side)
  else events.onDtmf(name, report.side, report.digit, report.durationMs)
}

type CallEvent = Exclude<HandEvent, { op: 'web' | 'dtls' | 'said' | 'tapped' }>

const toAddress = (address: string): OwnAddress => ({
  ...{ address, family: addressBytes(address)?.length === 16 ? 6 : 4 },
})

const toListener = ({ address, any = false }: MediaListener, index: number): Listener => ({
  ...{ index, any, ...toAddress(address) },
})

const poolsOf = ({ binds }: WebMediaPlan, pools: readonly PortPool[]): { 4?: PortPool; 6?: PortPool } => {
  const found: { 4?: PortPool; 6?: PortPool } = {}
  binds.forEach((bind, index) => {
    const pool = pools[index]
    if (pool) found[toAddress(bind).family] ??= pool
  })
  return found
}
