import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomeOf } from './outcome.ts'

const incoming = { direction: 'in', missed: true, answeredAtMs: null } as const

test('missed is what rang and was not answered, also where the mailbox took it', () => {
  assert.equal(outcomeOf({ ...incoming, cause: 487 }), 'missed')
  assert.equal(outcomeOf({ ...incoming, cause: 408 }), 'missed')
  assert.equal(outcomeOf({ ...incoming, answeredAtMs: 5, cause: 200 }), 'missed')
})
test('what was declined or never rang is not missed', () => {
  assert.equal(outcomeOf({ ...incoming, cause: 603 }), 'declined')
  assert.equal(outcomeOf({ ...incoming, cause: 486 }), 'declined')
  assert.equal(outcomeOf({ ...incoming, cause: 480 }), 'unreached')
})
test('an outgoing call is never missed', () => {
  assert.equal(outcomeOf({ direction: 'out', missed: true, cause: 487 }), 'failed')
  assert.equal(outcomeOf({ direction: 'out', missed: false, answeredAtMs: 5 }), 'talked')
})
