import { about, integer, list, object, type Schema, text, time, without } from '../schema-words.ts'

const failure = { at: time, event: text, status: integer, detail: text }
const webhook = {
  id: text,
  url: about('Without what may be secret in it.', text),
  events: list(text),
  state: { type: 'string', enum: ['working', 'failing', 'paused'] },
  waiting: about('Events that are not delivered yet.', integer),
  retrying: about('Those of them that failed at least once.', integer),
  delivered: about('Since the start.', integer),
  givenUp: about('Since the start: their retry plan was at its end.', integer),
  lastDeliveryAt: time,
  lastFailure: object(failure, without(failure, 'status')),
  nextAttemptAt: time,
}
const Webhook = object(webhook, without(webhook, 'lastDeliveryAt', 'lastFailure', 'nextAttemptAt'))

export const webhookShapes = {
  Webhook,
  Webhooks: object({ items: list(Webhook) }),
  ReplayRequest: object(
    {
      since: about('Everything from this time on.', time),
      event: about('This event alone, by its id.', { type: 'string', minLength: 1, maxLength: 128 }),
    },
    [],
  ),
  Replayed: object({ events: about('How many will be sent again.', integer) }),
} satisfies Record<string, Schema>
