import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFreshness, DELTA, nextSqn, sqnFromBytes, sqnToBytes } from './sqn.ts'

describe('the next number', () => {
  test('is one step of SEQ further, in the slot asked for', () => {
    assert.equal(nextSqn(0n), 0x20n)
    assert.equal(nextSqn(0x20n, 3), 0x43n)
    assert.equal(nextSqn(0x3fn, 3), 0x43n)
    assert.equal(nextSqn(0x7n, 0, 0), 0x8n)
    assert.equal(nextSqn(0x100n, 255, 8), 0x2ffn)
  })

  test('begins anew past 48 bits', () => {
    assert.equal(nextSqn(0xffffffffffffn, 1), 1n)
    assert.equal(nextSqn(0xffffffffffe0n), 0n)
  })

  test('survives the way through its six octets', () => {
    for (const sqn of [0n, 1n, 0xff9bb4d0b607n, 0xffffffffffffn])
      assert.equal(sqnFromBytes(sqnToBytes(sqn)), sqn)
  })
})

describe('a SIM', () => {
  test('takes every number once', () => {
    const memory = createFreshness()
    assert.equal(memory.accept(0x20n), true)
    assert.equal(memory.accept(0x20n), false)
    assert.equal(memory.accept(0x21n), true, 'another slot')
    assert.equal(memory.accept(0x40n), true)
    assert.equal(memory.highest, 0x40n)
  })

  test('lets two networks take turns, each in its slot', () => {
    const memory = createFreshness()
    assert.equal(memory.accept((500n << 5n) | 1n), true)
    assert.equal(memory.accept((400n << 5n) | 2n), true)
    assert.equal(memory.highest, (500n << 5n) | 1n)
    assert.equal(memory.accept((400n << 5n) | 1n), false)
  })

  test('refuses a jump beyond the limit, and what is too old', () => {
    const memory = createFreshness({ ageLimit: 10n })
    assert.equal(memory.accept((DELTA + 1n) << 5n), false)
    assert.equal(memory.accept(DELTA << 5n), true)
    assert.equal(memory.accept(((DELTA - 9n) << 5n) | 1n), true)
    assert.equal(memory.accept(((DELTA - 10n) << 5n) | 2n), false)
  })

  test('that was in use refuses old numbers in every slot', () => {
    const memory = createFreshness({ highest: 0x1000n })
    for (let slot = 0n; slot < 32n; slot++) assert.equal(memory.accept(0x1000n | slot), false)
    assert.equal(memory.accept(nextSqn(memory.highest)), true)
  })

  test('and its home agree again after a resynchronisation', () => {
    const memory = createFreshness({ highest: 0x9876543210n })
    assert.equal(memory.accept(nextSqn(0n, 7)), false)
    assert.equal(memory.accept(nextSqn(memory.highest, 7)), true)
  })
})
