import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNewest } from './newest.ts'

test('keeps at least so many of the newest, and forgets those of longest ago in bulk', () => {
  const newest = createNewest<number>(10)
  for (let i = 0; i < 25; i++) newest.set(`k${i}`, i)
  for (let i = 15; i < 25; i++) assert.equal(newest.get(`k${i}`), i)
  assert.equal(newest.get('k9'), undefined)
})

test('what is deleted is gone in both generations, and may come again', () => {
  const newest = createNewest<string>(2)
  newest.set('a', 'first')
  newest.set('b', 'fills it')
  newest.set('a', 'second')
  assert.equal(newest.get('a'), 'second')
  newest.delete('a')
  assert.equal(newest.get('a'), undefined)
  newest.set('a', 'third')
  assert.equal(newest.get('a'), 'third')
  newest.clear()
  assert.equal(newest.get('a'), undefined)
  assert.equal(newest.get('b'), undefined)
})
