import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import type { ProxyAccount, ProxyState } from './accounts.ts'
import { createParking } from './parking.ts'

const wish = { tel: '1001', user: '1001', password: 'secret' }
const anAccount = () => {
  let left = 0
  const account = { wish, hear: undefined, leave: () => void left++ } as unknown as ProxyAccount
  return { account, left: () => left }
}
const LOST: ProxyState = { code: -403, over: true }

describe('an extension that has proved itself', () => {
  test('is there for who comes with that very login, once', () => {
    const parking = createParking(createHandClock())
    const { account, left } = anAccount()
    parking.put(account)
    assert.equal(parking.take({ ...wish, password: 'another' }), undefined)
    assert.equal(parking.take({ ...wish, subscriber: { impi: 'office' } as never }), undefined)
    assert.equal(parking.take(wish), account)
    assert.equal(parking.take(wish), undefined)
    assert.equal(left(), 0)
  })

  test('leaves when nobody comes, when it is lost, or when it has proved itself again', () => {
    const timers = createHandClock()
    const parking = createParking(timers)
    const [late, lost, first, second] = [anAccount(), anAccount(), anAccount(), anAccount()]
    parking.put(late.account)
    timers.advance(61_000)
    assert.equal(late.left(), 1)
    parking.put(lost.account)
    lost.account.hear?.(LOST)
    assert.equal(lost.left(), 1)
    parking.put(first.account)
    parking.put(second.account)
    assert.equal(first.left(), 1)
    assert.equal(parking.take(wish), second.account)
    timers.advance(61_000)
    assert.equal(second.left(), 0)
  })
})
