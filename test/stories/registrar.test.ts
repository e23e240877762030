import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SipResponse } from '#sip'
import { aHouse, aSubscriber, DOMAIN } from '../support/house.ts'
import { aPhone } from '../support/phone.ts'
import { aPlace, ask, openPlace, URI } from '../support/registrar.ts'
import { aScriptPhone } from '../support/script-phone.ts'

describe('bindings', () => {
  const to = `sip:alice@${DOMAIN}`
  const contact = (n: number, more = ''): string => `<sip:alice@192.0.2.${n}:5060>${more}`
  const contactsOf = (response: SipResponse): string[] => response.headers.all('Contact')

  test('are told to who asks without a Contact, and stay as they are', async () => {
    const { house, alice } = openPlace()
    await ask(house, alice, to, [['Contact', contact(10)]])
    const answer = await ask(house, alice, to, [])
    assert.equal(contactsOf(answer).length, 1)
    assert.match(contactsOf(answer)[0] ?? '', /expires=3595/)
  })

  test('of one request are all made or none', async () => {
    const { house, alice } = openPlace()
    const mixed = `${contact(10)};expires=60, ${contact(11)};expires=0, ${contact(12)}`
    await ask(house, alice, to, [['Contact', contact(11)]])
    const answer = await ask(house, alice, to, [
      ['Contact', mixed],
      ['Expires', '600'],
    ])
    assert.deepEqual(
      contactsOf(answer).map((text) => text.replace(/.*192.0.2.(\d+).*expires=(\d+)/, '$1:$2')),
      ['10:60', '12:600'],
    )
    const bad = await ask(house, alice, to, [['Contact', `${contact(13)}, <tel:+331>`]])
    assert.equal(bad.status, 400)
    const late = await ask(house, alice, to, [
      ['Contact', `${contact(14)}, ${contact(12)}`],
      ['CSeq', '1 REGISTER'],
    ])
    assert.equal(late.status, 500)
    assert.equal(contactsOf(await ask(house, alice, to, [])).length, 2)
  })

  test('are ten at most; one may go and another come in the same request', async () => {
    const { house, alice } = openPlace()
    const many = Array.from({ length: 10 }, (_, i) => contact(10 + i)).join(', ')
    assert.equal((await ask(house, alice, to, [['Contact', many]])).status, 200)
    assert.equal((await ask(house, alice, to, [['Contact', contact(99)]])).status, 403)
    const swap = await ask(house, alice, to, [['Contact', `${contact(10)};expires=0, ${contact(99)}`]])
    assert.equal(swap.status, 200)
    assert.equal(contactsOf(swap).length, 10)
  })

  test('for less than ten seconds are refused with 423; for longer than a week are for a week', async () => {
    const { house, alice } = openPlace()
    const short = await ask(house, alice, to, [
      ['Contact', contact(10)],
      ['Expires', '5'],
    ])
    assert.deepEqual([short.status, short.headers.get('Min-Expires')], [423, '10'])
    const long = await ask(house, alice, to, [
      ['Contact', contact(10)],
      ['Expires', '99999999999'],
    ])
    assert.match(contactsOf(long)[0] ?? '', /expires=604800/)
  })

  test('are not removed by a star of an earlier request', async () => {
    const { house, alice } = openPlace()
    await ask(house, alice, to, [['Contact', contact(10)]])
    const late = await ask(house, alice, to, [
      ['Contact', '*'],
      ['Expires', '0'],
      ['CSeq', '1 REGISTER'],
    ])
    assert.equal(late.status, 500)
    assert.equal(house.registrations.count, 1)
  })

  test('that ran out are gone from the store also when another takes their place first', async () => {
    const { house, alice } = openPlace()
    await ask(house, alice, to, [
      ['Contact', contact(10)],
      ['Expires', '20'],
    ])
    house.timers.advance(14_900)
    await ask(house, alice, to, [['Contact', contact(11)]])
    await house.pass(2000)
    assert.deepEqual([...house.store.bindings.keys()], [`alice@${DOMAIN} sip:alice@192.0.2.11:5060`])
  })

  test('keep a GRUU handset’s `ob`, IPv6 and sips contacts as they came', async () => {
    const { house, alice } = openPlace()
    const texts = [
      '<sip:alice@[2001:db8::9]:5060;ob>;+sip.instance="<urn:gsma:imei:35209900-176148-0>"',
      '<sips:alice@192.0.2.9>',
    ]
    const answer = await ask(house, alice, to, [
      ['Contact', texts.join(', ')],
      ['Supported', 'gruu, outbound'],
    ])
    assert.equal(answer.status, 200)
    assert.deepEqual(
      contactsOf(answer).map((text) => text.replace(/;expires=\d+/, '')),
      texts,
    )
  })

  test('with an unknown demand are refused with 420', async () => {
    const { house, alice } = openPlace()
    const answer = await ask(house, alice, to, [
      ['Contact', contact(10)],
      ['Require', 'gruu'],
    ])
    assert.deepEqual([answer.status, answer.headers.get('Unsupported')], [420, 'gruu'])
  })
})

describe('identities', () => {
  test('of a subscription are all registered at once, the default one first, numbers too', async () => {
    const identities = [
      { uri: 'sip:alice', user: 'alice' },
      { uri: 'tel:+33612345678', user: '+33612345678' },
    ]
    const { house, alice } = aPlace({ subscribers: [aSubscriber('alice', { proof: 'none', identities })] })
    const answer = await ask(house, alice, `sip:alice@${DOMAIN}`, [
      ['Contact', '<sip:alice@192.0.2.10:5060>'],
    ])
    assert.deepEqual(answer.headers.all('P-Associated-URI'), [`<sip:alice@${DOMAIN}>`, '<tel:+33612345678>'])
  })

  test('of one handset among several ring that one only', async () => {
    const imei = '35209900-176148'
    const subscribers = [
      aSubscriber('alice', { proof: 'none' }),
      aSubscriber('bob', {
        proof: 'none',
        multiSim: true,
        identities: [
          { uri: 'sip:bob', user: 'bob' },
          { uri: 'sip:car', user: 'car', imeisv: '3520990017614801' },
        ],
      }),
    ]
    const { house, alice } = aPlace({ subscribers })
    const [cell, car] = [aScriptPhone(house, 'bob', '192.0.2.11'), aScriptPhone(house, 'bob', '192.0.2.12')]
    await cell.register()
    await car.register([['Contact', `<sip:bob@192.0.2.12:5060>;+sip.instance="<urn:gsma:imei:${imei}-0>"`]])
    alice.send(alice.invitation('car'))
    await house.settle()
    assert.deepEqual([cell.got('INVITE').length, car.got('INVITE').length], [0, 1])
    alice.send(alice.invitation('bob'))
    await house.settle()
    assert.deepEqual([cell.got('INVITE').length, car.got('INVITE').length], [1, 2])
  })

  test('a caller without proof needs none, whatever it calls itself in its credentials', async () => {
    const { house, alice } = openPlace()
    const answer = await ask(house, alice, `sip:alice@${DOMAIN}`, [
      ['Contact', '<sip:alice@192.0.2.10:5060>'],
      ['Authorization', `Digest username="x",realm="y",nonce="z",uri="${URI}",response="${'0'.repeat(32)}"`],
    ])
    assert.equal(answer.status, 200)
  })

  test('auth_on_register_only: calls on the registered path need no proof, from elsewhere they do', async () => {
    const house = aHouse({ subscribers: [aSubscriber('alice', { proveOnRegisterOnly: true })] })
    const alice = aPhone(house, 'alice', '192.0.2.10')
    assert.equal((await alice.register()).status, 200)
    const here = aScriptPhone(house, 'alice', '192.0.2.10', 5070)
    const there = aScriptPhone(house, 'alice', '192.0.2.99')
    const calls = [here, there].map((phone) => phone.send(phone.invitation('600')))
    await house.settle()
    assert.deepEqual(
      calls.map((call) => call.status()),
      [200, 407],
    )
  })

  test('who hides its name from us too is known by its path', async () => {
    const house = aHouse({
      subscribers: [
        aSubscriber('alice', { proveOnRegisterOnly: true }),
        aSubscriber('bob', { proof: 'none' }),
      ],
    })
    const alice = aPhone(house, 'alice', '192.0.2.10')
    await alice.register()
    const bob = aScriptPhone(house, 'bob', '192.0.2.11')
    await bob.register()
    const hidden = aScriptPhone(house, 'alice', '192.0.2.10')
    hidden.send(
      hidden.invitation('bob', {
        headers: [
          ['From', '<sip:anonymous@anonymous.invalid>;tag=x'],
          ['Privacy', 'id'],
        ],
      }),
    )
    await house.settle()
    const ring = bob.got('INVITE')[0]?.request
    assert.match(ring?.headers.get('From') ?? '', /anonymous/)
    assert.equal(house.calls.list()[0]?.record.caller, `sip:alice@${DOMAIN}`)
  })
})
