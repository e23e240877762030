import type { PhoneStore } from '#core'
import type { Groups } from '../groups.ts'
import type { Thread } from '../thread.ts'
import type { PendingPhone } from './pending.ts'

export const createPhoneStore = (
  pending: PendingPhone,
  groups: Groups,
  thread: Thread,
  settled: () => Promise<void>,
): PhoneStore => ({
  items: async () => {
    await settled()
    return thread.query('phoneItems')
  },
  put: (item) => {
    pending.put(item)
    return groups.urgent()
  },
  remove: (item) => {
    pending.remove(item)
    return groups.urgent()
  },
  callsOf: async (query) => {
    await settled()
    return thread.query('callsOf', query)
  },
  guestTalkMs: async (sinceMs) => {
    await settled()
    return thread.query('guestTalkMs', sinceMs)
  },
  messagesOf: async (query) => {
    await settled()
    return thread.query('messagesOf', query)
  },
})
