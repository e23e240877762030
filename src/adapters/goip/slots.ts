import type { Timers } from '#lib/clock'

/** "GOIP only support 5 bulk SMS session at the same time" (manual, BulkSMSReject). */
const MOST = 5
const WAIT_MS = 60_000

type Device = { taken: number; waiting: Set<(got: boolean) => void> }

/** The sessions of each device, over all its lines; who comes sixth waits for its turn. */
export const createSlots = (timers: Timers) => {
  const devices = new Map<string, Device>()
  let closed = false
  const release = (name: string): void => {
    const device = devices.get(name)
    if (!device) return
    const [next] = device.waiting
    if (next) return next(true)
    device.taken--
    if (device.taken === 0) devices.delete(name)
  }
  return {
    /** False when none came free within a minute; else `release` gives it back. */
    take(name: string): Promise<boolean> {
      const device = devices.get(name) ?? { taken: 0, waiting: new Set() }
      devices.set(name, device)
      if (closed) return Promise.resolve(false)
      if (device.taken < MOST) {
        device.taken++
        return Promise.resolve(true)
      }
      return new Promise((resolve) => {
        const end = (got: boolean): void => {
          timer.cancel()
          device.waiting.delete(end)
          resolve(got)
        }
        const timer = timers.after(WAIT_MS, () => end(false))
        device.waiting.add(end)
      })
    },
    release,
    close(): void {
      closed = true
      for (const { waiting } of devices.values()) for (const end of [...waiting]) end(false)
    },
  }
}
export type Slots = ReturnType<typeof createSlots>
