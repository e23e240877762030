import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { webContact } from '#core'
import { isHeld, parseDialogInfo } from '#dialog-info'
import { createRequest } from '#sip'
import { aHouse, DOMAIN, type House } from '../support/house.ts'
import { SDP } from '../support/phone.ts'
import { open } from '../support/script-calls.ts'
import { aScriptPhone, type ScriptPhone } from '../support/script-phone.ts'

/** Alice and Bob have phones; Carol watches. */
const aDesk = async () => {
  const house = aHouse({ subscribers: ['alice', 'bob', 'carol'].map((name) => open(name)) })
  const phones = ['alice', 'bob', 'carol'].map((name, at) => aScriptPhone(house, name, `192.0.2.1${at}`))
  for (const phone of phones) assert.equal(await phone.register(), 200)
  const [alice, bob, carol] = phones as [ScriptPhone, ScriptPhone, ScriptPhone]
  return { house, alice, bob, carol }
}

const subscribe = async (
  house: House,
  phone: ScriptPhone,
  whom: string,
  headers: [string, string][] = [],
  expires = '600',
) => {
  const request = createRequest('SUBSCRIBE', `sip:${whom}@${DOMAIN}`)
  request.headers.add('Max-Forwards', '70').add('From', `<sip:${phone.name}@${DOMAIN}>;tag=w${whom}`)
  request.headers.add('To', `<sip:${whom}@${DOMAIN}>`).add('Call-ID', `watch-${whom}-${Math.random()}`)
  request.headers.add('CSeq', '1 SUBSCRIBE').add('Contact', phone.contact).add('Expires', expires)
  if (!headers.some(([name]) => name === 'Event')) request.headers.add('Event', 'dialog')
  for (const [name, value] of headers) request.headers.add(name, value)
  const sent = phone.send(request)
  await house.settle()
  return sent.status()
}

/** What was told, as text: version, whether all, and each call. Answers what is not answered yet. */
const told = (phone: ScriptPhone, whom = 'bob'): string[] =>
  phone.got('NOTIFY').flatMap((heard) => {
    if (!heard.transaction.answered) phone.respond(heard, 200)
    const info = parseDialogInfo(heard.request.body)
    assert.ok(info.ok)
    if (info.value.entity !== `sip:${whom}@${DOMAIN}`) return []
    const calls = info.value.dialogs.map((dialog) => {
      const { direction, state, event, remote } = dialog
      const other = remote?.identity?.replace(`@${DOMAIN}`, '')
      return `${direction} ${state}${event ? ` ${event}` : ''}${isHeld(dialog) ? ' held' : ''} ${other}`
    })
    return [`${info.value.version} ${info.value.state}: ${calls.join(', ')}`]
  })

/** Lets a second pass in which the phone answers what it is told. */
const listen = async (house: House, phone: ScriptPhone): Promise<void> => {
  told(phone)
  await house.pass(1000)
  told(phone)
  await house.settle()
}

describe('who watches a phone’s calls, RFC 4235', () => {
  test('hears of each step once a second, a number higher each time, and of the end', async () => {
    const { house, alice, bob, carol } = await aDesk()
    assert.equal(await subscribe(house, carol, 'bob'), 200)
    assert.deepEqual(told(carol), ['0 full: '])
    await listen(house, carol)
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    const ring = bob.got('INVITE')[0]
    assert.ok(ring)
    bob.respond(ring, 180)
    await listen(house, carol)
    assert.deepEqual(told(carol).slice(1), ['1 partial: recipient early sip:alice'])
    const answer = bob.respond(ring, 200, { sdp: SDP })
    await house.settle()
    alice.calling(sent, sent.last()).ack()
    await listen(house, carol)
    const far = bob.called(ring, answer)
    const hold = far.send('INVITE', { sdp: `${SDP}a=sendonly\r\n` })
    await house.settle()
    const again = alice.got('INVITE')[0]
    assert.ok(again)
    alice.respond(again, 200, { sdp: `${SDP}a=recvonly\r\n` })
    await house.settle()
    assert.equal(hold.status(), 200)
    far.ack()
    await listen(house, carol)
    far.send('BYE')
    await listen(house, carol)
    assert.deepEqual(told(carol).slice(2), [
      '2 partial: recipient confirmed sip:alice',
      '3 partial: recipient confirmed held sip:alice',
      '4 partial: recipient terminated local-bye sip:alice',
    ])
  })

  test('hears everything anew when it asks again, and is told once more what it did not understand', async () => {
    const { house, alice, bob, carol } = await aDesk()
    alice.send(alice.invitation('bob'))
    await house.settle()
    const ring = bob.got('INVITE')[0]
    assert.ok(ring)
    bob.respond(ring, 180)
    await house.settle()
    assert.equal(await subscribe(house, carol, 'bob'), 200)
    assert.equal(await subscribe(house, carol, 'alice'), 200)
    assert.deepEqual(told(carol), ['0 full: recipient early sip:alice'])
    assert.deepEqual(told(carol, 'alice'), ['0 full: initiator early sip:bob'])
    await house.pass(1000)
    bob.respond(ring, 486)
    await house.settle()
    for (const heard of carol.got('NOTIFY'))
      if (!heard.transaction.answered) carol.respond(heard, 503, { headers: [['Retry-After', '1']] })
    await house.pass(2000)
    assert.equal(told(carol).at(-1), '2 full: recipient terminated rejected sip:alice')
    assert.equal(told(carol, 'alice').at(-1), '2 full: initiator terminated rejected sip:bob')
  })

  test('is not told who hides, and sees whom a call is passed on to', async () => {
    const { house, alice, bob, carol } = await aDesk()
    const dave = aScriptPhone(house, 'carol', '192.0.2.30')
    await dave.register()
    await subscribe(house, dave, 'bob')
    await subscribe(house, dave, 'carol')
    await listen(house, dave)
    const sent = alice.send(alice.invitation('bob', { headers: [['Privacy', 'id']] }))
    await house.settle()
    const ring = bob.got('INVITE')[0]
    assert.ok(ring)
    bob.respond(ring, 180)
    await listen(house, dave)
    assert.match(told(dave).at(-1) ?? '', /recipient early sip:anonymous@anonymous.invalid$/)
    bob.respond(ring, 302, { headers: [['Contact', `<sip:carol@${DOMAIN}>`]] })
    await listen(house, dave)
    assert.match(told(dave).at(-1) ?? '', /recipient terminated cancelled/)
    assert.match(told(dave, 'carol').at(-1) ?? '', /recipient early/)
    assert.equal(carol.got('INVITE').length, 1)
    assert.equal(sent.status(), 181)
  })

  test('is refused for nobody, and an unknown body is not what it gets', async () => {
    const { house, carol } = await aDesk()
    assert.equal(await subscribe(house, carol, 'nobody'), 404)
    assert.equal(await subscribe(house, carol, 'bob', [['Accept', 'application/pidf+xml']]), 406)
    assert.equal(await subscribe(house, carol, 'bob', [['Event', 'presence']]), 489)
    assert.equal(house.lamps.count, 0)
  })

  test('that leaves costs nothing any more', async () => {
    const { house, carol } = await aDesk()
    assert.equal(await subscribe(house, carol, 'bob', [], '0'), 200)
    assert.equal(house.lamps.count, 0)
    assert.equal(await subscribe(house, carol, 'bob'), 200)
    assert.equal(house.lamps.count, 1)
    await house.pass(601_000)
    assert.equal(house.lamps.count, 0)
  })
})

describe('a lamp', () => {
  test('shows the call that says most, and whether anybody’s phone is there at all', async () => {
    const { house, alice, bob } = await aDesk()
    const person = house.subscribers.byIdentity('bob')?.subscriber
    assert.ok(person)
    const seen: string[] = []
    const look = () => {
      const { lamp, direction, remote } = house.lamps.lampOf(person)
      seen.push([lamp, direction, remote?.identity].filter(Boolean).join(' '))
    }
    const stop = house.lamps.watch(person, look)
    look()
    alice.send(alice.invitation('bob'))
    await house.settle()
    const ring = bob.got('INVITE')[0]
    assert.ok(ring)
    bob.respond(ring, 180)
    await house.settle()
    bob.send(bob.invitation('carol'))
    await house.settle()
    bob.respond(ring, 200, { sdp: SDP })
    await house.settle()
    house.calls.hangUpAll()
    house.registrations.removeAll(person)
    house.registrations.update(person, [
      {
        ...{ contact: webContact('bob', 's'), expiresS: 60, q: 1000, callId: 'x', cseq: 1, transport: 'ws' },
        ...{ address: '192.0.2.9', port: 1, listener: 0, path: [], instance: undefined, regId: undefined },
        ...{ features: '', userAgent: '' },
      },
    ])
    stop()
    const own = `sip:alice@${DOMAIN}`
    assert.deepEqual(
      seen.filter((one, at) => one !== seen[at - 1]),
      [
        'idle',
        `ringing in ${own}`,
        `busy in ${own}`,
        `calling out sip:carol@${DOMAIN}`,
        'idle',
        'unavailable',
        'idle',
      ],
    )
    assert.equal(house.lamps.count, 0)
  })
})
