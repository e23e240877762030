import type { Outbox } from '#core'
import type { Groups } from '../groups.ts'
import type { Thread } from '../thread.ts'
import type { PendingOutbox } from './pending.ts'

/** Events that are added at once leave with what they tell of; alone they would wait for the next commit. */
export const createOutbox = (pending: PendingOutbox, groups: Groups, thread: Thread): Outbox => ({
  add: pending.add,
  addLater: (event, ofMessage) => {
    pending.addLater(event, ofMessage)
    groups.background()
  },
  onWritten: pending.onWritten,
  after: (seq, limit) => thread.query('eventsAfter', seq, limit),
  some: (seqs) => thread.query('events', seqs),
  lastSeq: () => thread.query('lastEvent'),
  seqBefore: (ms) => thread.query('eventBefore', ms),
  seqOf: (id) => thread.query('eventOf', id),
  counts: (seq) => thread.query('countEvents', seq),
  deleteBefore: (ms) => thread.query('deleteEvents', ms),
})
