import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ANONYMOUS, aTown, bodyOf, header, rung, SOS } from '../support/emergency-town.ts'
import { aSubscriber } from '../support/house.ts'
import { createChance, mutated } from '../support/mutations.ts'
import { aPhone, SDP } from '../support/phone.ts'
import { nothingLeft, open } from '../support/script-calls.ts'
import { aScriptPhone } from '../support/script-phone.ts'

describe('an emergency call', () => {
  test('rings whom the operator named, is answered, and its record says what it was', async () => {
    const { house, alice, desk, call, record } = await aTown()
    const sent = await call(alice, SOS)
    assert.equal(rung(desk), 1)
    const ring = desk.got('INVITE')[0]
    assert.ok(ring)
    assert.equal(ring.request.headers.get('P-Asserted-Identity'), '<sip:alice@tandem.test>')
    desk.respond(ring, 200, { sdp: SDP })
    await house.settle()
    assert.equal(sent.status(), 200)
    const near = alice.calling(sent, sent.last())
    near.ack()
    near.send('BYE')
    await house.settle()
    assert.deepEqual(
      [record()?.kind, record()?.dialled, record()?.callee, record()?.cause],
      ['emergency', SOS, 'sip:desk@tandem.test', 'caller'],
    )
    await nothingLeft(house)
  })

  for (const [uri, who] of [
    ['urn:service:sos.fire', 'fire'],
    ['urn:service:sos.fire.forest', 'fire'],
    ['URN:service:SOS.Fire', 'fire'],
    ['urn:service:sos.police', 'desk'],
    ['urn:service:sos.ecall.manual', 'desk'],
    ['sip:112@tandem.test', 'desk'],
    ['tel:112;phone-context=tandem.test', 'desk'],
    ['sip:sos@tandem.test', 'desk'],
    ['sip:sos.fire@tandem.test', 'fire'],
  ] as const)
    test(`to ${uri} rings ${who}`, async () => {
      const { alice, desk, fire, call, record } = await aTown({ to: 'desk', services: { fire: 'sip:fire' } })
      await call(alice, uri)
      assert.deepEqual([rung(desk), rung(fire)], who === 'desk' ? [1, 0] : [0, 1])
      assert.equal(record()?.kind, 'emergency')
    })

  for (const uri of [
    'urn:service:sosfire',
    'urn:service:counseling',
    'urn:other:sos',
    'sip:sosage@tandem.test',
  ])
    test(`${uri} is none`, async () => {
      const { alice, desk, call, record } = await aTown()
      const sent = await call(alice, uri)
      assert.equal(sent.status(), 404)
      assert.equal(rung(desk), 0)
      assert.equal(record()?.kind, 'call')
    })

  test('goes to the subscriber whose identity is the service', async () => {
    const { desk, fire, alice, call } = await aTown(
      {},
      {
        subscribers: [
          open('alice'),
          open('desk', {
            identities: [
              { uri: 'sip:desk', user: 'desk' },
              { uri: SOS, user: 'service:sos' },
            ],
          }),
          open('fire', {
            identities: [
              { uri: 'sip:fire', user: 'fire' },
              { uri: 'urn:service:sos.fire', user: 'service:sos.fire' },
            ],
          }),
        ],
      },
    )
    await call(alice, SOS)
    await call(alice, 'urn:service:sos.fire')
    assert.deepEqual([rung(desk), rung(fire)], [1, 1])
    assert.equal(desk.got('INVITE')[0]?.request.headers.get('To'), `<${SOS}>`)
  })

  test('goes to the echo service where the operator says so', async () => {
    const { alice, call, record } = await aTown({ to: '600' })
    const sent = await call(alice, SOS)
    assert.equal(sent.status(), 200)
    assert.match(bodyOf(sent), /echo-caller/)
    assert.equal(record()?.kind, 'emergency')
  })

  test('a number of somebody’s own is dialled, not an emergency', async () => {
    const { alice, call, record, desk } = await aTown(
      { to: 'desk', numbers: ['112'] },
      { subscribers: [open('alice'), open('desk'), open('fire'), open('112')] },
    )
    const sent = await call(alice, '112')
    assert.equal(sent.status(), 480)
    assert.deepEqual([record()?.kind, rung(desk)], ['call', 0])
  })

  test('of somebody with a password is proved like any other', async () => {
    const { house, desk, call } = await aTown()
    const carol = aScriptPhone(house, 'carol', '192.0.2.20')
    const sent = await call(carol, SOS)
    assert.equal(sent.status(), 407)
    assert.equal(rung(desk), 0)
  })

  test('is not refused while ordinary calls are', async () => {
    const { alice, desk, call } = await aTown({ to: 'desk' }, { mostCalls: 1 })
    await call(alice, 'desk')
    const ordinary = await call(alice, 'fire')
    assert.equal(ordinary.status(), 503)
    await call(alice, SOS)
    assert.equal(rung(desk), 2)
  })
})

describe('an emergency call without a name', () => {
  test('is put through where that is allowed, without proof and without a name', async () => {
    const { house, desk, stranger, call, record } = await aTown({ to: 'desk', anonymous: true })
    const sent = await call(stranger, SOS, ANONYMOUS)
    assert.equal(rung(desk), 1)
    const ring = desk.got('INVITE')[0]
    assert.ok(ring)
    const { headers } = ring.request
    assert.match(headers.get('From') ?? '', /^"Anonymous" <sip:anonymous@anonymous\.invalid>/)
    assert.equal(headers.get('P-Asserted-Identity'), undefined)
    desk.respond(ring, 200, { sdp: SDP })
    await house.settle()
    assert.equal(sent.status(), 200)
    assert.equal(record()?.caller, 'sip:anonymous@anonymous.invalid')
  })

  test('is told to register first where it is not', async () => {
    const { stranger, desk, call, record } = await aTown()
    const sent = await call(stranger, SOS, ANONYMOUS)
    assert.equal(sent.status(), 380)
    assert.match(bodyOf(sent), /<action>emergency-registration<\/action>/)
    assert.equal(rung(desk), 0)
    assert.deepEqual([record()?.cause, record()?.status], ['not-authorised', 380])
  })

  test('does not carry the name that somebody claims', async () => {
    const { stranger, desk, call } = await aTown({ to: 'desk', anonymous: true })
    await call(stranger, SOS, [
      ['From', '<sip:president@elsewhere.test>;tag=x'],
      ['P-Asserted-Identity', '<sip:president@elsewhere.test>'],
    ])
    assert.equal(rung(desk), 1)
    assert.doesNotMatch(String(desk.got('INVITE')[0]?.request.headers.values), /president/)
  })

  test('of a subscriber on its registered path is the subscriber’s', async () => {
    const { house, desk, call, record } = await aTown(
      { to: 'desk' },
      {
        subscribers: [
          open('alice'),
          open('desk'),
          open('fire'),
          aSubscriber('carol', { proveOnRegisterOnly: true }),
        ],
      },
    )
    const carol = aPhone(house, 'carol', '192.0.2.20')
    assert.equal((await carol.register()).status, 200)
    const sameHost = aScriptPhone(house, 'carol', '192.0.2.20')
    await call(sameHost, SOS, ANONYMOUS)
    assert.equal(rung(desk), 1)
    assert.equal(record()?.caller, 'sip:carol@tandem.test')
  })

  test('opens no way to ordinary calls', async () => {
    const { stranger, desk, call } = await aTown({ to: 'desk', anonymous: true })
    const sent = await call(stranger, 'sip:desk@tandem.test', ANONYMOUS)
    assert.equal(sent.status(), 407)
    assert.equal(rung(desk), 0)
  })
})

describe('an emergency call that nobody takes', () => {
  test('is answered 380 with the body of TS 24.229 §7.6, without a challenge', async () => {
    const { stranger, call, record } = await aTown({ reason: 'Lab <only> & closed' })
    const sent = await call(stranger, SOS)
    assert.equal(sent.status(), 380)
    assert.equal(header(sent, 'Content-Type'), 'application/3gpp-ims+xml')
    assert.equal(header(sent, 'P-Asserted-Identity'), '<sip:192.0.2.1:5060>')
    assert.equal(
      bodyOf(sent),
      '<?xml version="1.0" encoding="UTF-8"?>\r\n<ims-3gpp version="1"><alternative-service><type>emergency</type>' +
        '<reason>Lab &lt;only&gt; &amp; closed</reason></alternative-service></ims-3gpp>\r\n',
    )
    assert.deepEqual(
      [record()?.kind, record()?.cause, record()?.status],
      ['emergency', 'alternative-service', 380],
    )
  })

  test('says so in any alphabet', async () => {
    const { alice, call } = await aTown({ reason: 'Запрещено' })
    assert.match(bodyOf(await call(alice, SOS)), /<reason>Запрещено<\/reason>/)
  })

  test('says what else to do where the operator said so', async () => {
    const { alice, call } = await aTown({
      policy: 'alternative',
      to: 'desk',
      action: 'anonymous-emergencycall',
    })
    assert.match(bodyOf(await call(alice, SOS)), /<action>anonymous-emergencycall<\/action>/)
  })

  test('because the one who would is away, is sent elsewhere as well', async () => {
    const { house, alice, call, fire } = await aTown({ to: 'desk', services: { fire: 'fire' } })
    house.registrations.removeAll(house.subscribers.byIdentity('desk')?.subscriber as never)
    assert.equal((await call(alice, SOS)).status(), 380)
    await call(alice, 'urn:service:sos.fire')
    assert.equal(rung(fire), 1)
    house.registrations.removeAll(house.subscribers.byIdentity('fire')?.subscriber as never)
    assert.equal((await call(alice, 'urn:service:sos.fire')).status(), 380)
  })

  test('because the one who takes them is busy, is told so', async () => {
    const { house, alice, desk, call } = await aTown()
    const sent = await call(alice, SOS)
    const [ring] = desk.got('INVITE')
    assert.ok(ring)
    desk.respond(ring, 486)
    await house.settle()
    assert.equal(sent.status(), 486)
  })

  for (const [accept, has] of [
    ['application/sdp, application/3gpp-ims+xml', true],
    ['application/sdp', false],
    ['*/*', true],
  ] as const)
    test(`${has ? 'has' : 'spares'} the body for a caller that accepts ${accept}`, async () => {
      const { alice, call } = await aTown({})
      const sent = await call(alice, SOS, [['Accept', accept]])
      assert.deepEqual([sent.status(), bodyOf(sent) !== ''], [380, has])
    })
})

test('whatever becomes of an emergency call on its way, the house stands and keeps nothing', async () => {
  const town = await aTown({ to: 'desk', services: { fire: '600' }, anonymous: true })
  const { house, alice, stranger, call } = town
  await call(stranger, 'urn:service:sos.fire', ANONYMOUS)
  await call(alice, SOS)
  await alice.register([['Contact', '<sip:alice@192.0.2.10:5060;sos>;expires=90']])
  const seeds = house.net.traffic
    .filter(({ from, text }) => from !== '192.0.2.1:5060' && /^(?:INVITE urn|REGISTER)/.test(text))
    .map(({ text }) => Buffer.from(text, 'latin1'))
  assert.equal(new Set(seeds.map((seed) => `${seed}`.slice(0, 8))).size, 2)
  const chance = createChance(112)
  for (let i = 0; i < 3000; i++) {
    stranger.flow.send(mutated(chance, seeds).toString('latin1'))
    if (i % 50 === 0) await house.settle()
  }
  await house.pass(300_000)
  assert.equal(house.sip.figures().bugs, 0)
  assert.deepEqual([house.calls.count, house.legs.size], [0, 0])
})
