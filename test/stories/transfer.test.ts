import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DOMAIN } from '../support/house.ts'
import { invited } from '../support/script-calls.ts'
import type { Heard } from '../support/script-phone.ts'
import { answerable, aTrio, CAROL, ended, referral, sdpFrom, text, told } from '../support/transfers.ts'

describe('a picture that media want', () => {
  test('is asked for in an INFO, of a phone that knows no feedback', async () => {
    const { house, alice, bob } = await aTrio()
    house.calls.onPictureWanted(house.calls.list()[0]?.record.id ?? '', 'callee')
    house.calls.onPictureWanted('none', 'caller')
    await house.settle()
    const [asked] = bob.got('INFO')
    assert.equal(asked?.request.headers.get('Content-Type'), 'application/media_control+xml')
    assert.match(text(asked as Heard), /<picture_fast_update\/>/)
    assert.equal(alice.got('INFO').length, 0)
  })
})

describe('a phone that wants to leave its call to somebody else, RFC 3515', () => {
  test('hears how that one rings, is let go when it answers, and the two talk', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    const refer = first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    assert.equal(refer.status(), 202)
    const ring = invited(carol)
    assert.match(ring.request.headers.get('From') ?? '', /<sip:bob@/)
    carol.respond(ring, 180)
    await house.settle()
    const answer = carol.respond(ring, 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    const [again] = answerable(bob)
    assert.ok(again, 'bob is not offered Carol’s media')
    assert.equal(again.request.headers.get('P-Asserted-Identity'), `<${CAROL}>`)
    assert.match(text(again), /c=IN IP4 192\.0\.2\.12[\s\S]*x-through:answer-callee/)
    // The same session as before, in its next version, though others describe it now: RFC 3264 §8.
    assert.match(text(invited(bob)), /^o=- 1 1 IN IP4 192\.0\.2\.10\r$/m)
    assert.match(text(again), /^o=- 1 2 IN IP4 192\.0\.2\.10\r$/m)
    bob.respond(again, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.deepEqual(told(alice), ['100 Trying active', '180 Ringing active', '200 OK terminated'])
    const methods = alice.heard.map(({ request }) => request.method)
    assert.deepEqual(methods, ['NOTIFY', 'NOTIFY', 'NOTIFY', 'BYE'])
    const [old, own] = [...house.store.calls.values()]
    assert.equal(old?.cause, 'transferred')
    assert.equal(old?.transferredTo, own?.id)
    assert.equal(own?.transferredFrom, old?.id)
    assert.deepEqual([own?.caller, own?.callee], [`sip:bob@${DOMAIN}`, CAROL])
    carol.called(ring, answer).send('BYE')
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    await ended(house)
  })

  for (const wanting of ['near', 'far'] as const)
    test(`what ${wanting === 'far' ? 'the one who stays' : 'the one who leaves'} had recorded`, async () => {
      const { house, bob, carol, first } = await aTrio({ mailbox: {} })
      first[wanting].send('INFO', { headers: [['Record', 'on']] })
      await house.settle()
      assert.equal(house.media.kept.length, 1)
      first.near.send('REFER', { headers: referral(CAROL) })
      await house.settle()
      // Who leaves may do so before the third has answered.
      first.near.send('BYE')
      await house.settle()
      carol.respond(invited(carol), 200, { sdp: sdpFrom('192.0.2.12') })
      await house.settle()
      bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
      await house.settle()
      const own = house.calls.list()[0]?.record.id
      const kept = house.media.kept.slice(1).map(({ call, folder }) => [call, folder !== undefined])
      assert.deepEqual(kept, wanting === 'far' ? [[own, true]] : [])
      first.far.send('BYE')
      await ended(house)
    })

  test('who no longer wants it recorded is not recorded elsewhere', async () => {
    const { house, bob, carol, first } = await aTrio({ mailbox: {} })
    for (const word of ['on', 'off']) {
      first.far.send('INFO', { headers: [['Record', word]] })
      await house.settle()
    }
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.deepEqual(
      house.media.kept.map(({ folder }) => folder !== undefined),
      [true, false],
    )
    first.far.send('BYE')
    await ended(house)
  })

  test('goes on as before when nobody answers there', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 486)
    await house.settle()
    assert.deepEqual(told(alice), ['100 Trying active', '486 Busy Here terminated'])
    assert.deepEqual([alice.got('BYE').length, bob.got('BYE').length, answerable(bob).length], [0, 0, 0])
    const offer = first.near.send('INVITE', { sdp: sdpFrom('192.0.2.10') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.equal(offer.status(), 200)
    first.near.ack()
    first.near.send('BYE')
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    await ended(house)
  })

  test('may hang up at once: the other waits for the third', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    first.near.send('BYE')
    await house.settle()
    assert.equal(bob.got('BYE').length, 0)
    const ring = invited(carol)
    carol.respond(ring, 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.deepEqual(told(alice), ['100 Trying active', '200 OK terminated'])
    first.far.send('BYE')
    await house.settle()
    assert.equal(carol.got('BYE').length, 1)
    await ended(house)
  })

  test('has hung up, and the third does not want: the other is hung up as well', async () => {
    const { house, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    first.near.send('BYE')
    await house.settle()
    carol.respond(invited(carol), 603)
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    await ended(house)
  })

  test('is alone when the other hangs up meanwhile, and the third rings no longer', async () => {
    const { house, alice, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 180)
    await house.settle()
    first.far.send('BYE')
    await house.settle()
    assert.equal(carol.cancelled.length, 1)
    assert.equal(alice.got('BYE').length, 1)
    assert.equal(told(alice).at(-1), '487 Request Terminated terminated')
    await ended(house)
  })

  test('may be the called one; and the third, asked with what was said before, may want to be asked anew', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    const refer = first.far.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    assert.equal(refer.status(), 202)
    carol.respond(invited(carol), 488)
    await house.settle()
    const ring = answerable(carol)[0] as Heard
    assert.equal(text(ring), '')
    carol.respond(ring, 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    const again = answerable(alice)[0] as Heard
    assert.match(text(again), /192\.0\.2\.12[\s\S]*x-through:offer-callee/)
    alice.respond(again, 200, { sdp: sdpFrom('192.0.2.10') })
    await house.settle()
    assert.match(
      Buffer.from(carol.acks.at(-1)?.body ?? '').latin1Slice(),
      /192\.0\.2\.10[\s\S]*answer-caller/,
    )
    assert.equal(told(bob).at(-1), '200 OK terminated')
    assert.equal(bob.got('BYE').length, 1)
    house.calls.hangUpAll()
    await ended(house)
  })

  test('waits when its other party is just agreeing on something', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 491)
    await house.pass(1500)
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.equal(told(alice).at(-1), '200 OK terminated')
    house.calls.hangUpAll()
    await ended(house)
  })

  test('comes back when its other party will not speak with the third', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 488)
    await house.settle()
    assert.equal(told(alice).at(-1), '488 Not Acceptable Here terminated')
    assert.equal(carol.got('BYE').length, 1)
    assert.deepEqual([alice.got('BYE').length, bob.got('BYE').length], [0, 0])
    first.far.send('BYE')
    await house.settle()
    assert.equal(alice.got('BYE').length, 1)
    await ended(house)
  })

  test('is told when it asks for what cannot be', async () => {
    const { house, alice, first } = await aTrio()
    const bad = first.near.send('REFER', { headers: [] })
    await house.settle()
    assert.equal(bad.status(), 400)
    const nobody = first.near.send('REFER', { headers: referral(`sip:nobody@${DOMAIN}`) })
    await house.settle()
    assert.equal(nobody.status(), 202)
    assert.equal(told(alice).at(-1), '404 Not Found terminated')
    const unknown = 'sip:carol@x?Replaces=nothing%3Bto-tag%3Da%3Bfrom-tag%3Db'
    first.near.send('REFER', {
      headers: [
        ['Refer-To', `<${unknown}>`],
        ['Refer-Sub', 'true'],
      ],
    })
    await house.settle()
    const last = alice.got('NOTIFY').at(-1)
    assert.equal(told(alice).at(-1), '481 Call/Transaction Does Not Exist terminated')
    assert.match(last?.request.headers.get('Event') ?? '', /^refer;id=\d+$/)
    house.calls.hangUpAll()
    await ended(house)
  })

  test('hears nothing more when it wants to hear nothing, RFC 4488', async () => {
    const { house, alice, carol, first } = await aTrio()
    const refer = first.near.send('REFER', { headers: [...referral(CAROL), ['Refer-Sub', 'false']] })
    await house.settle()
    assert.equal(refer.last()?.headers.get('Refer-Sub'), 'false')
    carol.respond(invited(carol), 486)
    await house.settle()
    assert.equal(alice.got('NOTIFY').length, 0)
    house.calls.hangUpAll()
    await ended(house)
  })
})
