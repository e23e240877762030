import type { CallRecord, MessageRecord, MessageStore, Outbox } from '#core'
import { callEventOf, eventViewOf, messageEventOf, messageTypeOf, type OutEvent } from '../events/envelope.ts'
import type { Feed } from '../events/feed.ts'

type Wants = (type: string) => boolean

const rowOf = (event: OutEvent) => ({
  id: event.id,
  type: event.type,
  subject: event.subject,
  atMs: event.atMs,
  data: JSON.stringify(eventViewOf(event)),
})

/**
 * The same store, whose writers also write the events that webhooks want: into the very transaction of the step, so
 * that neither is kept without the other. A message that was there before is not kept, and neither is its event.
 */
export const tapMessages = (
  store: MessageStore,
  outbox: Pick<Outbox, 'add' | 'addLater'>,
  wants: Wants,
): MessageStore => {
  const eventOf = (message: MessageRecord): OutEvent | undefined => {
    const step = message.steps.at(-1)
    if (!step || message.origin === 'report') return undefined
    const type = messageTypeOf(message, step)
    return type !== undefined && wants(type) ? messageEventOf(type, message, step) : undefined
  }
  const now = (message: MessageRecord): void => {
    const event = eventOf(message)
    if (event) outbox.add(rowOf(event), true)
  }
  return {
    ...store,
    add: (message, claim) => {
      now(message)
      return store.add(message, claim)
    },
    save: (message, more) => {
      now(message)
      return store.save(message, more)
    },
    saveLater: (message) => {
      const event = eventOf(message)
      if (event) outbox.addLater(rowOf(event), true)
      return store.saveLater(message)
    },
  }
}

/** All other events: calls are recorded in the background, and their events go with the records. */
export const tapFeed = (feed: Feed, outbox: Pick<Outbox, 'addLater'>, wants: Wants): void =>
  void feed.subscribe({
    wants: (type) => !type.startsWith('message.') && wants(type),
    hear: (event) => outbox.addLater(rowOf(event), false),
  })

/** The calls that a dead process left open ended with it, and nobody was told so. */
export const tellOfDeadCalls = (
  calls: readonly CallRecord[],
  outbox: Pick<Outbox, 'addLater'>,
  wants: Wants,
): void => {
  if (!wants('call.ended')) return
  for (const call of calls)
    outbox.addLater(rowOf(callEventOf('call.ended', call, 'ended', 0, call.endedAtMs ?? 0)), false)
}
