import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { akaPassword, createSim, decodeAuts, decodeNonce, encodeNonce, nextSqn, type SimSecrets } from '#aka'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { octets } from '#lib/text'
import {
  type Credentials,
  createResponse,
  createSipEndpoint,
  digestFromHa1,
  ha1Of,
  hashOf,
  parseCredentials,
  type SipRequest,
  type SipResponse,
} from '#sip'
import { createTestNetwork } from './testing.ts'
import { createUe } from './ue.ts'
import type { UeEvent } from './ue-event.ts'
import { identityOfImsi, type UeIdentity } from './ue-identity.ts'

const handset = { address: '192.0.2.1', port: 5060 }
const registrar = { address: '192.0.2.9', port: 5060 }
const random = createRandom()

/** A registrar of the tests' own: `judge` gives the status and headers for each REGISTER. */
const aHouse = (
  identity: UeIdentity,
  judge: (request: SipRequest, proof: Credentials | undefined) => [number, ...[string, string][]],
) => {
  const network = createTestNetwork()
  const requests: SipRequest[] = []
  const events: UeEvent[] = []
  const server = createSipEndpoint({
    timers: network.timers,
    random,
    log: silentLog,
    wire: network.wireAt(registrar),
    values: { t1: 500, t2: 4000, t4: 5000 },
    tcpThreshold: 100_000,
    user: {
      onRequest(request, transaction) {
        requests.push(request)
        const proof = parseCredentials(request.headers.get('Authorization') ?? '')
        const [status, ...headers] = judge(request, proof.ok ? proof.value : undefined)
        const response: SipResponse = createResponse(request, status, 'as the test says')
        response.headers.set('To', `${request.headers.get('To')};tag=s`)
        for (const [name, value] of headers) response.headers.add(name, value)
        transaction.respond(response)
      },
      onAck: () => {},
      onStrayResponse: () => {},
    },
  })
  network.attach(registrar, server)
  const ue = createUe({
    wire: network.wireAt(handset),
    timers: network.timers,
    random,
    log: silentLog,
    openMedia: network.openMediaAt(handset.address),
    identity,
    server: { ...registrar, transport: 'udp' },
    onEvent: (event) => events.push(event),
  })
  network.attach(handset, ue.user)
  return { ...network, ue, requests, events }
}

const isRight = (request: SipRequest, proof: Credentials, password: Uint8Array): boolean => {
  const algorithm = hashOf(proof.algorithm ?? 'MD5') ?? 'MD5'
  const ha1 = ha1Of({ algorithm, username: proof.username, realm: proof.realm, password })
  const { nonce, uri, qop, nc, cnonce } = proof
  const counted = qop && nc && cnonce ? { qop, nc, cnonce } : {}
  return proof.response === digestFromHa1({ algorithm, ha1, nonce, uri, method: request.method, ...counted })
}

const phone: UeIdentity = { impu: 'sip:1001@test', impi: '1001', domain: 'test', password: 'open sesame' }
const secrets: SimSecrets = { algo: 'miln', k: new Uint8Array(16).fill(1), opc: new Uint8Array(16).fill(2) }
const card: UeIdentity = { ...identityOfImsi('001010000000001'), sim: secrets }

/** A home network for `card`: challenges, and takes AUTS. */
const aHome = (algorithm: 'AKAv1-MD5' | 'AKAv2-MD5' | 'AKAv2-SHA-256', startSqn = 0n) => {
  const sim = createSim(secrets)
  let sqn = startSqn
  const said: string[] = []
  const challenge = (): [number, ...[string, string][]] => {
    sqn = nextSqn(sqn)
    const { rand, autn } = sim.vector({ rand: random.bytes(16), sqn, amf: 0x8000 })
    return [
      401,
      [
        'WWW-Authenticate',
        `Digest realm="${card.domain}", nonce="${encodeNonce(rand, autn)}", algorithm=${algorithm}, qop="auth"`,
      ],
    ]
  }
  const judge = (request: SipRequest, proof: Credentials | undefined): [number, ...[string, string][]] => {
    const nonce = decodeNonce(proof?.nonce ?? '')
    if (!proof || !nonce.ok) {
      said.push('challenge')
      return challenge()
    }
    const auts = decodeAuts(proof.auts ?? '')
    if (auts.ok) {
      said.push('auts')
      sqn = sim.verifyAuts(nonce.value.rand, auts.value) ?? assert.fail('MAC-S is wrong')
      assert.ok(isRight(request, proof, new Uint8Array(0)))
      return challenge()
    }
    if (proof.response === '') {
      said.push('empty')
      return [403]
    }
    const { xres, ck, ik } = sim.vector({ rand: nonce.value.rand, sqn, amf: 0x8000 })
    said.push('answer')
    return [isRight(request, proof, akaPassword(algorithm, { res: xres, ck, ik })) ? 200 : 403]
  }
  return { judge, said }
}

describe('a SIP phone', () => {
  test('registers with its password', async () => {
    const house = aHouse(phone, (request, proof) => {
      if (!proof)
        return [401, ['WWW-Authenticate', 'Digest realm="test", nonce="n1", qop="auth", algorithm=MD5']]
      assert.ok(isRight(request, proof, octets('open sesame')))
      return [
        200,
        ['Contact', `${request.headers.get('Contact')}`],
        ['P-Associated-URI', '<sip:1001@test>, <tel:1001>'],
        ['Service-Route', '<sip:192.0.2.9;lr>'],
      ]
    })
    const registered = house.ue.register(300)
    await house.pass(100)
    assert.deepEqual(await registered, {
      ok: true,
      algorithm: 'MD5',
      expiresS: 300,
      identities: ['sip:1001@test', 'tel:1001'],
      routes: ['<sip:192.0.2.9;lr>'],
    })
    assert.equal(house.requests[0]?.headers.get('Authorization'), undefined)
    assert.match(
      house.requests[0]?.headers.get('Contact') ?? '',
      /^<sip:1001@192\.0\.2\.1:5060>;\+sip\.instance="<urn:gsma:imei:/,
    )
  })

  test('prefers the algorithm it was told to', async () => {
    const offers: [string, string][] = ['MD5', 'SHA-256'].map((name) => [
      'WWW-Authenticate',
      `Digest realm="test", nonce="n", algorithm=${name}`,
    ])
    const house = aHouse({ ...phone, algorithm: 'SHA-256' }, (request, proof) => {
      if (!proof) return [401, ...offers]
      return [proof.algorithm === 'SHA-256' && isRight(request, proof, octets('open sesame')) ? 200 : 403]
    })
    const registered = house.ue.register()
    await house.pass(100)
    assert.equal((await registered).ok, true)
  })

  test('waits as long as the registrar wants, and renews at half time with the next count', async () => {
    const house = aHouse(phone, (request, proof) => {
      if (!proof) return [401, ['WWW-Authenticate', 'Digest realm="test", nonce="n1", qop="auth"']]
      return request.headers.get('Expires') === '60' ? [423, ['Min-Expires', '200']] : [200]
    })
    const registered = house.ue.register(60)
    await house.pass(200)
    assert.equal((await registered).ok, true)
    assert.equal(house.requests.length, 3)
    await house.pass(100_500)
    assert.equal(house.requests.length, 4)
    assert.match(house.requests[3]?.headers.get('Authorization') ?? '', /nc=00000002/)
    house.ue.deregister()
    await house.pass(100)
    assert.equal(house.requests[4]?.headers.get('Expires'), '0')
    await house.pass(200_000)
    assert.equal(house.requests.length, 5)
  })

  test('gives up when the answer is refused, when nobody can answer, and when nobody speaks', async () => {
    const challenge: [number, [string, string]] = [
      401,
      ['WWW-Authenticate', 'Digest realm="test", nonce="n1"'],
    ]
    const endless = aHouse(phone, () => challenge)
    const [first] = await Promise.all([endless.ue.register(), endless.pass(500)])
    assert.deepEqual([first.ok, !first.ok && first.status, endless.requests.length], [false, 401, 5])

    const unknown = aHouse(phone, () => [401, ['WWW-Authenticate', 'Bearer realm="x"']])
    const [second] = await Promise.all([unknown.ue.register(), unknown.pass(100)])
    assert.deepEqual(second, { ok: false, status: 401, reason: 'no challenge that we can answer' })

    const silent = aHouse(phone, () => [200])
    silent.attach(registrar, { onData: () => {}, onClose: () => {} })
    const [third] = await Promise.all([silent.ue.register(), silent.pass(33_000)])
    assert.deepEqual(third, { ok: false, status: 408, reason: 'no answer' })
  })
})

describe('a registration', () => {
  test('is asked for again when the server was away', async () => {
    let away = false
    const house = aHouse(phone, () => (away ? [503] : [200]))
    await Promise.all([house.ue.register(100), house.pass(100)])
    away = true
    await house.pass(51_000)
    assert.equal(house.requests.length, 2)
    await house.pass(7000)
    assert.equal(house.requests.length, 4)
    away = false
    await house.pass(8000)
    assert.equal(house.requests.length, 5)
    const refreshed = house.events.flatMap((event) =>
      event.kind === 'registration' && event.step.kind === 'refreshed' ? [event.step.result.ok] : [],
    )
    assert.deepEqual(refreshed, [false, false, false, true])
  })

  test('takes its own time from among several contacts', async () => {
    const house = aHouse(phone, (request) => [
      200,
      ['Contact', '<sip:1001@192.0.2.77:5060>;expires=17, <sip:other@192.0.2.1>;expires=18'],
      ['Contact', `${request.headers.get('Contact')?.replace(/expires=\d+/, 'expires=99')}`],
    ])
    const [result] = await Promise.all([house.ue.register(100), house.pass(100)])
    assert.equal(result.ok && result.expiresS, 99)
  })
})

describe('an IMS handset', () => {
  for (const algorithm of ['AKAv1-MD5', 'AKAv2-MD5', 'AKAv2-SHA-256'] as const)
    test(`registers with ${algorithm}`, async () => {
      const home = aHome(algorithm)
      const house = aHouse({ ...card, algorithm }, home.judge)
      const [result] = await Promise.all([house.ue.register(), house.pass(200)])
      assert.deepEqual([result.ok && result.algorithm, home.said], [algorithm, ['challenge', 'answer']])
      const [first] = house.requests
      const empty = `username="${card.impi}", realm="${card.domain}", nonce="", uri="sip:${card.domain}", response=""`
      assert.equal(first?.headers.get('Authorization'), `Digest ${empty}, algorithm=${algorithm}`)
      assert.match(
        first?.headers.get('Contact') ?? '',
        /\+g\.3gpp\.icsi-ref="urn%3Aurn-7.*\+g\.3gpp\.smsip;audio/,
      )
      assert.match(first?.headers.get('Supported') ?? '', /path/)
    })

  test('asks for resynchronisation when its SIM is ahead', async () => {
    const home = aHome('AKAv1-MD5')
    const house = aHouse({ ...card, sim: { ...secrets, sqn: 0x1234560n } }, home.judge)
    const [result] = await Promise.all([house.ue.register(), house.pass(300)])
    assert.equal(result.ok, true)
    assert.deepEqual(home.said, ['challenge', 'auts', 'answer'])
  })

  test('stops after two challenges that are not of its network', async () => {
    const home = aHome('AKAv1-MD5')
    const judge: typeof home.judge = (request) => home.judge(request, undefined)
    const house = aHouse({ ...card, sim: { ...secrets, k: new Uint8Array(16).fill(9) } }, judge)
    const [result] = await Promise.all([house.ue.register(), house.pass(300)])
    assert.deepEqual(result, { ok: false, status: 401, reason: 'no challenge that we can answer' })
    assert.equal(house.requests.length, 3)
  })

  test('proves itself when a call is challenged', async () => {
    const home = aHome('AKAv2-MD5')
    const house = aHouse(card, (request) => {
      const proof = parseCredentials(request.headers.get('Proxy-Authorization') ?? '')
      const [status, ...headers] = home.judge(request, proof.ok ? proof.value : undefined)
      if (status === 200) return [486]
      return [407, ...headers.map(([, value]): [string, string] => ['Proxy-Authenticate', value])]
    })
    const [report] = await Promise.all([house.ue.call('1001'), house.pass(300)])
    assert.equal(report.status, 486)
    assert.deepEqual(home.said, ['challenge', 'answer'])
    assert.equal(house.requests[1]?.headers.get('CSeq'), '2 INVITE')
  })

  test('tells a network that does not know its secret so', async () => {
    const home = aHome('AKAv1-MD5')
    const house = aHouse({ ...card, sim: { ...secrets, k: new Uint8Array(16).fill(9) } }, home.judge)
    const [result] = await Promise.all([house.ue.register(), house.pass(300)])
    assert.deepEqual(result, { ok: false, status: 403, reason: 'as the test says' })
    assert.deepEqual(home.said, ['challenge', 'empty'])
    assert.ok(house.events.some((event) => event.kind === 'registration' && event.step.kind === 'mac-wrong'))
  })
})
