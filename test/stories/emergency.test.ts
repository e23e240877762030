import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { contactsOf } from '../../src/adapters/ims/messages/capabilities.ts'
import { aHouse, aSubscriber } from '../support/house.ts'
import { aPhone, SDP } from '../support/phone.ts'
import { nothingLeft, open } from '../support/script-calls.ts'
import { aScriptPhone, type ScriptPhone } from '../support/script-phone.ts'
import { aWatcher } from '../support/watcher.ts'

type Options = NonNullable<Parameters<typeof aHouse>[0]>
type Fields = [name: string, value: string][]

const SOS = 'urn:service:sos'
const ANONYMOUS: Fields = [['From', '<sip:anonymous@anonymous.invalid>;tag=a1']]

const aTown = async (emergency: Options['emergency'] = { to: 'sip:desk' }, more: Partial<Options> = {}) => {
  const house = aHouse({
    subscribers: [open('alice'), open('desk'), open('fire'), aSubscriber('carol')],
    emergency,
    ...more,
  })
  const alice = aScriptPhone(house, 'alice', '192.0.2.10')
  const desk = aScriptPhone(house, 'desk', '192.0.2.11')
  const fire = aScriptPhone(house, 'fire', '192.0.2.12')
  const stranger = aScriptPhone(house, 'nobody', '192.0.2.66')
  for (const phone of [alice, desk, fire]) assert.equal(await phone.register(), 200)
  const call = async (phone: ScriptPhone, uri: string, headers: Fields = []) => {
    const sent = phone.send(phone.invitation(uri, { headers }))
    await house.settle()
    return sent
  }
  const record = () => [...house.store.calls.values()].at(-1)
  return { house, alice, desk, fire, stranger, call, record }
}
const rung = (phone: ScriptPhone) => phone.got('INVITE').length
const bodyOf = (sent: { last(): { body: Uint8Array } | undefined }) =>
  Buffer.from(sent.last()?.body ?? []).toString()
const header = (
  sent: { last(): { headers: { get(name: string): string | undefined } } | undefined },
  name: string,
) => sent.last()?.headers.get(name)

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

describe('an emergency registration', () => {
  const sos = (expires: string): Fields => [
    ['Contact', `<sip:alice@192.0.2.10:5060;sos>;+sip.instance="<urn:gsma:imei:35>";expires=${expires}`],
  ]
  const contactsIn = (town: Awaited<ReturnType<typeof aTown>>) =>
    town.house.registrations
      .of(town.house.subscribers.byIdentity('alice')?.subscriber as never)
      .map(({ contact }) => contact)

  test('stands beside the ordinary one, for as long as the network says', async () => {
    const town = await aTown()
    assert.equal(await town.alice.register(sos('20')), 200)
    assert.deepEqual(contactsIn(town), ['sip:alice@192.0.2.10:5060', 'sip:alice@192.0.2.10:5060;sos'])
    await town.house.pass(60_000)
    assert.equal(contactsIn(town).length, 2)
  })

  test('outlives the removal of all others, and is not ended by the handset', async () => {
    const town = await aTown()
    await town.alice.register(sos('600'))
    assert.equal(
      await town.alice.register([
        ['Contact', '*'],
        ['Expires', '0'],
      ]),
      200,
    )
    assert.deepEqual(contactsIn(town), ['sip:alice@192.0.2.10:5060;sos'])
    assert.equal(await town.alice.register(sos('0')), 501)
    assert.equal(contactsIn(town).length, 1)
  })

  test('of a handset with a SIM pushes the ordinary one out no more than that pushes it out', async () => {
    const sim = { algo: 'xor', k: new Uint8Array(16), resLen: 8, amf: 0, sqn: 0n } as const
    const town = await aTown({}, { subscribers: [open('alice', { sim }), open('desk'), open('fire')] })
    await town.alice.register(sos('600'))
    await town.alice.register([['Contact', '<sip:alice@192.0.2.10:5062>;+sip.instance="<urn:gsma:imei:35>"']])
    assert.deepEqual(contactsIn(town).toSorted(), [
      'sip:alice@192.0.2.10:5060;sos',
      'sip:alice@192.0.2.10:5062',
    ])
  })

  test('rings for those who call back after an emergency, and for nobody else', async () => {
    const town = await aTown()
    const { alice, desk, fire, call, house } = town
    await alice.register(sos('600'))
    await alice.register([
      ['Contact', '*'],
      ['Expires', '0'],
    ])
    assert.equal((await call(fire, 'alice')).status(), 480)
    assert.equal(rung(alice), 0)
    await call(desk, 'alice')
    assert.equal(rung(alice), 1)
    assert.match(alice.got('INVITE')[0]?.request.uri ?? '', /;sos$/)
    await house.settle()
  })

  test('is nothing that watchers of registrations hear of, and carries no texts', async () => {
    const house = aHouse({ subscribers: [aSubscriber('alice'), open('fire')] })
    const phone = aPhone(house, 'alice', '192.0.2.10')
    await phone.register()
    const watcher = aWatcher(house, phone, '192.0.2.10')
    await watcher.subscribe({ expires: '6000' })
    await house.pass(6000)
    await phone.register({ contact: '<sip:alice@192.0.2.10:5060;sos>' })
    await house.pass(6000)
    assert.equal(watcher.told.length, 1)
    const found = house.subscribers.byIdentity('alice')
    assert.ok(found)
    assert.equal(house.registrations.of(found.subscriber).length, 2)
    assert.equal(contactsOf(house.registrations, found).length, 1)
    await phone.register({ expires: '0' })
    await house.pass(6000)
    assert.match(watcher.told.at(-1)?.state ?? '', /^terminated/)
  })

  test('is no path to ordinary calls, only to emergency ones', async () => {
    const { house, desk, call } = await aTown(
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
    assert.equal((await carol.register({ contact: '<sip:carol@192.0.2.20:5060;sos>' })).status, 200)
    const handset = aScriptPhone(house, 'carol', '192.0.2.20')
    assert.equal((await call(handset, 'desk')).status(), 407)
    await call(handset, SOS)
    assert.equal(rung(desk), 1)
  })
})

describe('a registration without a name', () => {
  const nameless = async (house: ReturnType<typeof aHouse>, headers: Fields) => {
    const phone = aPhone(house, 'anonymous', '192.0.2.66')
    const request = phone.rawRegister(headers)
    for (const name of ['From', 'To']) {
      request.headers.remove(name)
      request.headers.add(name, `<sip:anonymous@anonymous.invalid>${name === 'From' ? ';tag=1' : ''}`)
    }
    const answer = phone.ask(request)
    await house.settle()
    return answer
  }
  const CONTACT: Fields = [['Contact', '<sip:192.0.2.66;sos>;expires=90']]

  test('is confirmed where a user lets anonymous ones in, and leaves nothing behind', async () => {
    const house = aHouse({ subscribers: [open('alice', { anonymous: true })] })
    const answer = await nameless(house, CONTACT)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('Contact'), '<sip:192.0.2.66;sos>;expires=3600')
    assert.equal(answer.headers.get('P-Associated-URI'), undefined)
    assert.equal(house.registrations.count, 0)
  })

  test('is challenged like any stranger’s where nobody does', async () => {
    const house = aHouse({ subscribers: [open('alice')] })
    assert.equal((await nameless(house, CONTACT)).status, 401)
  })

  test('with a contact that is none is refused', async () => {
    const house = aHouse({ subscribers: [open('alice', { anonymous: true })] })
    assert.equal((await nameless(house, [['Contact', '<tel:1>']])).status, 400)
  })
})
