import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from '../support/program.ts'
import { node } from '../support/tandem.ts'

/** Of a call that is over 5 kB become old, the phones of the test among them; of one that is tied to something old, 20. */
const MOST_OCTETS = 8000

test('calls that are over die in the quick collections', async () => {
  const { stdout, output } = await run(node, [join(import.meta.dirname, '../support/promoted.ts')])
  const { promoted, ...rest } = JSON.parse(stdout || assert.fail(output)) as Record<string, number>
  assert.deepEqual(rest, { unanswered: 0, left: 0 })
  assert.ok((promoted as number) < MOST_OCTETS, `${promoted} octets of each call became old`)
})
