import type { EjoinPorts } from './ports.ts'

/** Ours are in the upper half of 31 bits: what devices send by themselves counts from 1. */
const FIRST = 2 ** 30
const LAST = 2 ** 31 - 1
/** Taken from the disk at once: a crash leaves out the rest. */
const BLOCK = 1000
const SETTING = 'ejoin.task'

export const isOurs = (id: number | undefined): boolean => id !== undefined && id >= FIRST && id <= LAST

/**
 * Numbers of tasks. A device refuses a number that it knows as a repeat of the same task, so none may ever come again
 * for another text, also after a crash: they are reserved on disk before they are used.
 */
export const createTaskIds = ({ store, random }: Pick<EjoinPorts, 'store' | 'random'>) => {
  let [next, end] = [0, 0]
  let reserving: Promise<void> | undefined
  const reserve = async (): Promise<void> => {
    const kept = Number(await store.getSetting(SETTING))
    const [a = 0, b = 0] = random.bytes(2)
    // The first time anywhere in the range: two servers may share a device.
    let from = isOurs(kept) ? kept : FIRST + (a * 256 + b) * BLOCK
    if (from + BLOCK > LAST) from = FIRST
    await store.setSetting(SETTING, String(from + BLOCK))
    next = from
    end = from + BLOCK
  }
  /** Rejects when the disk takes nothing. */
  return async (): Promise<number> => {
    while (next >= end) {
      reserving ??= reserve().finally(() => {
        reserving = undefined
      })
      await reserving
    }
    return next++
  }
}
