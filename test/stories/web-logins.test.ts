import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isWeb } from '#core'
import { encipher } from '#webcall'
import { aHouse, aSubscriber, DOMAIN } from '../support/house.ts'
import { WEB_KEY } from '../support/house-web.ts'
import { connect, loginOld, newClient, oldClient, tokenFor } from '../support/web-clients.ts'

const bindingsOf = (house: ReturnType<typeof aHouse>, name: string) => {
  const subscriber = house.subscribers.byImpi(`${name}@${DOMAIN}`)
  return subscriber ? house.registrations.of(subscriber) : []
}

describe('an old client logs in', () => {
  test('with its password under the nonce, and is bound like a phone', async () => {
    const house = aHouse()
    const client = connect(house, { dialect: 'lines' })
    const answer = await loginOld(client, 'alice')
    assert.deepEqual([answer.code, answer.seq], ['0', '2'])
    await client.next(9001, { state: 0 })
    const [binding] = bindingsOf(house, 'alice')
    assert.equal(binding && isWeb(binding), true)
    assert.equal(binding?.transport, 'wss')
    assert.equal(client.texts[0]?.startsWith('op=2000\nseq=1\nnonce='), true)
    assert.match(String(client.heard[0]?.nonce), /^[0-9a-f]{16}$/)
    client.say(1002)
    await client.next(2002, { code: 0 })
    assert.equal(bindingsOf(house, 'alice').length, 0)
  })

  test('a wrong password, a wrong key and an unknown name look alike, and count', async () => {
    const house = aHouse({ blockAfter: 4 })
    const heardBy = async (name: string, password: string, key = WEB_KEY): Promise<string[]> => {
      const client = connect(house, { dialect: 'lines' })
      client.say(1000)
      const nonce = String((await client.next(2000)).nonce)
      client.say(1001, {
        usr: name,
        tel: name,
        pwd: encipher(password, { cipher: 'aes128ecb', key, nonce, tel: name }),
      })
      await client.next(9001, { state: -403 })
      return client.texts.slice(1)
    }
    const wrong = await heardBy('alice', 'guess')
    assert.deepEqual(await heardBy('mallory', 'guess'), wrong)
    assert.deepEqual(await heardBy('alice', 'secret of alice', 'Other'), wrong)
    await heardBy('alice', '')
    assert.deepEqual(house.guard.list(), ['203.0.113.7'])
    assert.equal(house.webphone.admits('203.0.113.7'), false)
  })

  test('a nonce is good once, on its own connection, for a minute', async () => {
    const house = aHouse()
    const client = connect(house, { dialect: 'lines' })
    client.say(1000)
    const nonce = String((await client.next(2000)).nonce)
    const pwd = encipher('secret of alice', { cipher: 'aes128ecb', key: WEB_KEY, nonce, tel: 'alice' })
    const other = connect(house, { dialect: 'lines' })
    other.say(1001, { usr: 'alice', tel: 'alice', pwd })
    await other.next(2001, { code: -2 })
    await house.pass(61_000)
    client.say(1001, { usr: 'alice', tel: 'alice', pwd })
    assert.equal(client.closed, 1008)
  })

  test('needs TLS, a key, and a cipher that is on', async () => {
    for (const [web, place] of [
      [{}, { secure: false }],
      [{ key: '' }, {}],
      [{ cipher: 'off' as const }, {}],
    ] as const) {
      const client = connect(aHouse({ web }), { dialect: 'lines', ...place })
      assert.equal((await loginOld(client, 'alice')).code, '-2')
    }
    const plain = connect(aHouse({ web: { plainWs: true } }), { dialect: 'lines', secure: false })
    assert.equal((await loginOld(plain, 'alice')).code, '0')
  })

  test('a second one of the number has to wait, but not for one that is gone', async () => {
    const house = aHouse()
    const first = await oldClient(house, 'alice')
    const second = connect(house, { dialect: 'lines' })
    assert.equal((await loginOld(second, 'alice')).code, '-1')
    first.drop()
    assert.equal((await loginOld(second, 'alice')).code, '0')
    assert.equal(bindingsOf(house, 'alice').length, 1)
  })

  test('takeover ends the one before', async () => {
    const house = aHouse({ web: { takeover: true } })
    const first = await oldClient(house, 'alice')
    const second = connect(house, { dialect: 'lines' })
    assert.equal((await loginOld(second, 'alice')).code, '0')
    await first.next(9001, { state: -1 })
    assert.equal(first.closed, 1000)
    assert.equal(bindingsOf(house, 'alice').length, 1)
  })
})

describe('a new client logs in', () => {
  test('with a token that is good once', async () => {
    const house = aHouse()
    const token = tokenFor(house, 'alice')
    const client = connect(house)
    client.say(1001, { tel: 'alice', token, client: 'a test' })
    const answer = await client.next(2001)
    assert.deepEqual([answer.code, answer.graceS, answer.tel, answer.cids], [0, 90, 'alice', []])
    assert.equal(typeof answer.resume, 'string')
    await client.next(9001, { state: 0 })
    const again = connect(house)
    again.say(1001, { tel: 'alice', token })
    await again.next(9001, { state: -403 })
  })

  test('a token is for its owner only', async () => {
    const house = aHouse()
    const client = connect(house)
    client.say(1001, { tel: 'bob', token: tokenFor(house, 'alice') })
    await client.next(9001, { state: -403 })
  })

  test('several of one person stand beside each other', async () => {
    const house = aHouse()
    await newClient(house, 'alice')
    await newClient(house, 'alice')
    assert.equal(bindingsOf(house, 'alice').length, 2)
  })

  test('comes back by its resume token within the grace, not after it', async () => {
    const house = aHouse()
    const client = connect(house)
    client.say(1001, { tel: 'alice', token: tokenFor(house, 'alice') })
    const { resume } = await client.next(2001)
    client.drop()
    await house.pass(80_000)
    assert.equal(bindingsOf(house, 'alice').length, 1)
    const back = connect(house)
    back.say(1001, { tel: 'alice', token: tokenFor(house, 'alice'), resume })
    const answer = await back.next(2001, { code: 0 })
    assert.notEqual(answer.resume, resume)
    assert.equal(bindingsOf(house, 'alice').length, 1)
    back.drop()
    await house.pass(91_000)
    assert.equal(bindingsOf(house, 'alice').length, 0)
  })

  test('more than may be registered are told so', async () => {
    const house = aHouse({ web: { maxRegisters: 1 } })
    await newClient(house, 'alice')
    const client = connect(house)
    client.say(1001, { tel: 'bob', token: tokenFor(house, 'bob') })
    await client.next(9001, { state: -503 })
  })

  test('is told when the operator deregisters it', async () => {
    const house = aHouse()
    const client = await newClient(house, 'alice')
    house.registrations.deregister(bindingsOf(house, 'alice')[0]?.contact ?? '')
    await client.next(9001, { state: -1 })
    await client.next(9016, { reason: 'deregistered' })
    assert.equal(client.closed, 1000)
    assert.equal(house.webphone.sessions.size, 0)
  })

  test('its binding lasts as long as it is there', async () => {
    const house = aHouse()
    await newClient(house, 'alice')
    await house.pass(1_300_000)
    assert.equal(bindingsOf(house, 'alice').length, 1)
  })
})

describe('strangers', () => {
  test('who say nothing of who they are go after 15 seconds', async () => {
    const house = aHouse()
    const client = connect(house)
    client.say(1000)
    await house.pass(14_000)
    assert.equal(client.closed, undefined)
    await house.pass(2_000)
    assert.equal(client.closed, 1008)
  })

  test('are few of one address', () => {
    const house = aHouse()
    const clients = Array.from({ length: 30 }, () => connect(house))
    assert.equal(house.webphone.admits('203.0.113.7'), false)
    assert.equal(house.webphone.admits('203.0.113.8'), true)
    clients[0]?.drop()
    assert.equal(house.webphone.admits('203.0.113.7'), true)
  })

  test('who say too much, or nonsense, go too', () => {
    const house = aHouse()
    const [loud, odd] = [connect(house), connect(house, { dialect: 'lines' })]
    for (let i = 0; i < 200; i++) loud.say(1000)
    assert.equal(loud.closed, 1008)
    for (let i = 0; i < 30; i++) odd.raw('nonsense')
    assert.equal(odd.closed, 1008)
  })

  test('commands of who is nobody have the codes of the manual', async () => {
    const client = connect(aHouse({ subscribers: [aSubscriber('alice')] }))
    for (const [op, fields, code] of [
      [1002, {}, -1],
      [1003, { to: '600', sdp: 'v=0' }, -1],
      [1004, { cid: 'x', sdp: 'v=0' }, -4],
      [1010, { cid: 'x' }, -4],
      [1014, { blf: 2 }, -2],
      [1999, {}, -2],
    ] as const) {
      client.say(op, fields)
      assert.equal((await client.next(op + 1000)).code, code, `${op}`)
    }
  })
})
