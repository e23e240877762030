import type { OutboxEvent } from '#core'
import type { Batch } from '../batch.ts'
import { pushEvent } from './columns.ts'

type Waiting = { event: OutboxEvent; ofMessage: boolean }

/** Events on their way to the disk, with what they tell of. */
export type PendingOutbox = {
  add(event: OutboxEvent, ofMessage: boolean): void
  addLater(event: OutboxEvent, ofMessage: boolean): void
  onWritten(hear: () => void): void
  readonly background: number
  take(batch: Batch, all: boolean): TakenOutbox
}

export type TakenOutbox = {
  done(): void
  /** What they told of at once was not kept either; the others wait for the next try. */
  fail(again: boolean): void
}

/** A disk in trouble for long must not fill the memory. */
const MOST_LATER = 100_000

export const createPendingOutbox = (): PendingOutbox => {
  let urgent: Waiting[] = []
  let later: Waiting[] = []
  const hearers: (() => void)[] = []
  return {
    add: (event, ofMessage) => void urgent.push({ event, ofMessage }),
    addLater: (event, ofMessage) => {
      if (later.length < MOST_LATER) later.push({ event, ofMessage })
    },
    onWritten: (hear) => void hearers.push(hear),
    get background() {
      return later.length
    },
    take: (batch, all) => {
      const taken = all && later.length > 0 ? later : []
      const count = urgent.length + taken.length
      for (const list of [urgent, taken])
        for (const { event, ofMessage } of list) pushEvent(ofMessage ? batch.told : batch.events, event)
      if (urgent.length > 0) urgent = []
      if (taken.length > 0) later = []
      return {
        done: () => {
          if (count > 0) for (const hear of hearers) hear()
        },
        fail: (again) => {
          if (again && taken.length > 0) later = [...taken, ...later].slice(0, MOST_LATER)
        },
      }
    },
  }
}
