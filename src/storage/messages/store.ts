import type { MessageStore } from '#core'
import type { Groups } from '../groups.ts'
import type { Thread } from '../thread.ts'
import type { PendingMessages } from './pending.ts'

/** Readers need not wait for writers: whoever was told that something is on disk asks after that. */
export const createMessageStore = (
  pending: PendingMessages,
  groups: Groups,
  thread: Thread,
): MessageStore => ({
  load: () => thread.query('backlog'),
  add: (message, claim) => {
    const end = pending.add(message, claim)
    groups.hurry()
    return end
  },
  save: (message, more = {}) => {
    const end = pending.save(message, more)
    if (more.patient) groups.soon()
    else groups.hurry()
    return end
  },
  saveLater: (message) => {
    const end = pending.saveLater(message)
    if (pending.background > 0) groups.background()
    return end
  },
  get: (id) => thread.query('message', id),
  next: (queue, limit, after) => thread.query('nextMessages', queue, limit, after),
  due: (of, nowMs, limit) => thread.query('dueMessages', of, nowMs, limit),
  list: (query) => thread.query('messages', query),
  talks: (sinceMs, most, before) => thread.query('talks', sinceMs, most, before),
  shift: (byMs, acceptedUntilMs) => thread.query('shiftMessages', byMs, acceptedUntilMs),
  deleteEndedBefore: (endedMs, nowMs) => thread.query('deleteMessages', endedMs, nowMs),
})
