import { type Api, type Cell, createCell, type HistoryCall } from '../../sdk/index.ts'
import type { Loaded } from './book.ts'

export type History = {
  calls: Cell<Loaded<readonly HistoryCall[]> & { next: string | undefined; q: string }>
  search(q: string): Promise<void>
  more(): Promise<void>
  refresh(): Promise<void>
  /** The number called last. */
  last(): string
}

const PAGE = 40

export const createHistory = (api: Api): History => {
  const calls: History['calls'] = createCell({
    ...{ state: 'loading' as const, value: [] as readonly HistoryCall[], next: undefined, q: '' },
  })
  let turn = 0

  const load = async (q: string, before?: string) => {
    const mine = ++turn
    try {
      const { calls: found, next } = await api.history({ q, limit: PAGE, ...(before ? { before } : {}) })
      // A slower answer to an older question is not shown.
      if (mine !== turn) return
      const value = before ? [...calls.get().value, ...found] : found
      calls.set({ state: 'ready', value, next: next ?? undefined, q })
    } catch {
      if (mine === turn) calls.set({ ...calls.get(), state: 'failed', q })
    }
  }

  return {
    calls,
    search: (q) => load(q),
    more: async () => {
      const { next, q } = calls.get()
      if (next) await load(q, next)
    },
    refresh: () => load(calls.get().q),
    last: () => calls.get().value.find(({ direction }) => direction === 'out')?.with ?? '',
  }
}
