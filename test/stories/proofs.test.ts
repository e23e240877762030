import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SipResponse } from '#sip'
import { aSubscriber, DOMAIN } from '../support/house.ts'
import { aPlace, ask, challengeIn, type Fields, type Proof, proofFor, URI } from '../support/registrar.ts'
import { aScriptPhone } from '../support/script-phone.ts'

describe('a password digest', () => {
  const proved = async (more: Proof, house = aPlace()) => {
    const first = await ask(house.house, house.alice, `sip:alice@${DOMAIN}`, [])
    return (await ask(house.house, house.alice, `sip:alice@${DOMAIN}`, proofFor(first, more))).status
  }
  const ways: [what: string, more: Proof][] = [
    ['without qop', {}],
    ['with qop auth', { qop: 'auth' }],
    ['with qop auth-int', { qop: 'auth-int' }],
    ['with the user part alone as its name', { username: 'alice', qop: 'auth' }],
    ['for another URI than the Request-URI', { uri: 'sip:192.0.2.1', qop: 'auth' }],
    ['with SHA-256', { algorithm: 'SHA-256', qop: 'auth' }],
  ]
  for (const [what, more] of ways)
    test(`${what} is accepted`, async () => assert.equal(await proved(more), 200))

  test('with names and passwords of any letters', async () => {
    const name = 'jürgen'
    const place = aPlace({
      subscribers: [
        aSubscriber(name, { identities: [{ uri: `sip:${name}`, user: name }], password: 'größe' }),
      ],
    })
    const to = `sip:j%C3%BCrgen@${DOMAIN}`
    const first = await ask(place.house, place.alice, to, [])
    const wire = Buffer.from(`${name}@${DOMAIN}`, 'utf8').toString('latin1')
    const answer = await ask(
      place.house,
      place.alice,
      to,
      proofFor(first, { username: wire, password: 'größe', qop: 'auth' }),
    )
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('P-Associated-URI'), `<sip:j%C3%BCrgen@${DOMAIN}>`)
  })

  test('may use its nonce again with a growing count, and without qop only once', async () => {
    const { house, alice } = aPlace()
    const to = `sip:alice@${DOMAIN}`
    const first = await ask(house, alice, to, [])
    const send = async (more: Proof) => (await ask(house, alice, to, proofFor(first, more))).status
    assert.equal(await send({ qop: 'auth', nc: '00000001' }), 200)
    assert.equal(await send({ qop: 'auth', nc: '00000005' }), 200)
    assert.equal(await send({ qop: 'auth', nc: '00000004' }), 401)
    const second = await ask(house, alice, to, [])
    assert.equal((await ask(house, alice, to, proofFor(second))).status, 200)
    const again = await ask(house, alice, to, proofFor(second))
    assert.equal(again.status, 401)
    assert.equal(challengeIn(again).stale, true)
  })

  test('of a nonce that is not ours, or too old, is not looked at: right and wrong are answered alike', async () => {
    const { house, alice } = aPlace()
    const to = `sip:alice@${DOMAIN}`
    const first = await ask(house, alice, to, [])
    house.timers.advance(6 * 60_000)
    for (const password of ['secret of alice', 'wrong']) {
      const answer = await ask(house, alice, to, proofFor(first, { password, qop: 'auth' }))
      assert.deepEqual([answer.status, challengeIn(answer).stale], [401, true])
    }
    assert.equal(house.guard.size, 0)
  })

  test('that fails from an address which was never challenged blocks nobody', async () => {
    const { house, alice } = aPlace({ blockAfter: 2 })
    const victim = aScriptPhone(house, 'alice', '192.0.2.77')
    const to = `sip:alice@${DOMAIN}`
    const first = await ask(house, alice, to, [])
    for (let i = 0; i < 4; i++)
      assert.equal(
        (await ask(house, victim, to, proofFor(first, { password: 'wrong', qop: 'auth' }))).status,
        403,
      )
    assert.equal(house.guard.blocked('192.0.2.77'), false)
  })
})

describe('strangers', () => {
  /** What an answer shows apart from what is random in it. */
  const shape = ({ status, reason, headers }: SipResponse): string =>
    [status, reason, ...headers.names.filter((name) => name !== 'Via'), headers.get('WWW-Authenticate') ?? '']
      .join('|')
      .replace(/nonce="[^"]*"/, (nonce) => `nonce of ${nonce.length}`)

  const SIM = {
    algo: 'miln' as const,
    k: new Uint8Array(16),
    opc: new Uint8Array(16),
    resLen: 8,
    amf: 0x8000,
    sqn: 0n,
  }
  const IMSI = '001010000000001'
  const place = () =>
    aPlace({
      subscribers: [
        aSubscriber('alice'),
        aSubscriber(IMSI, { impi: `${IMSI}@${DOMAIN}`, proof: 'AKAv1', sim: SIM }),
      ],
    })
  const credentials = (username: string, more: string): Fields => [
    ['Authorization', `Digest username="${username}@${DOMAIN}",realm="${DOMAIN}",uri="${URI}",${more}`],
  ]
  const zeros = '0'.repeat(32)
  const openings: [what: string, more: string][] = [
    ['nothing', 'nonce="",response=""'],
    ['an algorithm', 'nonce="",response="",algorithm=AKAv2-MD5'],
    ['MD5', 'nonce="",response="",algorithm=MD5'],
    ['a nonce of its own', `nonce="${'A'.repeat(43)}=",response="${zeros}"`],
    ['a password nonce of its own', `nonce="${zeros.slice(8)}",response="${zeros}"`],
    ['an empty answer to a nonce of its own', `nonce="${'A'.repeat(43)}=",response=""`],
    ['AUTS for a nonce of its own', `nonce="${'A'.repeat(43)}=",response="",auts="${'A'.repeat(18)}=="`],
  ]
  for (const [known, unknown] of [
    [IMSI, '001019999999999'],
    ['alice', 'nobody'],
  ] as const)
    for (const [what, more] of openings)
      test(`${unknown} that begins with ${what} is answered like ${known}`, async () => {
        const { house, alice } = place()
        const one = await ask(house, alice, `sip:${known}@${DOMAIN}`, credentials(known, more))
        const other = await ask(house, alice, `sip:${unknown}@${DOMAIN}`, credentials(unknown, more))
        assert.equal(shape(other), shape(one))
      })

  test('with a SIM are led through the same steps: wrong answers, a card that doubts the network', async () => {
    const { house, alice } = place()
    const walk = async (name: string): Promise<string[]> => {
      const to = `sip:${name}@${DOMAIN}`
      const steps: string[] = []
      const step = async (more: (nonce: string) => string, from?: SipResponse): Promise<SipResponse> => {
        const answer = await ask(
          house,
          alice,
          to,
          credentials(name, more(from ? challengeIn(from).nonce : '')),
        )
        steps.push(shape(answer))
        return answer
      }
      const first = await step(() => 'nonce="",response=""')
      await step((nonce) => `nonce="${nonce}",response="${zeros}"`, first)
      const second = await step(() => 'nonce="",response=""')
      const third = await step((nonce) => `nonce="${nonce}",response=""`, second)
      await step((nonce) => `nonce="${nonce}",response=""`, third)
      const fourth = await step(() => 'nonce="",response=""')
      await step((nonce) => `nonce="${nonce}",response="",auts="${'A'.repeat(18)}=="`, fourth)
      return steps
    }
    const known = await walk(IMSI)
    assert.deepEqual(await walk('001019999999999'), known)
    assert.deepEqual(
      known.map((text) => text.slice(0, 3)),
      ['401', '403', '401', '401', '403', '401', '403'],
    )
  })

  test('count as failures just the same', async () => {
    const { house, alice } = place()
    for (const name of [IMSI, '001019999999999', 'alice', 'nobody']) {
      const to = `sip:${name}@${DOMAIN}`
      const first = await ask(house, alice, to, credentials(name, 'nonce="",response=""'))
      const before = house.guard.delayMs('192.0.2.10')
      for (let i = 0; i < 5; i++)
        await ask(
          house,
          alice,
          to,
          credentials(name, `nonce="${challengeIn(first).nonce}",response="${zeros}"`),
        )
      assert.ok(house.guard.delayMs('192.0.2.10') > before || before === 4000, name)
    }
  })
})

describe('the numbers of a SIM', () => {
  const SIM = {
    algo: 'miln' as const,
    k: new Uint8Array(16),
    opc: new Uint8Array(16),
    resLen: 8,
    amf: 0x8000,
    sqn: 0n,
  }
  const IMSI = '001010000000001'

  test('that cannot be stored: 503 for later, and no challenge is left that could be answered', async () => {
    const { house, alice } = aPlace({
      subscribers: [aSubscriber(IMSI, { impi: `${IMSI}@${DOMAIN}`, proof: 'AKAv1', sim: SIM })],
    })
    const saveSqn = house.store.saveSqn
    house.store.saveSqn = async () => {
      throw new Error('disk full')
    }
    const to = `sip:${IMSI}@${DOMAIN}`
    const answer = await ask(house, alice, to, [])
    assert.deepEqual([answer.status, answer.headers.get('Retry-After')], [503, '10'])
    house.store.saveSqn = saveSqn
    assert.equal((await ask(house, alice, to, [])).status, 401)
  })

  test('a password beside the SIM serves where MD5 is enough; who names AKA is asked by AKA', async () => {
    const { house, alice } = aPlace({ subscribers: [aSubscriber('alice', { sim: SIM })] })
    const to = `sip:alice@${DOMAIN}`
    const plain = challengeIn(await ask(house, alice, to, []))
    assert.equal(plain.algorithm, 'MD5')
    const named = challengeIn(
      await ask(house, alice, to, [
        [
          'Authorization',
          `Digest username="alice@${DOMAIN}",realm="${DOMAIN}",uri="${URI}",nonce="",response="",algorithm=AKAv1-MD5`,
        ],
      ]),
    )
    assert.equal(named.algorithm, 'AKAv1-MD5')
  })
})
