import type { Timer, Timers } from '#lib/clock'
import type { Layer, Level } from '#lib/log'
import type { RemoteLog, RemoteLogItem } from './ports.ts'

export type LogWish = {
  min: number
  max: number
  /** With at least one line there: how long to wait for more. */
  timeoutS: number
  layers?: Partial<Record<Layer, Level>>
  /** Beside the layers. */
  wanted(item: RemoteLogItem): boolean
}

/** `lost`: lines forgotten before this reader came to them. */
export type LogLines = { items: RemoteLogItem[]; lost: number }

export type LogReader = {
  /** One at a time: whoever asks again releases the one before with what it has. */
  read(wish: LogWish): Promise<LogLines>
  /** The memory of the log was emptied: nothing before counts as lost. */
  forget(): void
  close(): void
}

/** New lines are looked at together. */
const GATHER_MS = 20
/** Lines hold whole messages: an answer is not made larger than about this. */
const MOST_CHARACTERS = 2 * 1024 * 1024
/** So many entries are looked at in one go. */
const PAGE = 64

type Pending = LogWish & { items: RemoteLogItem[]; lost: number; characters: number; done(): void }

/** One client's place in the log. It begins with the oldest line that is kept. */
export const createLogReader = (log: Pick<RemoteLog, 'read' | 'watch'>, timers: Timers): LogReader => {
  let after: number | undefined
  let pending: Pending | undefined
  let [gathering, quiet]: (Timer | undefined)[] = []
  let unwatch: (() => void) | undefined

  const begin = (): number => log.read({ limit: 0 }).next

  const finish = (): void => {
    const { done } = pending ?? {}
    pending = undefined
    gathering?.cancel()
    quiet?.cancel()
    gathering = undefined
    quiet = undefined
    unwatch?.()
    unwatch = undefined
    done?.()
  }

  /** Takes what is there; true when the wish is full. */
  const take = (wish: Pending): boolean => {
    for (;;) {
      const { items, next, lost } = log.read({
        after: after ?? 0,
        limit: Math.min(PAGE, wish.max - wish.items.length),
        ...(wish.layers && { layers: wish.layers }),
      })
      wish.lost += lost
      after = Math.max(next, after ?? 0)
      for (const item of items) {
        if (!wish.wanted(item)) continue
        wish.items.push(item)
        for (const line of item.data) wish.characters += line.length
      }
      if (wish.items.length >= wish.max || wish.characters >= MOST_CHARACTERS) return true
      if (items.length === 0) return false
    }
  }

  const look = (): void => {
    gathering = undefined
    if (!pending) return
    const before = pending.items.length
    if (take(pending) || pending.items.length >= pending.min) return finish()
    if (pending.items.length > before || !quiet) rest(pending)
  }

  /** From the last line on: no more of them for a while, and what is there goes. */
  const rest = ({ items, timeoutS }: Pending): void => {
    quiet?.cancel()
    quiet = items.length > 0 ? timers.after(timeoutS * 1000, finish) : undefined
  }

  return {
    read: (wish) => {
      if (pending) finish()
      after ??= begin()
      return new Promise((resolve) => {
        const mine: Pending = { ...wish, items: [], lost: 0, characters: 0, done: () => resolve(mine) }
        pending = mine
        look()
        if (pending === mine)
          unwatch = log.watch(() => {
            gathering ??= timers.after(GATHER_MS, look)
          })
      })
    },
    forget: () => {
      if (after !== undefined) after = Math.max(after, begin())
    },
    close: finish,
  }
}
