import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse } from '../support/house.ts'
import { SDP } from '../support/phone.ts'
import { open } from '../support/script-calls.ts'
import { aScriptPhone, type ScriptPhone } from '../support/script-phone.ts'

const FILE =
  'v=0\no=- 7 7 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n' +
  'm=audio 7000 RTP/AVP 104 0\na=rtpmap:104 AMR-WB/16000\na=x-kept\nm=video 7002 RTP/AVP 34\n'

const aHouseWithBob = async (more: object = {}) => {
  const house = aHouse({
    subscribers: [open('alice'), open('bob', more)],
    files: { 'offer.sdp': FILE, 'broken.sdp': 'user:x:0:0', 'other.sdp': FILE.replace('7000', '7100') },
  })
  const bob = aScriptPhone(house, 'bob', '192.0.2.11')
  assert.equal(await bob.register(), 200)
  return { house, bob }
}
const IMPI = 'bob@tandem.test'

const rings = (phone: ScriptPhone, count = 1) => {
  assert.equal(phone.got('INVITE').length, count)
  const heard = phone.got('INVITE')[count - 1]
  assert.ok(heard)
  return heard
}
const bodyOf = ({ request }: { request: { body: Uint8Array } }) =>
  Buffer.from(request.body).toString('latin1')

const started = async (house: Awaited<ReturnType<typeof aHouseWithBob>>['house'], wish: object = {}) => {
  const called = await house.mtCall({ impi: IMPI, ...wish })
  assert.ok(called.ok, `refused: ${called.ok ? '' : called.error}`)
  await house.settle()
  return called.value.sessionId
}

const nothingLeft = async (house: Awaited<ReturnType<typeof aHouseWithBob>>['house']) => {
  await house.pass(70_000)
  assert.deepEqual([house.calls.count, house.legs.size], [0, 0])
  for (const record of house.store.calls.values()) assert.ok(record.endedAtMs, 'an open record')
}

describe('a call from the house', () => {
  test('rings, is answered, and is ended by its session id', async () => {
    const { house, bob } = await aHouseWithBob()
    const id = await started(house)
    const ring = rings(bob)
    assert.match(bodyOf(ring), /invite-callee/)
    assert.match(ring.request.headers.get('From') ?? '', /^<sip:ims@tandem.test>;tag=/)
    assert.equal(ring.request.headers.get('P-Asserted-Identity'), '<sip:ims@tandem.test>')
    bob.respond(ring, 180)
    await house.settle()
    assert.equal(house.calls.get(id)?.state, 'ringing')
    bob.respond(ring, 200, { sdp: SDP })
    await house.settle()
    assert.equal(bob.acks.length, 1)
    assert.equal(house.calls.get(id)?.state, 'answered')
    assert.equal(house.calls.hangUp(id), true)
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    const record = house.store.calls.get(id)
    assert.deepEqual([record?.kind, record?.cause, record?.callIds.length], ['mt', 'operator', 1])
    assert.equal(record?.callee, 'sip:bob@tandem.test')
    assert.deepEqual(house.media.closed, [id])
    await nothingLeft(house)
  })

  test('is ended by the called phone', async () => {
    const { house, bob } = await aHouseWithBob()
    const id = await started(house)
    const answer = bob.respond(rings(bob), 200, { sdp: SDP })
    await house.settle()
    const bye = bob.called(rings(bob), answer).send('BYE')
    await house.settle()
    assert.equal(bye.status(), 200)
    assert.equal(house.store.calls.get(id)?.cause, 'callee')
    await nothingLeft(house)
  })

  test('rings all phones of the user, and the others stop when one answers', async () => {
    const { house, bob } = await aHouseWithBob()
    const desk = aScriptPhone(house, 'bob', '192.0.2.12')
    assert.equal(await desk.register(), 200)
    await started(house)
    bob.respond(rings(bob), 180)
    desk.respond(rings(desk), 180)
    await house.settle()
    desk.respond(rings(desk), 200, { sdp: SDP })
    await house.settle()
    assert.deepEqual([bob.cancelled.length, desk.acks.length], [1, 1])
  })

  for (const [status, cause] of [
    [486, 'busy'],
    [603, 'declined'],
    [480, 'no-answer'],
  ] as const)
    test(`refused with ${status} says so in its record`, async () => {
      const { house, bob } = await aHouseWithBob()
      const id = await started(house)
      bob.respond(rings(bob), status)
      await house.settle()
      const record = house.store.calls.get(id)
      assert.deepEqual([record?.cause, record?.status], [cause, status])
      await nothingLeft(house)
    })

  test('that nobody answers ends', async () => {
    const { house, bob } = await aHouseWithBob()
    const id = await started(house)
    bob.respond(rings(bob), 180)
    await house.pass(121_000)
    assert.equal(bob.cancelled.length, 1)
    assert.equal(house.store.calls.get(id)?.cause, 'no-answer')
    await nothingLeft(house)
  })

  test('offers the description of a file as it is written, and its media are nobody’s here', async () => {
    const { house, bob } = await aHouseWithBob()
    const id = await started(house, { file: 'offer.sdp' })
    assert.equal(bodyOf(rings(bob)), FILE.replaceAll('\n', '\r\n'))
    bob.respond(rings(bob), 200, { sdp: SDP })
    await house.settle()
    assert.equal(house.calls.get(id)?.state, 'answered')
    assert.equal(house.store.calls.get(id)?.video, true)
    house.calls.hangUp(id)
    await house.settle()
    assert.deepEqual(house.media.closed, [])
    await nothingLeft(house)
  })

  test('answers a later offer from the places of its file, with the codecs that both know', async () => {
    const { house, bob } = await aHouseWithBob({ mtCallSdpFile: 'offer.sdp' })
    const id = await started(house)
    const answer = bob.respond(rings(bob), 200, { sdp: SDP })
    await house.settle()
    const far = bob.called(rings(bob), answer)
    const hold = far.send('INVITE', {
      sdp: `${SDP.replace('RTP/AVP 0', 'RTP/AVP 99 0 8')}a=rtpmap:99 AMR-WB/16000\r\na=sendonly\r\n`,
    })
    await house.settle()
    assert.equal(hold.status(), 200)
    far.ack({ cseq: 101 })
    const said = Buffer.from(hold.last()?.body ?? []).toString('latin1')
    assert.match(said, /c=IN IP4 198\.51\.100\.7[\s\S]*m=audio 7000 RTP\/AVP 99 0\r\n[\s\S]*a=recvonly/)
    assert.match(said, /a=rtpmap:99 AMR-WB/)
    assert.doesNotMatch(said, /m=video/)
    assert.equal(house.calls.get(id)?.state, 'held')
  })

  test('hears itself again after a hold, and is refreshed without a description', async () => {
    const { house, bob } = await aHouseWithBob()
    const id = await started(house)
    const answer = bob.respond(rings(bob), 200, { sdp: SDP, headers: [['Allow', 'INVITE, UPDATE']] })
    await house.settle()
    const far = bob.called(rings(bob), answer)
    const again = far.send('INVITE', { sdp: SDP })
    await house.settle()
    assert.match(Buffer.from(again.last()?.body ?? []).toString(), /echo-callee/)
    far.ack({ cseq: 101 })
    const wanted = far.send('INVITE')
    await house.settle()
    assert.match(Buffer.from(wanted.last()?.body ?? []).toString(), /invite-callee/)
    far.ack({ sdp: SDP, cseq: 102 })
    await house.pass(500)
    assert.equal(house.calls.get(id)?.state, 'answered')
    await house.pass(1_801_000)
    assert.ok(bob.got('UPDATE').length > 0, 'the session timer refreshes')
  })

  test('a file in the request goes before the user’s own', async () => {
    const { house, bob } = await aHouseWithBob({ mtCallSdpFile: 'offer.sdp' })
    await started(house, { file: 'other.sdp' })
    assert.match(bodyOf(rings(bob)), /m=audio 7100/)
  })

  for (const [written, shown] of [
    ['alice', 'sip:alice@tandem.test'],
    ['sip:carol@elsewhere.test', 'sip:carol@elsewhere.test'],
    ['tel:+331234', 'tel:+331234'],
    ['4711', 'sip:4711@tandem.test'],
  ] as const)
    test(`shows the caller ${written} as ${shown}`, async () => {
      const { house, bob } = await aHouseWithBob()
      await started(house, { caller: written })
      assert.equal(rings(bob).request.headers.get('P-Asserted-Identity'), `<${shown}>`)
    })

  for (const [what, wish, error] of [
    ['nobody', { impi: 'carol@tandem.test' }, /no such user/],
    ['a user who is away', { impi: 'alice@tandem.test' }, /not registered/],
    ['an identity of nobody', { impu: 'sip:carol@tandem.test' }, /no such user/],
    ['a file that is not there', { impi: IMPI, file: 'none.sdp' }, /^none\.sdp: there is no such file$/],
    ['a file that describes nothing', { impi: IMPI, file: 'broken.sdp' }, /^broken\.sdp: is no session/],
    ['a caller that splits headers', { impi: IMPI, caller: 'a\r\nX: y' }, /^caller: /],
    ['a caller that ends its brackets', { impi: IMPI, caller: 'sip:a@b>;x=<sip:c' }, /^caller: /],
  ] as const)
    test(`is refused for ${what}`, async () => {
      const { house, bob } = await aHouseWithBob()
      const called = await house.mtCall(wish)
      assert.ok(!called.ok)
      assert.match(called.error, error)
      assert.doesNotMatch(called.error, /user:x/)
      assert.equal(bob.got('INVITE').length, 0)
      assert.equal(house.store.calls.size, 0)
    })

  test('reaches a public identity in any spelling', async () => {
    const { house, bob } = await aHouseWithBob()
    for (const impu of ['bob', 'sip:bob', 'sip:bob@anywhere.test'])
      assert.equal((await house.mtCall({ impu })).ok, true, impu)
    await house.settle()
    assert.equal(bob.got('INVITE').length, 3)
  })
})

describe('the echo service', () => {
  test('offers, to a caller that has no offer', async () => {
    const house = aHouse({ subscribers: [open('alice')] })
    const alice = aScriptPhone(house, 'alice', '192.0.2.10')
    const sent = alice.send(alice.invitation('600', { offerless: true }))
    await house.settle()
    assert.equal(sent.status(), 200)
    assert.match(Buffer.from(sent.last()?.body ?? []).toString(), /invite-caller/)
    const near = alice.calling(sent, sent.last())
    near.ack({ sdp: SDP })
    await house.settle()
    assert.equal(house.calls.list()[0]?.state, 'answered')
    near.send('BYE')
    await house.settle()
    assert.equal([...house.store.calls.values()][0]?.cause, 'caller')
  })

  test('ends a call whose ACK brings no answer', async () => {
    const house = aHouse({ subscribers: [open('alice')] })
    const alice = aScriptPhone(house, 'alice', '192.0.2.10')
    const sent = alice.send(alice.invitation('600', { offerless: true }))
    await house.settle()
    alice.calling(sent, sent.last()).ack()
    await house.settle()
    assert.equal(alice.got('BYE').length, 1)
    assert.match([...house.store.calls.values()][0]?.cause ?? '', /^failure/)
  })
})
