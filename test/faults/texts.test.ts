import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTextStorm } from '../support/text-storm.ts'

test('10,000 texts and 50 kills: what was acknowledged has arrived, and nothing twice', {
  timeout: 900_000,
}, async (t) => {
  const { acknowledged, lost, twice, secondParts, unknownToRest, bugs } = await runTextStorm(10_000, 50, 3)
  t.diagnostic(`${acknowledged} texts were acknowledged`)
  assert.deepEqual({ lost, twice, unknownToRest, bugs }, { lost: [], twice: [], unknownToRest: [], bugs: [] })
  assert.equal(secondParts[0], secondParts[1], 'second parts')
  assert.ok(acknowledged > 8000, `${acknowledged} texts were acknowledged`)
})
