import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { createNonces } from './nonces.ts'

const some = (size = 8) => {
  const timers = createHandClock()
  return { timers, nonces: createNonces(timers.clock, createRandom(), 1000, size) }
}

describe('a nonce', () => {
  test('serves with growing counts, gaps allowed, each once', () => {
    const { nonces } = some()
    const nonce = nonces.issue('192.0.2.1')
    const states = [1, 1, 5, 4, 6, 0].map((count) => nonces.use(nonce, count))
    assert.deepEqual(states, ['fresh', 'replayed', 'fresh', 'replayed', 'fresh', 'replayed'])
  })

  test('without a count serves once', () => {
    const { nonces } = some()
    const nonce = nonces.issue('192.0.2.1')
    assert.deepEqual([nonces.use(nonce, undefined), nonces.use(nonce, undefined)], ['fresh', 'stale'])
  })

  test('grows old, and is pushed out by newer ones', () => {
    const { timers, nonces } = some()
    const old = nonces.issue('192.0.2.1')
    timers.advance(1010)
    assert.deepEqual([nonces.isOpen(old), nonces.use(old, 1)], [false, 'stale'])
    const first = nonces.issue('192.0.2.1')
    for (let i = 0; i < 8; i++) nonces.issue('192.0.2.1')
    assert.deepEqual([nonces.isOpen(first), nonces.use(first, 1)], [false, 'stale'])
  })

  test('that is not ours is unknown, down to its last digit', () => {
    const { nonces } = some()
    const nonce = nonces.issue('192.0.2.1')
    for (let at = 8; at < 24; at++) {
      const digit = nonce[at] === '0' ? '1' : '0'
      const forged = nonce.slice(0, at) + digit + nonce.slice(at + 1)
      assert.equal(nonces.use(forged, 1), 'unknown')
      assert.equal(nonces.isOpen(forged), false)
    }
    for (const text of ['', 'x'.repeat(24), nonce.toUpperCase().replace(/\d/g, 'A'), `${nonce}0`])
      assert.equal(nonces.isOpen(text), false)
  })

  test('remembers whom it was given to', () => {
    const { nonces } = some()
    const nonce = nonces.issue('192.0.2.1')
    assert.deepEqual([nonces.isFrom(nonce, '192.0.2.1'), nonces.isFrom(nonce, '192.0.2.2')], [true, false])
  })

  test('differs from every other', () => {
    const { nonces } = some()
    assert.equal(new Set(Array.from({ length: 1000 }, () => nonces.issue('x'))).size, 1000)
  })
})
