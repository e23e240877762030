import type { CallView } from './call-view.ts'
import type { Memory } from './world.ts'

const NAME = 'tandem.calls'

/** What a page that is loaded anew shows of a call before the server has said anything of it. */
export type Kept = Pick<
  CallView,
  'direction' | 'with' | 'name' | 'state' | 'startedAtMs' | 'connectedAtMs' | 'held' | 'muted'
> & { cid: string }

/** Calls that talk outlive their page, and those of ours that still ring somewhere. */
const LASTING = ['calling', 'ringing', 'connected']

export const createKept = (memory: Memory) => ({
  keep(views: readonly CallView[]): void {
    const kept: Kept[] = views
      .filter(({ cid, state }) => cid && LASTING.includes(state))
      .map(({ cid = '', direction, with: other, name, state, startedAtMs, connectedAtMs, held, muted }) => ({
        ...{ cid, direction, with: other, name, state, startedAtMs, connectedAtMs, held, muted },
      }))
    memory.set(NAME, kept.length ? JSON.stringify(kept) : undefined)
  },
  calls(): Kept[] {
    try {
      const kept: unknown = JSON.parse(memory.get(NAME) ?? '[]')
      return Array.isArray(kept) ? (kept as Kept[]) : []
    } catch {
      return []
    }
  },
})
