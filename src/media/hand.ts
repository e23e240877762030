import type { MediumStats, Side } from '#core'
import type { Timer } from '#lib/clock'
import type { Log } from '#lib/log'
import {
  FIGURES,
  type FigureName,
  type MediumPlan,
  type Report,
  type SoundCommand,
  type WebCommand,
} from './commands.ts'
import { createLink, type LinkPorts } from './link.ts'
import { createPortPool, type PortPool, type PortRange } from './ports.ts'
import { createRestarts } from './restarts.ts'

export type HandPorts = {
  libc: LinkPorts['libc']
  /** Sockets it may hold at most. */
  slots: number
  /** `single`: sockets without a second one for RTCP. */
  listeners: { bind: string; range: PortRange; single?: boolean }[]
  log: Log
  nowMs(): number
  later(delayMs: number, run: () => void): Timer
  onEvent(report: HandEvent): void
  /** A new worker stands in for a dead one: what was said by `tell` is lost. */
  onAnew?(): void
  onWorker?: LinkPorts['onWorker']
}

export type HandEvent = Report & {
  op: 'silent' | 'digit' | 'closed' | 'web' | 'dtls' | 'picture' | 'said' | 'tapped'
}

export type Hand = ReturnType<typeof createHand>

/**
 * One worker thread with its sockets and calls, seen from the main thread. It survives its worker: a new one
 * binds the same ports and gets the same calls, and learns their parties anew.
 */
export const createHand = (ports: HandPorts) => {
  const { libc, slots, listeners, log, nowMs, later, onEvent, onAnew, onWorker } = ports
  const plans = new Map<number, MediumPlan[]>()
  const asked = new Map<number, (stats: MediumStats[]) => void>()
  const freeSlots: number[] = []
  let nextSlot = 0
  let tickets = 0
  let ended = false
  let isUp = false
  const up = Promise.withResolvers<void>()

  const onReport = (report: Report): void => {
    switch (report.op) {
      case 'up':
        isUp = true
        return up.resolve()
      case 'opened':
        if (!report.ok) log.write('media', 'debug', `a port pair was not bound: ${report.why}`)
        return poolOf.get(report.slot)?.onOpened(report.slot, report.ok)
      case 'stats':
        asked.get(report.ticket)?.(report.stats)
        asked.delete(report.ticket)
        return
      default:
        onEvent(report)
    }
  }

  const onLost = (why: string): void => {
    for (const answer of asked.values()) answer([])
    asked.clear()
    if (ended) return
    // What dies before it ever stood would do so for ever: whoever starts the house is told instead.
    if (!isUp) return up.reject(new Error(`no media worker can be started: ${why.split('\n', 1)[0]}`))
    log.write('media', 'error', `bug: a media worker died, its calls start anew: ${why}`)
    const { delayMs, again } = restarts.died()
    if (again) abandon()
    if (delayMs > 0) log.write('media', 'error', `the next media worker starts in ${delayMs / 1000} s`)
  }

  const revive = (): void => {
    link = start()
    for (const pool of pools) {
      const pairs = pool.all()
      if (pairs.length > 0) link.postNow({ op: 'open', pairs })
    }
    for (const [call, media] of plans) link.post({ op: 'call', call, media })
    onAnew?.()
  }

  /** Calls that may be what kills the worker: their users are told that nothing will be heard any more. */
  const abandon = (): void => {
    log.write('media', 'error', `${plans.size} calls are given up: the media worker died twice`)
    for (const call of plans.keys()) onEvent({ op: 'silent', call, silentMs: Number.MAX_SAFE_INTEGER })
    plans.clear()
  }

  const start = () => createLink({ libc, slots, onReport, onLost, ...(onWorker && { onWorker }) })
  let link = start()
  const restarts = createRestarts({ nowMs, later, start: revive })
  const poolOf = new Map<number, PortPool>()
  const takeSlot = (pool: () => PortPool) => (): number | undefined => {
    const slot = freeSlots.pop() ?? (nextSlot + 2 <= slots ? nextSlot : undefined)
    if (slot === nextSlot) nextSlot += 2
    if (slot !== undefined) poolOf.set(slot, pool())
    return slot
  }
  const pools = listeners.map(({ bind, range, single = false }) => {
    const pool: PortPool = createPortPool({
      ...{ bind, range, single, nowMs },
      takeSlot: takeSlot(() => pool),
      giveSlot: (slot) => freeSlots.push(slot),
      heard: (slot) => link.heard[slot] === 1 || link.heard[slot + 1] === 1,
      forget: (slot) => {
        link.heard[slot] = 0
        link.heard[slot + 1] = 0
      },
      open: (pairs) => link.postNow({ op: 'open', pairs }),
    })
    return pool
  })

  return {
    pools,
    /** Settles when its first worker stands; rejects, with words for people, when that dies before. */
    up: up.promise,
    get calls() {
      return plans.size
    },
    settle: (call: number, media: MediumPlan[]): void => {
      plans.set(call, media)
      link.post({ op: 'call', call, media })
    },
    close: (call: number): void => {
      if (plans.delete(call)) link.postLater({ op: 'close', call })
    },
    stats: (call: number, side: Side): Promise<MediumStats[]> => {
      if (!plans.has(call) || ended || link.isGone()) return Promise.resolve([])
      const ticket = ++tickets
      link.postNow({ op: 'stats', call, side, ticket })
      return new Promise((resolve) => asked.set(ticket, resolve))
    },
    /** What concerns a browser, at once: somebody waits for it. */
    tell: (command: WebCommand | SoundCommand): void => link.postNow(command),
    /** So many octets of a tap are done with. */
    done: (octets: number): void => void Atomics.sub(link.inFlight, 0, octets),
    figure: (name: FigureName): number => link.figures[FIGURES.indexOf(name)] as number,
    end: async (): Promise<void> => {
      ended = true
      restarts.end()
      await link.end()
      for (const answer of asked.values()) answer([])
      asked.clear()
    },
  }
}
