import type { Store } from '#core'
import type { Timer, Timers } from '#lib/clock'

/** How far a webhook has come. `waiting`: sequence numbers up to `readTo` that are not delivered, attempts, next attempt. */
export type Kept = {
  readTo: number
  paused: boolean
  waiting: [seq: number, attempts: number, nextAtMs: number][]
}

export type Bookmark = {
  /** In the background, at most once a second: after a crash, that second's events are told again. */
  save(kept: () => Kept): void
  flush(): Promise<void>
}

type Settings = Pick<Store, 'getSetting' | 'setSetting'>

const PACE_MS = 1000
const nameOf = (id: string): string => `webhook.${id}`

export const createBookmark = (id: string, settings: Settings, timers: Timers): Bookmark => {
  let latest: (() => Kept) | undefined
  let timer: Timer | undefined
  const write = async (): Promise<void> => {
    timer?.cancel()
    timer = undefined
    const kept = latest
    latest = undefined
    if (kept) await settings.setSetting(nameOf(id), JSON.stringify(kept()))
  }
  return {
    save: (kept) => {
      latest = kept
      // A disk that has trouble says so in the log; the next change is the next try.
      timer ??= timers.after(PACE_MS, () => void write().catch(() => {}))
    },
    flush: write,
  }
}

/** Undefined for a webhook that was not there before. */
export const readBookmark = async (id: string, settings: Settings): Promise<Kept | undefined> => {
  const text = await settings.getSetting(nameOf(id))
  return text === undefined ? undefined : (JSON.parse(text) as Kept)
}
