import type { World } from './world.ts'

/** Makes the way of the media anew. Several signs may tell of one loss: the first one acts, the others wait. */
export type Repair = {
  onState(state: RTCPeerConnectionState): void
  /**
   * `forced`: the server asked (9008), so even a way that looks well is made anew; `anew`: it asked for another peer
   * connection as well.
   */
  now(forced?: boolean, anew?: boolean): void
  stop(): void
}

export type RepairPorts = {
  world: World
  wanted(): boolean
  connectionState(): RTCPeerConnectionState
  restart(anew: boolean): Promise<void>
  probe(): void
  onChange(recovering: boolean, failed: boolean): void
  onWell(): void
}

/** A short loss heals by itself. */
const PATIENCE_MS = 2_000
const AGAIN_MS = 3_000
const PAUSE_MS = 5_000
const MOST = 10

export const createRepair = (ports: RepairPorts): Repair => {
  const { world } = ports
  let running = false
  let asked = false
  let wantsAnew = false
  let stopped = false
  let failures = 0
  let lastMs = Number.NEGATIVE_INFINITY
  let cancel = () => {}

  const later = (ms: number) => {
    cancel()
    cancel = world.after(ms, () => ports.connectionState() !== 'connected' && now())
  }

  const run = async () => {
    running = true
    asked = false
    const anew = wantsAnew
    wantsAnew = false
    lastMs = world.nowMs()
    ports.onChange(true, false)
    ports.probe()
    try {
      await ports.restart(anew)
      failures = 0
      ports.onChange(false, false)
    } catch {
      failures++
      ports.onChange(failures < MOST, failures >= 2)
      if (!stopped && failures < MOST) later(AGAIN_MS)
    } finally {
      running = false
      if (asked && !stopped) now(true)
    }
  }

  const now = (forced = false, anew = false): void => {
    if (stopped || !ports.wanted()) return
    wantsAnew ||= anew
    if (running) {
      asked ||= forced
      return
    }
    if (!forced && world.nowMs() - lastMs < PAUSE_MS) return later(PAUSE_MS)
    cancel()
    void run()
  }

  return {
    now,
    onState: (state) => {
      if (stopped) return
      if (state === 'connected') {
        cancel()
        ports.onWell()
      } else if (state === 'failed') now()
      else if (state === 'disconnected') later(PATIENCE_MS)
    },
    stop: () => {
      stopped = true
      cancel()
    },
  }
}
