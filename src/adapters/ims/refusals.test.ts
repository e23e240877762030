import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { REFUSALS } from '#core'
import { sipStatusOf } from './refusals.ts'

test('every refusal has the status that docs/refusals.md tells', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/refusals.md'), 'utf8')
  const told = [...page.matchAll(/^\| ([a-z-]+) \| (\d{3}) \|/gm)].map(
    ([, why, status]) => `${why} ${status}`,
  )
  assert.deepEqual(
    REFUSALS.map((why) => `${why} ${sipStatusOf({ why })}`),
    told,
  )
})

test('an address of media that cannot be served is no incomplete number', () =>
  assert.equal(sipStatusOf({ why: 'unsupported-address' }), 488))
