import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err } from '#lib/result'
import type { Upstream } from '#webphone'
import { createExchangeLogins } from '../../src/exchange-logins.ts'

/** An exchange that answers when it is let. */
const aSlowOne = () => {
  const asked: PromiseWithResolvers<Awaited<ReturnType<Upstream['prove']>>>[] = []
  const logins = createExchangeLogins({
    prove() {
      const answer = Promise.withResolvers<Awaited<ReturnType<Upstream['prove']>>>()
      asked.push(answer)
      return answer.promise
    },
  })
  return { logins, asked }
}
const from = (source: string) => ['1001', 'a guess', source] as const

describe('logins that another exchange judges', () => {
  test('are few at once of one source, and an IPv6 network is one source', async () => {
    const { logins, asked } = aSlowOne()
    const waiting = [1, 2, 3, 4].map((host) => logins.prove(...from(`2001:db8:1:2::${host}`)))
    assert.equal(await logins.prove(...from('2001:db8:1:2:ffff::9')), 'busy')
    const other = logins.prove(...from('2001:db8:1:3::1'))
    assert.equal(asked.length, 5)
    for (const { resolve } of asked) resolve(err({ code: -403, over: true }))
    assert.deepEqual(await Promise.all([...waiting, other]), ['wrong', 'wrong', 'wrong', 'wrong', 'wrong'])
    const next = logins.prove(...from('2001:db8:1:2::5'))
    asked.at(-1)?.resolve(err({ code: -503, over: false }))
    assert.equal(await next, 'away')
  })

  test('have their place back when asking fails', async () => {
    const { logins, asked } = aSlowOne()
    for (let i = 0; i < 6; i++) {
      const failing = logins.prove(...from('192.0.2.1'))
      asked.at(-1)?.reject(new Error('a fault'))
      await assert.rejects(failing, /a fault/)
    }
    assert.equal(asked.length, 6)
  })

  test('that were not asked for, for want of room here, are no silence of the exchange', async () => {
    const { logins, asked } = aSlowOne()
    const proving = logins.prove(...from('192.0.2.1'))
    asked[0]?.resolve(err('full'))
    assert.equal(await proving, 'full')
  })
})
