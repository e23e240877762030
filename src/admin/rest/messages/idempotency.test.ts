import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dedupeOf } from './idempotency.ts'

test('two API keys never share what names a message, whatever they are called', () => {
  assert.notEqual(dedupeOf('a:b', 'c'), dedupeOf('a', 'b:c'))
  assert.notEqual(dedupeOf('', '1:a:b'), dedupeOf('1', 'a:b'))
  const long = 'k'.repeat(200)
  assert.notEqual(dedupeOf('a', long), dedupeOf('b', long))
  assert.ok(dedupeOf('a'.repeat(64), long).length <= 190)
})
