import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aTown, type Fields, rung, SOS } from '../support/emergency-town.ts'
import { aHouse, aSubscriber } from '../support/house.ts'
import { aPhone } from '../support/phone.ts'
import { open } from '../support/script-calls.ts'
import { aScriptPhone } from '../support/script-phone.ts'
import { aWatcher } from '../support/watcher.ts'

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
    await phone.register({ expires: '0' })
    await house.pass(6000)
    assert.match(watcher.told.at(-1)?.state ?? '', /^terminated/)
    const text = await house.messages.accept({
      ...{ origin: 'api', from: 'fire', to: { user: 'alice', text: 'sip:alice' } },
      body: { kind: 'text', text: 'hello' },
    })
    assert.ok(text.ok)
    await house.pass(6000)
    assert.ok(!phone.requests.some(({ method }) => method === 'MESSAGE'))
    await phone.register()
    await house.pass(6000)
    assert.ok(phone.requests.some(({ method }) => method === 'MESSAGE'))
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
