import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { createGuard } from './guard.ts'

const aGuard = (options: { blockAfter?: number; exempt?: string } = {}) => {
  const timers = createHandClock()
  const told: string[] = []
  const guard = createGuard({
    clock: timers.clock,
    blockAfter: options.blockAfter ?? 8,
    blockMinutes: 10,
    exempt: (address) => address === options.exempt,
    onBlocked: (source) => void told.push(source),
  })
  const fail = (address: string, times: number) => {
    for (let i = 0; i < times; i++) guard.fail(address)
  }
  return { timers, guard, told, fail }
}

describe('a source that fails', () => {
  test('is answered later and later, then not at all, then heard again', () => {
    const { timers, guard, told, fail } = aGuard()
    fail('192.0.2.1', 4)
    assert.equal(guard.delayMs('192.0.2.1'), 0)
    fail('192.0.2.1', 2)
    assert.equal(guard.delayMs('192.0.2.1'), 500)
    assert.equal(guard.blocked('192.0.2.1'), false)
    fail('192.0.2.1', 2)
    assert.equal(guard.blocked('192.0.2.1'), true)
    assert.deepEqual([told, guard.list()], [['192.0.2.1'], ['192.0.2.1']])
    timers.advance(10 * 60_000 + 10)
    assert.equal(guard.blocked('192.0.2.1'), false)
  })

  test('waits four seconds at most', () => {
    const { guard, fail } = aGuard({ blockAfter: 100 })
    fail('192.0.2.1', 50)
    assert.equal(guard.delayMs('192.0.2.1'), 4000)
  })

  test('is forgotten after ten quiet minutes', () => {
    const { timers, guard, fail } = aGuard()
    fail('192.0.2.1', 7)
    timers.advance(10 * 60_000 + 10)
    fail('192.0.2.1', 1)
    assert.equal(guard.blocked('192.0.2.1'), false)
    assert.equal(guard.delayMs('192.0.2.1'), 0)
  })

  test('makes up for one failure by each success, not for all of them', () => {
    const { guard, fail } = aGuard()
    fail('192.0.2.1', 6)
    guard.succeed('192.0.2.1')
    assert.equal(guard.delayMs('192.0.2.1'), 250)
    fail('192.0.2.1', 3)
    assert.equal(guard.blocked('192.0.2.1'), true)
    guard.succeed('192.0.2.1')
    assert.equal(guard.blocked('192.0.2.1'), true, 'a success does not lift a block')
    assert.equal(guard.unblock('192.0.2.1'), true)
    assert.equal(guard.blocked('192.0.2.1'), false)
  })

  test('over IPv6 is its whole /64, however it is written', () => {
    const { guard, told, fail } = aGuard({ blockAfter: 3 })
    fail('2001:db8:0:7:1:2:3:4', 1)
    fail('2001:db8:0:7::9', 1)
    fail('2001:db8::7:aaaa:0:0:1', 1)
    assert.deepEqual(told, ['2001:db8:0:7::/64'])
    assert.equal(guard.blocked('2001:db8:0:7:ffff::1'), true)
    assert.equal(guard.blocked('2001:db8:0:8::1'), false)
    assert.equal(guard.unblock('2001:db8:0:7::/64'), true)
    fail('fe80::1%eth0', 3)
    assert.equal(guard.blocked('fe80::2'), true)
  })

  test('is never slowed or blocked when it is exempt', () => {
    const { guard, told, fail } = aGuard({ exempt: '192.0.2.9' })
    fail('192.0.2.9', 100)
    assert.deepEqual([guard.blocked('192.0.2.9'), guard.delayMs('192.0.2.9'), told], [false, 0, []])
    assert.equal(guard.size, 0)
  })

  test('is one of twenty thousand at most: the one that failed longest ago is forgotten', () => {
    const { guard } = aGuard()
    for (let i = 0; i < 20_100; i++) guard.fail(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
    assert.equal(guard.size, 20_000)
  })
})
