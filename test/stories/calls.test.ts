import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, aSubscriber } from '../support/house.ts'
import { aPhone, type Phone, SDP } from '../support/phone.ts'

const open = (name: string, more = {}) => aSubscriber(name, { proof: 'none', ...more })

const aPair = async (more: { alice?: object; bob?: object } = {}) => {
  const house = aHouse({ subscribers: [open('alice', more.alice), open('bob', more.bob)] })
  const alice = aPhone(house, 'alice', '192.0.2.10')
  const bob = aPhone(house, 'bob', '192.0.2.11')
  for (const phone of [alice, bob]) assert.equal((await phone.register()).status, 200)
  return { house, alice, bob }
}

const ringing = (phone: Phone) => {
  const leg = phone.incoming.at(-1)
  assert.ok(leg, `${phone.name} does not ring`)
  return leg
}

const nothingLeft = async (house: ReturnType<typeof aHouse>) => {
  await house.pass(70_000)
  assert.equal(house.calls.count, 0)
  assert.equal(house.legs.size, 0)
  assert.equal(house.media.closed.length, house.store.calls.size)
  for (const record of house.store.calls.values()) assert.ok(record.endedAtMs, 'an open record')
}

describe('a call', () => {
  test('rings, is answered, and its descriptions pass through the media both ways', async () => {
    const { house, alice, bob } = await aPair()
    const call = await alice.call('bob')
    ringing(bob).progress(180)
    await house.settle()
    assert.match(ringing(bob).offer ?? '', /x-through:offer-caller/)
    void ringing(bob).accept(SDP)
    await house.settle()
    assert.deepEqual(alice.heard, ['180', 'answered'])
    assert.match(alice.answers[0] ?? '', /x-through:answer-callee/)
    call.session?.bye()
    await house.settle()
    assert.deepEqual(bob.heard, ['invite', 'end by peer'])
    const [record] = [...house.store.calls.values()]
    assert.equal(record?.cause, 'caller')
    assert.ok(record?.answeredAtMs && record.ringingAtMs)
    await nothingLeft(house)
  })

  test('lets the media know by which of our addresses each side reaches us', async () => {
    const { house, alice } = await aPair()
    await alice.call('bob')
    const options = { callerListener: 0, calleeListener: 0 }
    assert.deepEqual(house.media.wished, [
      { ...options, callerAddress: '192.0.2.1', calleeAddress: '192.0.2.1' },
    ])
  })

  test('tells the called party who calls and which identity was dialled', async () => {
    const { house, alice, bob } = await aPair()
    await alice.call('bob')
    const { headers } = ringing(bob).request
    assert.equal(headers.get('P-Asserted-Identity'), '"alice" <sip:alice@tandem.test>')
    assert.equal(headers.get('P-Called-Party-ID'), '<sip:bob@tandem.test>')
    assert.match(headers.get('From') ?? '', /^"alice" <sip:alice@tandem.test>;tag=/)
    assert.equal(headers.get('Max-Forwards'), '69')
    await house.settle()
  })

  test('hides a caller that asks for privacy', async () => {
    const { alice, bob } = await aPair()
    await alice.call('bob', { headers: [['Privacy', 'id']] })
    const { headers } = ringing(bob).request
    assert.equal(headers.get('P-Asserted-Identity'), undefined)
    assert.match(headers.get('From') ?? '', /anonymous\.invalid/)
  })

  test('is hung up by the called party', async () => {
    const { house, alice, bob } = await aPair()
    await alice.call('bob')
    void ringing(bob).accept(SDP)
    await house.settle()
    ringing(bob).session.bye()
    await house.settle()
    assert.deepEqual(alice.heard, ['answered', 'end by peer'])
    assert.equal([...house.store.calls.values()][0]?.cause, 'callee')
    await nothingLeft(house)
  })

  test('is given up by the caller before the answer', async () => {
    const { house, alice, bob } = await aPair()
    const call = await alice.call('bob')
    ringing(bob).progress(180)
    await house.settle()
    call.cancel()
    await house.settle()
    assert.deepEqual(bob.heard, ['invite', 'end by peer'])
    await nothingLeft(house)
  })

  test('given up in the moment of the answer ends for both', async () => {
    const { house, alice, bob } = await aPair()
    const call = await alice.call('bob')
    ringing(bob).progress(180)
    await house.settle()
    call.cancel()
    void ringing(bob).accept(SDP)
    await house.pass(1000)
    assert.equal(bob.heard.at(-1), 'end by peer')
    await nothingLeft(house)
  })

  for (const [status, cause] of [
    [486, 'busy'],
    [603, 'declined'],
    [480, 'no-answer'],
  ] as const)
    test(`refused with ${status} is refused with ${status}`, async () => {
      const { house, alice, bob } = await aPair()
      await alice.call('bob')
      ringing(bob).reject({ status })
      await house.settle()
      assert.deepEqual(alice.heard, [`refused ${status}`])
      assert.equal([...house.store.calls.values()][0]?.cause, cause)
      await nothingLeft(house)
    })

  test('to nobody is refused with 404, to somebody away with 480', async () => {
    const house = aHouse({ subscribers: [open('alice'), open('bob')] })
    const alice = aPhone(house, 'alice', '192.0.2.10')
    await alice.call('nobody')
    await alice.call('bob')
    assert.deepEqual(alice.heard, ['refused 404', 'refused 480'])
    await nothingLeft(house)
  })

  test('that nobody answers ends after two minutes', async () => {
    const { house, alice, bob } = await aPair()
    await alice.call('bob')
    ringing(bob).progress(180)
    await house.pass(121_000)
    assert.deepEqual(alice.heard, ['180', 'refused 480'])
    assert.equal(bob.heard.at(-1), 'end by peer')
    await nothingLeft(house)
  })

  test('ends sooner where the invitation says so, and says that it ran out', async () => {
    const { house, alice, bob } = await aPair()
    await alice.call('bob', { headers: [['Expires', '20']] })
    ringing(bob).progress(180)
    await house.pass(19_000)
    assert.deepEqual(alice.heard, ['180'])
    await house.pass(2000)
    assert.deepEqual(alice.heard, ['180', 'refused 487'])
    assert.equal([...house.store.calls.values()][0]?.cause, 'no-answer')
    await nothingLeft(house)
  })

  test('refused as a method that the other side does not know names those that we do', async () => {
    const { house, alice, bob } = await aPair()
    await alice.call('bob')
    ringing(bob).reject({ status: 405 })
    await house.settle()
    assert.deepEqual(alice.heard, ['refused 405'])
    const refusal = house.net.traffic.findLast(
      ({ from, text }) => from === '192.0.2.1:5060' && text.startsWith('SIP/2.0 405'),
    )
    assert.match(refusal?.text ?? '', /\r\nAllow: INVITE, ACK/)
  })

  test('carries early media reliably to a caller that supports it', async () => {
    const { house, alice, bob } = await aPair()
    await alice.call('bob', { reliable: true })
    bob.reliable = true
    ringing(bob).progress(183, SDP)
    await house.settle()
    assert.deepEqual(alice.heard, ['183 with sdp'])
    assert.match(alice.answers[0] ?? '', /answer-callee/)
    const pracks = house.net.traffic.filter(({ text }) => text.startsWith('PRACK'))
    assert.ok(
      pracks.some(({ from }) => from.startsWith('192.0.2.10')),
      'the caller confirms',
    )
    void ringing(bob).accept(SDP)
    await house.settle()
    assert.deepEqual(alice.heard, ['183 with sdp', 'answered'])
  })

  test('without an offer gets one from the called party, answered in the ACK', async () => {
    const { house, alice, bob } = await aPair()
    const call = await alice.call('bob', { lateOffer: true })
    assert.equal(ringing(bob).offer, undefined)
    const confirmed = ringing(bob).accept(SDP)
    await house.settle()
    assert.match(alice.answers[0] ?? '', /offer-callee/)
    call.confirm(SDP)
    await house.settle()
    assert.match((await confirmed) ?? '', /answer-caller/)
    call.session?.bye()
    await nothingLeft(house)
  })

  test('is put on hold and resumed by either side', async () => {
    const { house, alice, bob } = await aPair()
    const call = await alice.call('bob')
    void ringing(bob).accept(SDP)
    await house.settle()
    const held = call.session?.offer(`${SDP}a=sendonly\r\n`)
    await house.settle()
    assert.equal((await held)?.ok, true)
    assert.match(bob.offers[0] ?? '', /a=sendonly[\s\S]*offer-caller/)
    assert.equal(house.calls.list()[0]?.state, 'held')
    const resumed = ringing(bob).session.offer(SDP)
    await house.settle()
    assert.equal((await resumed).ok, true)
    assert.equal(alice.offers.length, 1)
    const back = call.session?.offer(SDP)
    await house.settle()
    assert.equal((await back)?.ok, true)
    assert.equal(house.calls.list()[0]?.state, 'answered')
  })

  test('answers two offers at once with 491', async () => {
    const { house, alice, bob } = await aPair()
    const call = await alice.call('bob')
    void ringing(bob).accept(SDP)
    await house.settle()
    const one = call.session?.offer(SDP)
    const other = ringing(bob).session.offer(SDP)
    await house.settle()
    const outcomes = [await one, await other].map((outcome) => (outcome?.ok ? 200 : outcome?.error.status))
    assert.ok(outcomes.includes(491), `outcomes ${outcomes}`)
    await house.settle()
    assert.equal(house.calls.count, 1)
  })

  test('passes INFO on, so that digits arrive', async () => {
    const { house, alice, bob } = await aPair()
    const call = await alice.call('bob')
    void ringing(bob).accept(SDP)
    await house.settle()
    const status = call.session?.info(
      'application/dtmf-relay',
      new TextEncoder().encode('Signal=5\r\nDuration=160\r\n'),
    )
    await house.settle()
    assert.equal(await status, 200)
    assert.ok(bob.heard.includes('info'))
  })

  test('ends when neither media nor signalling came for dialog_timeout', async () => {
    const { house, alice, bob } = await aPair()
    await alice.call('bob')
    void ringing(bob).accept(SDP)
    await house.settle()
    const id = house.calls.list()[0]?.record.id ?? ''
    house.calls.onSilent(id, 14_000)
    assert.equal(house.calls.count, 1)
    await house.pass(16_000)
    house.calls.onSilent(id, 16_000)
    await house.settle()
    assert.deepEqual([alice.heard.at(-1), bob.heard.at(-1)], ['end by peer', 'end by peer'])
    assert.match([...house.store.calls.values()][0]?.cause ?? '', /silence/)
  })

  test('is repeated until the ACK comes, and ended when it never does', async () => {
    const { house, alice, bob } = await aPair()
    house.net.setLoss((text) => text.startsWith('ACK'))
    await alice.call('bob')
    void ringing(bob).accept(SDP)
    await house.pass(40_000)
    const answers = house.net.traffic.filter(
      ({ from, text }) => from === '192.0.2.1:5060' && /^SIP\/2.0 200[\s\S]*INVITE/.test(text),
    )
    assert.ok(answers.length > 5, `${answers.length} copies of the answer`)
    assert.equal(house.calls.count, 0)
  })

  test('survives the loss of every third message', async () => {
    const { house, alice, bob } = await aPair()
    let count = 0
    house.net.setLoss(() => ++count % 3 === 0)
    const call = await alice.call('bob')
    await house.pass(2000)
    void ringing(bob).accept(SDP)
    await house.pass(8000)
    assert.equal(alice.heard.at(-1), 'answered')
    call.session?.bye()
    await house.pass(8000)
    await nothingLeft(house)
  })

  test('over for us is ended again for a phone that repeats its answer', async () => {
    const { house, alice, bob } = await aPair()
    const call = await alice.call('bob')
    void ringing(bob).accept(SDP)
    await house.settle()
    call.session?.bye()
    await house.settle()
    const answer = house.net.traffic.findLast(
      ({ from, text }) => from === '192.0.2.11:5060' && /^SIP\/2.0 200[\s\S]*INVITE/.test(text),
    )
    assert.ok(answer)
    const before = house.net.traffic.length
    bob.flow.send(answer.text)
    await house.pass(500)
    const said = house.net.traffic.slice(before + 1).filter(({ from }) => from === '192.0.2.1:5060')
    assert.deepEqual(said.map(({ text }) => text.split(' ')[0]).slice(0, 2), ['ACK', 'BYE'])
  })

  test('rings several phones, higher q first, and the first to answer wins', async () => {
    const house = aHouse({ subscribers: [open('alice'), open('bob')] })
    const alice = aPhone(house, 'alice', '192.0.2.10')
    const [desk, cell, other] = [
      aPhone(house, 'bob', '192.0.2.11'),
      aPhone(house, 'bob', '192.0.2.12'),
      aPhone(house, 'bob', '192.0.2.13'),
    ] as const
    await desk.register({ contact: '<sip:bob@192.0.2.11:5060>;q=0.5' })
    await cell.register({ contact: '<sip:bob@192.0.2.12:5060>;q=0.5' })
    await other.register({ contact: '<sip:bob@192.0.2.13:5060>;q=0.1' })
    await alice.call('bob')
    assert.deepEqual([desk.heard, cell.heard, other.heard], [['invite'], ['invite'], []])
    desk.incoming[0]?.progress(180)
    void cell.incoming[0]?.accept(SDP)
    await house.pass(500)
    assert.equal(alice.heard.at(-1), 'answered')
    assert.equal(desk.heard.at(-1), 'end by peer')
    const cancel = house.net.traffic.find(({ text }) => text.startsWith('CANCEL'))
    assert.match(cancel?.text ?? '', /Reason: SIP;cause=200;text="Call completed elsewhere"/)
    assert.deepEqual(other.heard, [])
  })

  test('goes on to the next phone when the first ones refuse', async () => {
    const house = aHouse({ subscribers: [open('alice'), open('bob')] })
    const alice = aPhone(house, 'alice', '192.0.2.10')
    const desk = aPhone(house, 'bob', '192.0.2.11')
    const cell = aPhone(house, 'bob', '192.0.2.12')
    await desk.register({ contact: '<sip:bob@192.0.2.11:5060>;q=0.9' })
    await cell.register({ contact: '<sip:bob@192.0.2.12:5060>;q=0.1' })
    await alice.call('bob')
    desk.incoming[0]?.reject({ status: 486 })
    await house.settle()
    void cell.incoming[0]?.accept(SDP)
    await house.settle()
    assert.deepEqual(alice.heard, ['answered'])
  })

  test('reaches the echo service, which answers by itself', async () => {
    const { house, alice } = await aPair()
    const call = await alice.call('600')
    assert.deepEqual(alice.heard, ['answered'])
    assert.match(alice.answers[0] ?? '', /echo-caller/)
    call.session?.bye()
    await house.settle()
    assert.equal([...house.store.calls.values()][0]?.kind, 'echo')
    await nothingLeft(house)
  })

  test('to the echo number gets the status that an identity gives it', async () => {
    const { alice } = await aPair({
      alice: {
        identities: [
          { uri: 'sip:alice', user: 'alice' },
          { uri: 'sip:600', user: '600', code: 486 },
        ],
      },
    })
    await alice.call('600')
    assert.deepEqual(alice.heard, ['refused 486'])
  })

  test('to a subscriber that only rings is never answered', async () => {
    const { house, alice } = await aPair({ bob: { ringOnly: true } })
    const bob = house.registrations
    bob.removeAll(house.subscribers.list[1] as never)
    const call = await alice.call('bob')
    await house.pass(5000)
    assert.deepEqual(alice.heard, ['180'])
    call.cancel()
    await house.settle()
    await nothingLeft(house)
  })
})
