import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import type { SipRequest } from '#sip'
import { aHouse, aSubscriber } from '../../../../test/support/house.ts'
import { aPhone } from '../../../../test/support/phone.ts'
import type { TrunkLine } from './line.ts'
import { createTrunkRegistration } from './registration.ts'

/** A trunk that is a house itself, and we who have the account `office` there. */
const aTrunk = async (password = 'secret of office') => {
  const house = aHouse({ subscribers: [aSubscriber('office')] })
  const { timers } = house
  const us = aPhone(house, 'office', '192.0.2.70')
  const line: TrunkLine = {
    ...{ name: 'provider', transport: 'udp', host: 'tandem.test', trusted: false, caller: '', strip: 0 },
    ...{ prefix: '', format: 'as_dialled', endpoint: () => ({ address: '192.0.2.1', port: 5060 }) },
    login: { username: 'office@tandem.test', password },
  }
  const sent: SipRequest[] = []
  const registration = createTrunkRegistration(
    {
      ...{ timers, random: createRandom(), log: silentLog },
      wire: { flowTo: () => us.flow, close: async () => {} },
      request: (request, flow, events) => {
        sent.push(request)
        return us.endpoint.request(request, flow, events)
      },
      keep: () => () => {},
    },
    { ...line, login: { username: 'office', password } },
  )
  const office = house.subscribers.byImpi('office@tandem.test')
  assert.ok(office)
  return { house, registration, sent, bound: () => house.registrations.of(office).length }
}

describe('our registration at a trunk', () => {
  test('proves itself, is refreshed before its end, and is taken back', async () => {
    const { house, registration, sent, bound } = await aTrunk()
    registration.start()
    await house.pass(500)
    assert.deepEqual(registration.state, { registered: true })
    assert.equal(bound(), 1)
    assert.deepEqual(
      sent.map(({ headers }) => [headers.get('CSeq'), headers.has('Authorization')]),
      [
        ['1 REGISTER', false],
        ['2 REGISTER', true],
      ],
    )
    await house.pass(3_100_000)
    assert.ok(sent.length > 2, 'no refresh')
    assert.equal(bound(), 1)
    registration.close()
    await house.pass(1000)
    assert.equal(bound(), 0)
  })

  test('says why it does not stand, and tries again later and later', async () => {
    const { house, registration, sent, bound } = await aTrunk('wrong')
    registration.start()
    await house.pass(1000)
    assert.equal(registration.state.registered, false)
    assert.match(registration.state.reason ?? '', /^40[13] /)
    assert.equal(bound(), 0)
    const first = sent.length
    await house.pass(60_000)
    assert.ok(sent.length > first, 'no second try')
    assert.ok(sent.length < 40, `${sent.length} requests in a minute`)
    registration.close()
  })
})
