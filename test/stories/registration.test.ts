import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { akaPassword, createFreshness, createSim, decodeNonce } from '#aka'
import type { SimCard } from '#core'
import { fromHex, toBase64 } from '#lib/bytes'
import { digestResponse, parseChallenge, printCredentials, type SipResponse } from '#sip'
import { aHouse, aSubscriber, DOMAIN, type House } from '../support/house.ts'
import { aPhone, type Phone } from '../support/phone.ts'

const contactsOf = (response: SipResponse) => response.headers.all('Contact')

describe('a phone with a password', () => {
  const aPlace = () => {
    const house = aHouse()
    return { house, alice: aPhone(house, 'alice', '192.0.2.10') }
  }

  test('is challenged, proves itself and is bound', async () => {
    const { house, alice } = aPlace()
    const response = await alice.register()
    assert.equal(response.status, 200)
    assert.deepEqual(contactsOf(response), ['<sip:alice@192.0.2.10:5060>;expires=3600'])
    assert.equal(response.headers.get('P-Associated-URI'), '<sip:alice@tandem.test>')
    assert.match(response.headers.get('Service-Route') ?? '', /^<sip:orig@192\.0\.2\.1:5060;lr>$/)
    assert.equal(house.registrations.count, 1)
  })

  test('with a wrong password is refused, and so is a stranger, in the same words', async () => {
    const { house, alice } = aPlace()
    const eve = aPhone(house, 'nobody', '192.0.2.66')
    const wrong = await alice.register({ password: 'wrong' })
    const stranger = await eve.register({ password: 'wrong' })
    const shape = ({ status, reason, headers }: SipResponse) => [status, reason, headers.names.join()]
    assert.deepEqual(shape(wrong), shape(stranger))
    assert.equal(wrong.status, 403)
    assert.equal(house.registrations.count, 0)
  })

  test('may not register the identity of somebody else', async () => {
    const { house } = aPlace()
    const mallory = aPhone(house, 'bob', '192.0.2.66')
    const response = await mallory.register({ username: `alice@${DOMAIN}`, password: 'secret of alice' })
    assert.equal(response.status, 403)
    assert.equal(house.registrations.count, 0)
  })

  test('cannot pose as a session of the web phone server', async () => {
    const { house, alice } = aPlace()
    const response = await alice.register({ contact: '<sip:alice@s1.web.invalid;transport=ws>' })
    assert.equal(response.status, 403)
    assert.equal(house.registrations.count, 0)
    const page = await alice.register({ contact: '<sip:alice@s1.invalid;transport=ws>' })
    assert.equal(page.status, 200, 'a page that speaks SIP, RFC 7118, is a phone like others')
  })

  test('keeps several contacts with their order of preference and their features', async () => {
    const { alice } = aPlace()
    await alice.register({ contact: '<sip:alice@192.0.2.10:5060>;q=0.7;+sip.instance="<urn:uuid:1>";audio' })
    const response = await alice.register({ contact: '<sip:alice@192.0.2.20:5060>;q=0.2' })
    assert.deepEqual(contactsOf(response), [
      '<sip:alice@192.0.2.10:5060>;+sip.instance="<urn:uuid:1>";audio;q=0.7;expires=3600',
      '<sip:alice@192.0.2.20:5060>;q=0.2;expires=3600',
    ])
  })

  test('that comes back with a new address under the same instance replaces its binding', async () => {
    const { alice } = aPlace()
    await alice.register({ contact: '<sip:alice@192.0.2.10:5060>;+sip.instance="<urn:uuid:1>";reg-id=1' })
    const response = await alice.register({
      contact: '<sip:alice@192.0.2.10:7000>;+sip.instance="<urn:uuid:1>";reg-id=1',
    })
    assert.equal(contactsOf(response).length, 1)
    assert.match(contactsOf(response)[0] ?? '', /:7000>/)
  })

  test('removes one contact by zero seconds, and all by a star', async () => {
    const { house, alice } = aPlace()
    await alice.register({ contact: '<sip:alice@192.0.2.10:5060>' })
    await alice.register({ contact: '<sip:alice@192.0.2.20:5060>' })
    const one = await alice.register({ contact: '<sip:alice@192.0.2.20:5060>;expires=0' })
    assert.equal(contactsOf(one).length, 1)
    const star = await alice.register({ contact: '*', expires: '60' })
    assert.equal(star.status, 400, 'a star goes with zero seconds only')
    const all = await alice.register({ contact: '*', expires: '0' })
    assert.deepEqual(contactsOf(all), [])
    assert.equal(house.registrations.count, 0)
  })

  test('is forgotten when its time has run out', async () => {
    const { house, alice } = aPlace()
    await alice.register({ expires: '60' })
    await house.pass(59_000)
    assert.equal(house.registrations.count, 1)
    await house.pass(3000)
    assert.equal(house.registrations.count, 0)
    assert.equal(house.store.bindings.size, 0)
  })

  test('asks for its bindings without changing them', async () => {
    const { alice } = aPlace()
    await alice.register()
    const response = await alice.register({ contact: '<sip:alice@192.0.2.10:5060>;expires=0' })
    assert.deepEqual(contactsOf(response), [])
  })

  test('with a Path is answered with the same Path, and called along it', async () => {
    const { house, alice } = aPlace()
    const response = await alice.register({ extra: [['Path', '<sip:edge@192.0.2.50;lr>']] })
    assert.equal(response.headers.get('Path'), '<sip:edge@192.0.2.50;lr>')
    const edge = aPhone(house, 'edge', '192.0.2.50')
    const bob = aPhone(house, 'bob', '192.0.2.11')
    await bob.register()
    const [found] = house.subscribers.list
    assert.deepEqual(found && house.registrations.of(found)[0]?.path, ['<sip:edge@192.0.2.50;lr>'])
    assert.equal(edge.heard.length, 0)
  })

  test('that fails too often is not heard for a while', async () => {
    const house = aHouse({ blockAfter: 3 })
    const alice = aPhone(house, 'alice', '192.0.2.10')
    for (let i = 0; i < 3; i++) await alice.register({ password: 'wrong' })
    assert.equal(house.guard.blocked('192.0.2.10'), true)
    house.timers.advance(10 * 60_000 + 1000)
    assert.equal(house.guard.blocked('192.0.2.10'), false)
  })

  test('cannot use an answer twice', async () => {
    const { house, alice } = aPlace()
    const first = alice.ask(alice.rawRegister([['Contact', '<sip:alice@192.0.2.10:5060>']]))
    await house.settle()
    const proof = alice.credentials(
      await first,
      'REGISTER',
      `sip:${DOMAIN}`,
      'secret of alice',
      `alice@${DOMAIN}`,
    )
    const send = async (): Promise<number> => {
      const answer = alice.ask(alice.rawRegister([['Authorization', proof]]))
      await house.settle()
      return (await answer).status
    }
    assert.equal(await send(), 200)
    assert.equal(await send(), 401, 'a fresh challenge, and nothing else')
  })
})

const card = (more: Partial<SimCard> = {}): SimCard => ({
  algo: 'miln',
  k: fromHex('465b5ce8b199b49faa5f0a2ee238a6bc') as Uint8Array,
  opc: fromHex('cd63cb71954a9f4e48a5994e37a02baf') as Uint8Array,
  resLen: 8,
  amf: 0x8000,
  sqn: 0n,
  ...more,
})

/** A handset with a SIM card of its own memory. */
const aHandset = (house: House, secrets: SimCard, highest = 0n) => {
  const name = '001010000000001'
  const phone = aPhone(house, name, '192.0.2.30')
  const sim = createSim(secrets)
  const memory = createFreshness({ highest })
  const username = `${name}@${DOMAIN}`
  const uri = `sip:${DOMAIN}`
  const contact: [string, string] = ['Contact', '<sip:handset@192.0.2.30:5060>']
  const empty = (algorithm?: string): [string, string] => [
    'Authorization',
    `Digest username="${username}",realm="${DOMAIN}",uri="${uri}",nonce="",response=""${algorithm ? `,algorithm=${algorithm}` : ''}`,
  ]
  const ask = async (authorization: [string, string]): Promise<SipResponse> => {
    const answer = phone.ask(phone.rawRegister([contact, authorization], name))
    await house.settle()
    return answer
  }
  const answerTo = (response: SipResponse, spoil = false): [string, string] => {
    const challenge = parseChallenge(response.headers.get('WWW-Authenticate') ?? '')
    assert.ok(challenge.ok)
    const { nonce, realm, algorithm } = challenge.value
    const parts = decodeNonce(nonce)
    assert.ok(parts.ok)
    const said = sim.answer(parts.value.rand, parts.value.autn, memory)
    const common = { username, realm, nonce, uri, qop: 'auth', nc: '00000001', cnonce: 'xyz' }
    const hash = algorithm?.includes('SHA-256') ? ('SHA-256' as const) : ('MD5' as const)
    let password: Uint8Array = new Uint8Array(0)
    if (said.kind === 'ok')
      password = akaPassword(algorithm as 'AKAv1-MD5', { res: said.res, ck: said.ck, ik: said.ik })
    if (spoil) password = Uint8Array.of(1, 2, 3)
    const proof = digestResponse({ ...common, algorithm: hash, method: 'REGISTER', password })
    const auts = said.kind === 'resync' ? { auts: toBase64(said.auts) } : {}
    return [
      'Authorization',
      printCredentials({ ...common, response: proof, algorithm: algorithm ?? '', ...auts }),
    ]
  }
  return { phone, ask, empty, answerTo, username }
}

const aSimHouse = (secrets: SimCard, more = {}) => {
  const name = '001010000000001'
  return aHouse({
    subscribers: [
      aSubscriber(name, { impi: `${name}@${DOMAIN}`, proof: 'AKAv1', sim: secrets, ...more }),
      aSubscriber('bob', { proof: 'none' }),
    ],
  })
}

describe('a handset with a SIM', () => {
  const cards: [string, SimCard][] = [
    ['Milenage', card()],
    ['Milenage with own rotations', card({ r: [1, 33, 65, 17, 90] })],
    ['XOR', { ...card({ algo: 'xor' }), opc: undefined } as unknown as SimCard],
    [
      'TUAK',
      {
        ...card({ algo: 'tuak', topc: new Uint8Array(32).fill(7), keccakIter: 2 }),
        opc: undefined,
      } as unknown as SimCard,
    ],
  ]
  for (const [what, secrets] of cards)
    for (const algorithm of ['AKAv1-MD5', 'AKAv2-MD5', 'AKAv2-SHA-256'])
      test(`registers by ${what} and ${algorithm}`, async () => {
        const house = aSimHouse(secrets)
        const handset = aHandset(house, secrets)
        const challenge = await handset.ask(handset.empty(algorithm))
        assert.equal(challenge.status, 401)
        assert.match(challenge.headers.get('WWW-Authenticate') ?? '', new RegExp(`algorithm=${algorithm}`))
        assert.equal((await handset.ask(handset.answerTo(challenge))).status, 200)
      })

  test('is challenged with its own algorithm when it names none', async () => {
    const house = aSimHouse(card(), { proof: 'AKAv2' })
    const handset = aHandset(house, card())
    const challenge = await handset.ask(handset.empty())
    assert.match(challenge.headers.get('WWW-Authenticate') ?? '', /algorithm=AKAv2-MD5/)
  })

  test('that names a weaker algorithm than its subscription demands is refused', async () => {
    const house = aSimHouse(card(), { proof: 'AKAv2' })
    const handset = aHandset(house, card())
    const challenge = await handset.ask(handset.empty('AKAv1-MD5'))
    assert.equal(challenge.status, 401, 'challenged as a stranger would be')
    assert.equal(house.store.sqns.has(handset.username), false, 'no number is spent on it')
    const parsed = parseChallenge(challenge.headers.get('WWW-Authenticate') ?? '')
    assert.ok(parsed.ok)
    const { nonce, realm } = parsed.value
    const answer = printCredentials({
      ...{ username: handset.username, realm, nonce, uri: `sip:${DOMAIN}` },
      ...{ response: '0'.repeat(32), algorithm: 'AKAv1-MD5' },
    })
    assert.equal((await handset.ask(['Authorization', answer])).status, 403)
  })

  test('never sees the same sequence number twice, and it is stored before it is sent', async () => {
    const house = aSimHouse(card({ sqn: 7n }))
    const handset = aHandset(house, card())
    await handset.ask(handset.empty())
    assert.equal(house.store.sqns.get(handset.username), 39n, 'one step of SEQ in slot 7')
    await handset.ask(handset.empty())
    assert.equal(house.store.sqns.get(handset.username), 71n)
  })

  test('resynchronises when its card is ahead', async () => {
    const house = aSimHouse(card())
    const handset = aHandset(house, card(), 1n << 20n)
    const first = await handset.ask(handset.empty())
    const second = await handset.ask(handset.answerTo(first))
    assert.equal(second.status, 401, 'AUTS brings a new challenge')
    assert.ok((house.store.sqns.get(handset.username) ?? 0n) > 1n << 20n)
    assert.equal((await handset.ask(handset.answerTo(second))).status, 200)
  })

  test('with a wrong answer is refused', async () => {
    const house = aSimHouse(card())
    const handset = aHandset(house, card())
    const challenge = await handset.ask(handset.empty())
    assert.equal((await handset.ask(handset.answerTo(challenge, true))).status, 403)
    assert.equal(house.registrations.count, 0)
  })

  test('calls without another challenge on the path it registered by', async () => {
    const house = aSimHouse(card())
    const handset = aHandset(house, card())
    const bob = aPhone(house, 'bob', '192.0.2.11')
    await bob.register()
    await handset.ask(handset.answerTo(await handset.ask(handset.empty())))
    await handset.phone.call('bob')
    assert.deepEqual(bob.heard, ['invite'])
  })

  test('cannot be told from one that does not exist', async () => {
    const house = aSimHouse(card())
    const known = aHandset(house, card())
    const challenge = await known.ask(known.empty())
    const stranger = aPhone(house, '001019999999999', '192.0.2.31')
    const answer = stranger.ask(
      stranger.rawRegister(
        [
          [
            'Authorization',
            `Digest username="001019999999999@${DOMAIN}",realm="${DOMAIN}",uri="sip:${DOMAIN}",nonce="",response=""`,
          ],
        ],
        '001019999999999',
      ),
    )
    await house.settle()
    const shape = (response: SipResponse) =>
      (response.headers.get('WWW-Authenticate') ?? '').replace(
        /nonce="[^"]*"/,
        (nonce) => `nonce of ${nonce.length}`,
      )
    assert.equal(shape(await answer), shape(challenge))
  })
})

describe('registrations', () => {
  test('survive a restart', async () => {
    const house = aHouse()
    const alice: Phone = aPhone(house, 'alice', '192.0.2.10')
    await alice.register({ contact: '<sip:alice@192.0.2.10:5060>;q=0.3;video' })
    await house.pass(1000)
    const again = aHouse()
    const stored = [...house.store.bindings.values()] as Parameters<typeof again.registrations.restore>[0]
    assert.equal(again.registrations.restore(stored, again.subscribers), 1)
    const [subscriber] = again.subscribers.list
    const [binding] = subscriber ? again.registrations.of(subscriber) : []
    assert.deepEqual(
      [binding?.contact, binding?.q, binding?.features, binding?.address],
      ['sip:alice@192.0.2.10:5060', 300, ';video', '192.0.2.10'],
    )
  })

  test('are removed by the network', async () => {
    const house = aHouse()
    const alice = aPhone(house, 'alice', '192.0.2.10')
    await alice.register()
    assert.equal(house.registrations.deregister('sip:alice@192.0.2.10:5060'), true)
    assert.equal(house.registrations.count, 0)
    assert.equal(house.registrations.deregister('sip:alice@192.0.2.10:5060'), false)
  })
})
