import type { SoundStore } from '#core'
import type { Groups } from '../groups.ts'
import type { Thread } from '../thread.ts'
import type { PendingSounds } from './pending.ts'

export const createSoundStore = (
  pending: PendingSounds,
  groups: Groups,
  thread: Thread,
  settled: () => Promise<void>,
): SoundStore => ({
  put: (sound) => {
    pending.put(sound)
    return groups.urgent()
  },
  remove: (id) => {
    pending.remove(id)
    return groups.urgent()
  },
  get: async (id) => {
    await settled()
    return thread.query('sound', id)
  },
  list: async (query) => {
    await settled()
    return thread.query('sounds', query)
  },
  counts: () => thread.query('countSounds'),
  olderThan: async (kind, atMs, limit) => {
    await settled()
    return thread.query('soundsBefore', kind, atMs, limit)
  },
})
