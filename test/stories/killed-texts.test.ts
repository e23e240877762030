import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTextStorm } from '../support/text-storm.ts'

/** The short form of test/faults/texts.test.ts. */
test('texts while the process is killed: what was acknowledged has arrived, and nothing twice', async () => {
  const { acknowledged, lost, twice, secondParts, unknownToRest, bugs } = await runTextStorm(150, 2, 7)
  assert.deepEqual({ lost, twice, unknownToRest, bugs }, { lost: [], twice: [], unknownToRest: [], bugs: [] })
  assert.equal(secondParts[0], secondParts[1], 'second parts')
  assert.ok(acknowledged > 100, `${acknowledged} texts were acknowledged`)
})
