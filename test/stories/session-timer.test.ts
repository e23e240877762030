import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SDP } from '../support/phone.ts'
import { aCall, aPair, header, invited, nothingLeft, TIMER } from '../support/script-calls.ts'

describe('session timers, RFC 4028', () => {
  test('a caller that knows them refreshes; one that does not is refreshed', async () => {
    const able = await aCall(TIMER)
    assert.match(header(able.sent, 'Session-Expires') ?? '', /^3600;refresher=uac$/)
    assert.equal(header(able.sent, 'Require'), 'timer')
    const plain = await aCall()
    assert.match(header(plain.sent, 'Session-Expires') ?? '', /^3600;refresher=uas$/)
    assert.equal(header(plain.sent, 'Require'), undefined)
  })

  test('a caller may leave the refreshing to us, and ask for less time than we would', async () => {
    const { sent } = await aCall({
      headers: [...(TIMER.headers ?? []), ['Session-Expires', '600;refresher=uas']],
    })
    assert.equal(header(sent, 'Session-Expires'), '600;refresher=uas')
    assert.equal(header(sent, 'Require'), undefined)
  })

  test('an interval that is too short is refused, but only to those who know why', async () => {
    const { house, alice, bob } = await aPair()
    const short: [string, string][] = [
      ['Supported', 'timer'],
      ['Session-Expires', '30'],
    ]
    const able = alice.send(alice.invitation('bob', { headers: short }))
    await house.settle()
    assert.equal(able.status(), 422)
    assert.equal(header(able, 'Min-SE'), '90')
    const plain = alice.send(alice.invitation('bob', { headers: [['Session-Expires', '30']] }))
    await house.settle()
    assert.equal(bob.got('INVITE').length, 1)
    bob.respond(invited(bob), 200, { sdp: SDP })
    await house.settle()
    assert.equal(header(plain, 'Session-Expires'), '90;refresher=uas')
  })

  test('a called phone that wants longer intervals gets them, three times at most', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    for (const [at, minimum] of [
      [0, '4000'],
      [1, '5000'],
      [2, '6000'],
      [3, '7000'],
    ] as const) {
      const ring = bob.got('INVITE')[at]
      assert.ok(ring, `attempt ${at}`)
      assert.equal(ring.request.headers.get('CSeq'), `${at + 1} INVITE`)
      bob.respond(ring, 422, { headers: [['Min-SE', minimum]] })
      await house.settle()
    }
    assert.equal(bob.got('INVITE')[3]?.request.headers.get('Session-Expires'), '6000')
    assert.equal(bob.got('INVITE').length, 4)
    assert.equal(sent.status(), 502, 'a matter of our own leg is not the caller’s')
    await nothingLeft(house)
  })

  test('we refresh at half the interval, in our role, and the call lives on', async () => {
    const { house, bob } = await aCall({}, { headers: [['Allow', 'INVITE, UPDATE']], sdp: SDP })
    await house.pass(1_801_000)
    const update = bob.got('UPDATE')[0]
    assert.ok(update)
    assert.equal(update.request.headers.get('Session-Expires'), '3600;refresher=uac')
    bob.respond(update, 200, { headers: [['Session-Expires', '3600;refresher=uac']] })
    await house.settle()
    assert.equal(house.calls.count, 1)
  })

  test('a refresh that meets another offer is tried again soon', async () => {
    const { house, bob } = await aCall({}, { headers: [['Session-Expires', '90;refresher=uac']], sdp: SDP })
    await house.pass(45_500)
    const [first] = bob.got('INVITE').slice(1)
    assert.ok(first, 'a re-INVITE, since the phone did not say that it knows UPDATE')
    bob.respond(first, 491)
    await house.pass(4500)
    const [, again] = bob.got('INVITE').slice(1)
    assert.ok(again, 'no second try')
    bob.respond(again, 200, { sdp: SDP, headers: [['Session-Expires', '90;refresher=uac']] })
    await house.settle()
    assert.equal(bob.acks.length, 2)
    assert.equal(house.calls.count, 1)
  })

  for (const status of [481, 408])
    test(`a refresh answered ${status} ends the call on both sides`, async () => {
      const { house, alice, bob } = await aCall({}, { headers: [['Allow', 'UPDATE']], sdp: SDP })
      await house.pass(1_801_000)
      bob.respond(bob.got('UPDATE')[0] as never, status)
      await house.settle()
      assert.equal(alice.got('BYE').length, 1)
      assert.equal(bob.got('BYE').length, status === 481 ? 0 : 1)
      await nothingLeft(house)
    })

  test('the one who never refreshes is given up a little before the end', async () => {
    const { house, alice, bob } = await aCall({
      headers: [...(TIMER.headers ?? []), ['Session-Expires', '90;refresher=uac']],
    })
    await house.pass(59_000)
    assert.equal(alice.got('BYE').length, 0)
    await house.pass(2000)
    assert.deepEqual([alice.got('BYE').length, bob.got('BYE').length], [1, 1])
    await nothingLeft(house)
  })

  test('an UPDATE of the caller refreshes, and says so', async () => {
    const { house, near } = await aCall(TIMER, {
      sdp: SDP,
      headers: [['Session-Expires', '86400;refresher=uac']],
    })
    await house.pass(3_000_000)
    const update = near.send('UPDATE', TIMER)
    await house.settle()
    assert.equal(update.status(), 200)
    assert.match(header(update, 'Session-Expires') ?? '', /refresher=uac/)
    await house.pass(3_000_000)
    assert.equal(house.calls.count, 1)
  })

  test('a hold from the side that does not refresh leaves the roles as they are', async () => {
    const { house, bob, near } = await aCall(TIMER, {
      sdp: SDP,
      headers: [
        ['Session-Expires', '1800;refresher=uas'],
        ['Supported', 'timer'],
      ],
    })
    near.send('INVITE', { sdp: `${SDP}a=sendonly\r\n`, ...TIMER })
    await house.settle()
    const [hold] = bob.got('INVITE').slice(1)
    assert.equal(hold?.request.headers.get('Session-Expires'), '3600;refresher=uas')
  })
})
