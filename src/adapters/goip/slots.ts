import type { Timers } from '#lib/clock'

/** "GOIP only support 5 bulk SMS session at the same time" (manual, BulkSMSReject). */
const MOST = 5
const WAIT_MS = 60_000

type Device = { taken: number; waiting?: Set<(got: boolean) => void> }

/** The sessions of each device, over all its lines; who comes sixth waits for its turn. */
export const createSlots = (timers: Timers) => {
  const devices = new Map<string, Device>()
  let closed = false
  const release = (name: string): void => {
    const device = devices.get(name)
    if (!device) return
    const [next] = device.waiting ?? []
    if (next) return next(true)
    device.taken--
    if (device.taken === 0) devices.delete(name)
  }
  return {
    /** False when there is none now; else `release` gives it back. */
    take(name: string): boolean {
      if (closed) return false
      const device = devices.get(name)
      if (!device) devices.set(name, { taken: 1 })
      else if (device.taken < MOST) device.taken++
      else return false
      return true
    },
    /** After `take` found none. False when none came free within a minute; else `release` gives it back. */
    wait(name: string): Promise<boolean> {
      const device = devices.get(name)
      if (closed || !device) return Promise.resolve(false)
      device.waiting ??= new Set()
      const { waiting } = device
      return new Promise((resolve) => {
        const end = (got: boolean): void => {
          timer.cancel()
          waiting.delete(end)
          resolve(got)
        }
        const timer = timers.after(WAIT_MS, () => end(false))
        waiting.add(end)
      })
    },
    release,
    close(): void {
      closed = true
      for (const { waiting = [] } of devices.values()) for (const end of [...waiting]) end(false)
    },
  }
}
export type Slots = ReturnType<typeof createSlots>
