import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { outcomeOfAnswer } from './outcomes.ts'

describe('a text that a phone does not take now', () => {
  for (const [retryAfterS, afterS, why] of [
    [undefined, undefined, 'sms_retry_delay it is'],
    [120, 120, 'as it wishes'],
    [0, 5, 'not at once, again and again'],
    [4_294_967_295, 3600, 'not when it has expired'],
  ] as const)
    test(`comes again after ${afterS} s when it says Retry-After: ${retryAfterS} (${why})`, () => {
      const answer = { status: 503, ...(retryAfterS !== undefined && { retryAfterS }) }
      const outcome = outcomeOfAnswer(answer, 'text sip:x')
      assert.ok(outcome.kind === 'retry')
      assert.equal(outcome.afterS, afterS)
    })

  test('does not come again when it will never be taken', () => {
    const outcome = outcomeOfAnswer({ status: 404, retryAfterS: 5 }, 'text sip:x')
    assert.equal(outcome.kind, 'failed')
  })
})
