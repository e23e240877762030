import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SDP } from '../support/phone.ts'
import { aPair, header, invited, nothingLeft } from '../support/script-calls.ts'
import type { Said } from '../support/script-phone.ts'

describe('reliable provisionals, RFC 3262', () => {
  const RELIABLE: Said = {
    headers: [
      ['Supported', '100rel'],
      ['Allow', 'INVITE, ACK, BYE, CANCEL, PRACK, UPDATE'],
    ],
  }
  const PROGRESS: Said = {
    sdp: SDP,
    headers: [
      ['Require', '100rel'],
      ['RSeq', '7'],
      ['Allow', 'PRACK, UPDATE'],
    ],
  }
  const early = async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob', RELIABLE))
    await house.settle()
    const ring = invited(bob)
    const progress = bob.respond(ring, 183, PROGRESS)
    await house.settle()
    return { house, alice, bob, sent, ring, progress, near: alice.calling(sent, sent.last()) }
  }

  test('are acknowledged by the house with RSeq and CSeq', async () => {
    const { bob } = await early()
    assert.equal(bob.got('PRACK')[0]?.request.headers.get('RAck'), '7 1 INVITE')
  })

  test('hold the answer back until the caller acknowledged them', async () => {
    const { house, alice, bob, sent, ring, near } = await early()
    const provisional = sent.last()
    bob.respond(ring, 200)
    await house.settle()
    assert.equal(sent.status(), 183)
    assert.ok(provisional)
    near.prack(provisional)
    await house.settle()
    assert.equal(sent.status(), 200)
    assert.equal(sent.last() && alice.sdpOf(sent.last() as never), undefined, 'the answer is not said again')
    near.ack()
    near.send('BYE')
    await house.settle()
    await nothingLeft(house)
  })

  test('are repeated with growing pauses, and the call ends when nobody acknowledges', async () => {
    const { house, sent } = await early()
    await house.pass(40_000)
    const copies = house.net.traffic.filter(
      ({ to, text }) => to === '192.0.2.10:5060' && text.includes(' 183 '),
    )
    assert.equal(copies.length, 7, 'at 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s')
    assert.equal(sent.status(), 504)
    await nothingLeft(house)
  })

  test('are not acknowledged by a PRACK that names another', async () => {
    const { house, sent, near } = await early()
    const provisional = sent.last()
    assert.ok(provisional)
    const wrong = near.send('PRACK', { headers: [['RAck', `${provisional.headers.get('RSeq')} 9 INVITE`]] })
    await house.settle()
    assert.equal(wrong.status(), 481)
    const right = near.prack(provisional)
    await house.settle()
    assert.equal(right.status(), 200)
  })

  test('carry an offer of the caller in PRACK through to the called phone', async () => {
    const { house, bob, sent, near } = await early()
    const prack = near.prack(sent.last() as never, { sdp: `${SDP}a=second\r\n` })
    await house.settle()
    const update = bob.got('UPDATE')[0]
    assert.ok(update, 'no UPDATE at the called phone')
    assert.match(bob.sdpOf(update.request) ?? '', /a=second/)
    bob.respond(update, 200, { sdp: SDP })
    await house.settle()
    assert.equal(prack.status(), 200)
    assert.match(bob.sdpOf(prack.last() as never) ?? '', /answer-callee/)
  })

  test('let UPDATE pass in both directions before the answer, RFC 3311', async () => {
    const { house, alice, bob, sent, ring, progress, near } = await early()
    near.prack(sent.last() as never)
    await house.settle()
    const update = near.send('UPDATE', { sdp: `${SDP}a=mine\r\n` })
    await house.settle()
    const passed = bob.got('UPDATE')[0]
    assert.match((passed && bob.sdpOf(passed.request)) ?? '', /a=mine/)
    bob.respond(passed as never, 200, { sdp: SDP })
    await house.settle()
    assert.equal(update.status(), 200)
    const back = bob.called(ring, progress).send('UPDATE', { sdp: `${SDP}a=theirs\r\n` })
    await house.settle()
    const arrived = alice.got('UPDATE')[0]
    assert.match((arrived && alice.sdpOf(arrived.request)) ?? '', /a=theirs/)
    alice.respond(arrived as never, 200, { sdp: SDP })
    await house.settle()
    assert.equal(back.status(), 200)
    bob.respond(ring, 200)
    await house.settle()
    assert.equal(sent.status(), 200)
    assert.equal(house.calls.list()[0]?.state, 'answered')
    near.ack()
    near.send('BYE')
    await nothingLeft(house)
  })

  test('an UPDATE with an offer before the first offer is answered is put off', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob', RELIABLE))
    await house.settle()
    bob.respond(invited(bob), 180)
    await house.settle()
    const update = alice.calling(sent, sent.last()).send('UPDATE', { sdp: SDP })
    await house.settle()
    assert.equal(update.status(), 500)
    assert.ok(header(update, 'Retry-After'))
    assert.equal(house.calls.count, 1)
  })

  test('a PRACK that the answer overtook is welcome all the same', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob', { headers: [['Require', '100rel']] }))
    await house.settle()
    bob.respond(invited(bob), 180)
    await house.settle()
    const provisional = sent.last()
    assert.ok(provisional?.headers.has('RSeq'), '180 is reliable where the caller demands it')
    bob.respond(invited(bob), 200, { sdp: SDP })
    await house.settle()
    assert.equal(sent.status(), 200)
    const prack = alice.calling(sent, provisional).prack(provisional as never)
    await house.settle()
    assert.equal(prack.status(), 200)
  })

  test('are not asked for when the called phone is to make the offer', async () => {
    const { house, alice, bob } = await aPair()
    alice.send(alice.invitation('bob', { offerless: true, headers: [['Supported', '100rel']] }))
    await house.settle()
    assert.doesNotMatch(invited(bob).request.headers.get('Supported') ?? '', /100rel/)
  })
})
