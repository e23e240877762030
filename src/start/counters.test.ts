import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents, type MessageRecord, type MessageState } from '#core'
import { createCounters, TEXT_ERRORS } from './index.ts'

test('the counters are those of SIP and of texts, by the names that the monitor explains', () => {
  const events = createEvents()
  const counters = createCounters(
    () => ({ messages: { sip_register_rx: 3 }, errors: { sip_stray: 1 } }),
    events,
  )
  const step = (state: MessageState, cause?: number): void =>
    events.publish({
      kind: 'message.changed',
      message: {} as MessageRecord,
      step: { atMs: 0, state, ...(cause !== undefined && { cause }) },
    })
  step('queued')
  step('queued', 22)
  step('delivered')
  step('failed', 21)
  events.publish({ kind: 'source.blocked', source: '192.0.2.1', minutes: 10 })
  assert.deepEqual(counters(), {
    messages: { sip_register_rx: 3, text_queued: 2, text_delivered: 1 },
    errors: { sip_stray: 1, text_failed: 1, text_cause_22: 1, text_cause_21: 1 },
  })
  const known = TEXT_ERRORS.map(([name]) => name.replace('<cause>', '21'))
  for (const name of ['text_failed', 'text_cause_21']) assert.ok(known.includes(name), name)
})
