import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { REFUSALS } from '#core'

test('docs/refusals.md names every refusal of the code, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/refusals.md'), 'utf8')
  const rows = [...page.matchAll(/^\| ([a-z-]+) \| \d{3} \|/gm)].map(([, word]) => word)
  assert.deepEqual(rows, [...REFUSALS])
})
