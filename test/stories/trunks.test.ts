import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CallPlan, CallStage } from '#core'
import type { TrunkLine } from '#ims'
import { createResponse, reasonPhrase } from '#sip'
import { aHouse, aSubscriber, type TrunksOfHouse } from '../support/house.ts'
import { aPhone, type Phone, SDP } from '../support/phone.ts'

const aLine = (name: string, address: string, more: Partial<TrunkLine> = {}): TrunkLine => ({
  ...{ name, transport: 'udp', host: address, trusted: false, caller: '', strip: 0, prefix: '' },
  ...{ format: 'as_dialled', endpoint: () => ({ address, port: 5060 }) },
  ...more,
})
const aPlan = (stages: CallStage[], more: Partial<CallPlan> = {}): CallPlan => ({
  ...{ name: 'out', match: { kind: 'call', to: '^\\+', from: '*' }, allow: [], deny: [], stages },
  ...{ strategy: 'round_robin', fallbackOn: new Set([408, 486, 503]) },
  ...more,
})
const [PBX, OTHER] = ['192.0.2.50', '192.0.2.51']
const only = (name: string): CallStage => ({ kind: 'trunks', names: [name] })

/** Alice with a phone, and two neighbours that take calls; `pbx` is a trunk with a login. */
const aPlace = async (more: Partial<TrunksOfHouse> = {}) => {
  const login = { username: 'tandem', password: 'our secret' }
  const house = aHouse({
    subscribers: [
      aSubscriber('alice', { proof: 'none', msisdn: '+49301001' }),
      aSubscriber('bob', { proof: 'none' }),
      aSubscriber('gw'),
    ],
    trunks: {
      lines: () => [aLine('pbx', PBX, { login }), aLine('other', OTHER)],
      plans: [aPlan([only('pbx'), only('other')])],
      ...more,
    },
  })
  const alice = aPhone(house, 'alice', '192.0.2.10')
  assert.equal((await alice.register()).status, 200)
  const [pbx, other] = [aPhone(house, 'pbx', PBX), aPhone(house, 'other', OTHER)]
  return { house, alice, pbx, other }
}

const ringing = (phone: Phone) => {
  const leg = phone.incoming.at(-1)
  assert.ok(leg, `${phone.name} does not ring`)
  return leg
}
const challenge =
  (phone: Phone, status: 401 | 407, methods: string[], nonce = 'n1') =>
  (
    request: Parameters<NonNullable<Phone['onOther']>>[0],
    transaction: Parameters<NonNullable<Phone['onOther']>>[1],
  ) => {
    const proof = request.headers.get(status === 407 ? 'Proxy-Authorization' : 'Authorization')
    if (!methods.includes(request.method) || proof?.includes(`nonce="${nonce}"`)) return false
    const response = createResponse(request, status, reasonPhrase(status))
    response.headers.set('To', `${request.headers.get('To')?.replace(/;tag=.*/, '')};tag=${phone.name}`)
    const name = status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate'
    response.headers.add(name, `Digest realm="pbx", nonce="${nonce}", algorithm=MD5, qop="auth"`)
    transaction.respond(response)
    return true
  }
const nothingLeft = async (house: ReturnType<typeof aHouse>) => {
  await house.pass(70_000)
  assert.deepEqual([house.calls.count, house.legs.size], [0, 0])
  for (const { calls } of house.trunks.list()) assert.equal(calls, 0)
}

describe('a call to a number outside', () => {
  test('leaves by the trunk that its route names, with the caller’s number, and is hung up', async () => {
    const { house, alice, other, pbx } = await aPlace()
    const call = await alice.call('+15550100')
    const { request } = ringing(pbx)
    assert.equal(request.uri, `sip:+15550100@${PBX}`)
    assert.match(request.headers.get('From') ?? '', /^"alice" <sip:\+49301001@tandem\.test>;tag=/)
    assert.equal(request.headers.get('P-Asserted-Identity'), '"alice" <sip:+49301001@tandem.test>')
    assert.equal(request.headers.get('Max-Forwards'), '69')
    ringing(pbx).progress(180)
    void ringing(pbx).accept(SDP)
    await house.settle()
    assert.deepEqual(alice.heard, ['180', 'answered'])
    assert.equal(house.trunks.stateOf('pbx')?.calls, 1)
    call.session?.bye()
    await house.settle()
    assert.deepEqual(pbx.heard, ['invite', 'end by peer'])
    assert.deepEqual(other.heard, [])
    assert.equal([...house.store.calls.values()][0]?.callee, 'sip:+15550100@pbx')
    await nothingLeft(house)
  })

  for (const status of [401, 407] as const)
    test(`proves who we are when the trunk asks with ${status}, also in the dialogue`, async () => {
      const { house, alice, pbx } = await aPlace()
      pbx.onOther = challenge(pbx, status, ['INVITE'])
      const call = await alice.call('+15550100')
      const name = status === 407 ? 'Proxy-Authorization' : 'Authorization'
      const proof = ringing(pbx).request.headers.get(name) ?? ''
      assert.match(proof, /username="tandem", realm="pbx", nonce="n1", uri="sip:\+15550100@192\.0\.2\.50"/)
      assert.match(proof, /nc=00000001/)
      void ringing(pbx).accept(SDP)
      await house.settle()
      assert.deepEqual(alice.heard, ['answered'])
      pbx.onOther = challenge(pbx, status, ['BYE'], 'n2')
      call.session?.bye()
      await house.settle()
      assert.deepEqual(pbx.heard, ['invite', 'end by peer'])
      await nothingLeft(house)
    })

  test('is refused when the trunk does not take our proof, and asked no more than that', async () => {
    const { house, alice, pbx } = await aPlace({ plans: [aPlan([only('pbx')])] })
    pbx.onOther = (request, transaction) => {
      if (request.method !== 'INVITE') return false
      const response = createResponse(request, 407, 'No')
      response.headers.set('To', `${request.headers.get('To')};tag=x`)
      response.headers.add('Proxy-Authenticate', 'Digest realm="pbx", nonce="n1", algorithm=MD5')
      transaction.respond(response)
      return true
    }
    await alice.call('+15550100')
    assert.deepEqual(alice.heard, ['refused 403'])
    assert.equal(pbx.requests.filter(({ method }) => method === 'INVITE').length, 2)
    await nothingLeft(house)
  })

  test('goes on to the next trunk when the first is busy, and not when the number is wrong', async () => {
    const { house, alice, pbx, other } = await aPlace()
    await alice.call('+15550100')
    ringing(pbx).reject({ status: 486 })
    await house.settle()
    assert.equal(ringing(other).request.uri, `sip:+15550100@${OTHER}`)
    void ringing(other).accept(SDP)
    await house.settle()
    assert.deepEqual(alice.heard, ['answered'])
    await alice.call('+15550101')
    ringing(pbx).reject({ status: 404 })
    await house.settle()
    assert.deepEqual(alice.heard, ['answered', 'refused 404'])
    assert.equal(other.incoming.length, 1)
  })

  test('goes on after six seconds without a sound, and tries the silent trunk last for a while', async () => {
    const { house, alice, other } = await aPlace({
      lines: () => [aLine('pbx', '192.0.2.99'), aLine('other', OTHER)],
      plans: [aPlan([{ kind: 'trunks', names: ['pbx', 'other'] }])],
    })
    await alice.call('+15550100')
    await house.pass(5000)
    assert.equal(other.incoming.length, 0)
    await house.pass(1500)
    ringing(other).reject({ status: 404 })
    await house.pass(1000)
    assert.deepEqual(alice.heard, ['refused 404'])
    assert.equal(house.trunks.stateOf('pbx')?.rests, true)
    // Both turns of the group begin with the one that is there.
    for (const number of ['+15550101', '+15550102']) await alice.call(number)
    assert.equal(other.incoming.length, 3)
    await house.pass(61_000)
    assert.equal(house.trunks.stateOf('pbx')?.rests, false)
  })

  test('takes no more channels than there are: the next trunk, then 503', async () => {
    const { house, alice, pbx, other } = await aPlace({ most: 1 })
    for (const number of ['+1', '+2', '+3']) await alice.call(number)
    assert.deepEqual([pbx.incoming.length, other.incoming.length], [1, 1])
    assert.deepEqual(alice.heard, ['refused 503'])
    ringing(pbx).reject({ status: 404 })
    await house.settle()
    await alice.call('+4')
    assert.equal(pbx.incoming.length, 2)
  })

  test('is for nobody without a route, is forbidden by its lists, and refused by its target', async () => {
    const reject: CallStage = { kind: 'reject', code: 402 }
    const { alice } = await aPlace({
      plans: [
        aPlan([only('pbx')], { deny: ['^\\+1900'] }),
        aPlan([reject], { name: 'paid', match: { kind: '*', to: '^0900', from: '*' } }),
      ],
    })
    for (const number of ['0301', '+19001', '09001']) await alice.call(number)
    assert.deepEqual(alice.heard, ['refused 404', 'refused 403', 'refused 402'])
  })

  test('is written as the trunk wants numbers, and says no more of a caller who hides', async () => {
    const line = aLine('pbx', PBX, { strip: 1, prefix: '88', format: '00', caller: '+4930999' })
    const to = '^0\\+'
    const { alice, pbx } = await aPlace({
      lines: () => [line],
      plans: [aPlan([only('pbx')], { match: { kind: 'call', to, from: '*' } })],
    })
    await alice.call('0+15550100', { headers: [['Privacy', 'id']] })
    const { request } = ringing(pbx)
    assert.equal(request.uri, `sip:880015550100@${PBX}`)
    assert.match(request.headers.get('From') ?? '', /^"Anonymous" <sip:anonymous@anonymous\.invalid>/)
    assert.equal(request.headers.get('P-Asserted-Identity'), undefined)
    assert.equal(request.headers.get('Privacy'), 'id')
    await alice.call('0+15550101')
    assert.match(ringing(pbx).request.headers.get('From') ?? '', /<sip:\+4930999@tandem\.test>/)
  })

  test('may end at somebody here when no trunk takes it', async () => {
    const stages: CallStage[] = [only('pbx'), { kind: 'subscriber', name: 'sip:bob@tandem.test' }]
    const { house, alice, pbx } = await aPlace({ plans: [aPlan(stages)] })
    const bob = aPhone(house, 'bob', '192.0.2.11')
    await bob.register()
    await alice.call('+15550100')
    ringing(pbx).reject({ status: 503 })
    await house.settle()
    void ringing(bob).accept(SDP)
    await house.settle()
    assert.deepEqual(alice.heard, ['answered'])
  })

  test('is given up by the caller while the trunk rings', async () => {
    const { house, alice, pbx } = await aPlace()
    const call = await alice.call('+15550100')
    ringing(pbx).progress(180)
    await house.settle()
    call.cancel()
    await house.settle()
    assert.deepEqual(pbx.heard, ['invite', 'end by peer'])
    await nothingLeft(house)
  })
})

describe('a call from a trunk', () => {
  const from = ({ address }: { address: string }) => (address === PBX ? 'pbx' : undefined)

  test('is believed by its address, shows who calls, and takes a channel', async () => {
    const { house, alice, pbx } = await aPlace({ from, most: 1 })
    const call = await pbx.call('alice', {
      headers: [['P-Asserted-Identity', '<sip:+15550900@pbx.example>']],
    })
    const { headers } = ringing(alice).request
    assert.equal(headers.get('P-Asserted-Identity'), '"pbx" <sip:+15550900@pbx.example>')
    assert.equal(house.trunks.stateOf('pbx')?.calls, 1)
    await pbx.call('alice')
    assert.deepEqual(pbx.heard, ['refused 503'])
    call.cancel()
    await house.settle()
    assert.equal(house.trunks.stateOf('pbx')?.calls, 0)
    await nothingLeft(house)
  })

  test('never goes back to where it came from', async () => {
    const { house, pbx, other } = await aPlace({ from })
    await pbx.call('+15550100')
    assert.equal(pbx.incoming.length, 0)
    assert.equal(ringing(other).request.uri, `sip:+15550100@${OTHER}`)
    ringing(other).reject({ status: 404 })
    await house.settle()
    assert.deepEqual(pbx.heard, ['refused 404'])
  })

  test('is not believed from elsewhere', async () => {
    const { house, other } = await aPlace({ from })
    await other.call('alice')
    await house.pass(1000)
    assert.deepEqual(other.heard, ['refused 407'])
  })
})

describe('a gateway with a SIP account here', () => {
  const trunks: Partial<TrunksOfHouse> = {
    lines: (subscribers) => [
      aLine('gw', 'gw', {
        account: subscribers.byImpi('gw@tandem.test') as never,
        endpoint: () => undefined,
      }),
    ],
    plans: [aPlan([only('gw')])],
  }

  test('is dialled at its contact, and is no way while it is not registered', async () => {
    const { house, alice } = await aPlace(trunks)
    const gateway = aPhone(house, 'gw', '192.0.2.60')
    await alice.call('+15550100')
    assert.deepEqual(alice.heard, ['refused 502'])
    assert.equal((await gateway.register()).status, 200)
    await alice.call('+15550100')
    assert.equal(ringing(gateway).request.uri, 'sip:+15550100@192.0.2.60:5060')
    void ringing(gateway).accept(SDP)
    await house.settle()
    assert.deepEqual(alice.heard, ['refused 502', 'answered'])
  })
})
