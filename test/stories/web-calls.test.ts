import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SDP } from '../support/phone.ts'
import { browserSdp, connect, newClient, tokenFor } from '../support/web-clients.ts'
import { legOf, nothingLeft, statesOf, type Town, talk, town } from '../support/web-stories.ts'

/** Carol's browser is called by Bob's phone. */
const called = async ({ house, bob, carol }: Town) => {
  const leg = await bob.call('carol')
  await house.settle()
  const { cid } = await carol.next(9002)
  carol.say(1006, { cid })
  carol.say(1004, { cid, sdp: browserSdp('page') })
  await house.settle()
  await carol.next(9004, { state: 2 })
  return { leg, cid: String(cid) }
}

describe('a browser calls', () => {
  test('an old client: acknowledgement, ringing, media, connected, and the far end hangs up', async () => {
    const all = await town()
    const { house, alice, bob } = all
    alice.say(1003, { disp: 'Alice', to: ' bob', cdata: '_cid=7', skill: 'sales', sdp: browserSdp('page') })
    const { cid, code } = await alice.next(2003)
    assert.equal(code, '0')
    await house.settle()
    const leg = legOf(all)
    const invite = bob.requests.find(({ method }) => method === 'INVITE')
    assert.equal(invite?.headers.get('X-CTI-Data'), '_cid=7')
    assert.equal(invite?.headers.get('X-Skill'), 'sales')
    assert.match(invite?.headers.get('From') ?? '', /^"Alice" <sip:alice@/)
    assert.deepEqual(house.calls.list()[0]?.record.site, { cti: '_cid=7', skill: 'sales' })
    leg.progress(180)
    await house.settle()
    await alice.next(9004, { cid, state: 1 })
    void leg.accept(SDP)
    await house.settle()
    const media = await alice.next(9003, { cid })
    assert.match(String(media.sdp), /x-through:answer-callee\r\n$/)
    const connected = await alice.next(9004, { cid, state: 2 })
    assert.equal(connected.ucid, house.calls.list()[0]?.record.id)
    leg.hangUp()
    await house.settle()
    await alice.next(9004, { cid, state: 0, cause: 200 })
    assert.deepEqual(house.media.done.filter((line) => line.startsWith('leave')).length, 1)
    await nothingLeft(house)
  })

  test('early media come once: the 200 that says the same gives no second 9003', async () => {
    const all = await town()
    const { house, alice } = all
    alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
    await house.settle()
    legOf(all).progress(183, SDP)
    await house.settle()
    void legOf(all).accept(SDP)
    await house.settle()
    await alice.next(9004, { state: 2 })
    assert.equal(alice.heard.filter(({ op }) => op === 9003).length, 1)
    assert.deepEqual(statesOf(alice), ['9004:1', '9004:2'])
  })

  test('a refusal is told with its status and in words', async () => {
    const { house, carol, bob } = await town()
    carol.say(1003, { to: 'nobody', sdp: browserSdp('page') })
    const end = await carol.next(9004, { state: 0 })
    assert.deepEqual([end.cause, end.reason], [404, 'Nobody has that number.'])
    carol.say(1003, { to: 'bob', sdp: browserSdp('page') })
    await house.settle()
    legOf({ bob }).reject({ status: 486 })
    await house.settle()
    await carol.next(9004, { state: 0, cause: 486 })
    await nothingLeft(house)
  })

  test('gives up before anybody answers', async () => {
    const all = await town()
    const { house, alice, bob } = all
    alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
    const { cid } = await alice.next(2003)
    await house.settle()
    alice.say(1010, { cid })
    await house.settle()
    await alice.next(9004, { cid, state: 0 })
    assert.deepEqual(bob.heard, ['invite', 'end by peer'])
    await nothingLeft(house)
  })

  test('with something that is no description, or to no number, or too often', async () => {
    const { alice } = await town({ web: { maxCalls: 1 } })
    alice.say(1003, { to: 'bob', sdp: 'v=1\r\n' })
    assert.equal((await alice.next(2003)).code, '-2')
    alice.say(1003, { to: '<>', sdp: browserSdp('page') })
    assert.equal((await alice.next(2003)).code, '-2')
    alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
    assert.equal((await alice.next(2003)).code, '0')
    alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
    assert.equal((await alice.next(2003)).code, '-3')
  })

  test('with pictures only as far as there is room, also those that come later', async () => {
    const all = await town({ web: { maxVideos: 0 } })
    const { alice, carol } = all
    const moving = browserSdp('moving', { video: true })
    alice.say(1003, { to: 'carol', sdp: browserSdp('old') })
    const { cid } = await alice.next(2003)
    const ring = await carol.next(9002)
    carol.say(1004, { cid: ring.cid, sdp: moving })
    assert.equal((await carol.next(2004)).code, -3)
    carol.say(1004, { cid: ring.cid, sdp: browserSdp('new') })
    assert.equal((await carol.next(2004)).code, 0)
    await alice.next(9004, { state: 2 })
    alice.say(1007, { cid, type: 4, sdp: moving })
    assert.equal((await alice.next(2007)).code, '-3')
    alice.say(1007, { cid, type: 4, sdp: browserSdp('old') })
    assert.equal((await alice.next(2007)).code, '0')
  })

  test('another browser: each has its own transport', async () => {
    const { house, alice, carol } = await town()
    alice.say(1003, { to: 'carol', disp: 'A,op=9004', sdp: browserSdp('old') })
    const ring = await carol.next(9002)
    assert.deepEqual([ring.from, ring.disp, ring.to], ['alice', 'A,op=9004', 'carol'])
    carol.say(1006, { cid: ring.cid })
    await carol.next(2006, { code: 0 })
    await carol.next(9004, { state: 1 })
    await alice.next(9004, { state: 1 })
    carol.say(1004, { cid: ring.cid, sdp: browserSdp('new') })
    await carol.next(9004, { state: 2 })
    await alice.next(9004, { state: 2 })
    const [options] = house.media.wished
    assert.equal(options?.callerWeb !== undefined && options.calleeWeb !== undefined, true)
    assert.notEqual(options?.callerWeb, options?.calleeWeb)
    carol.say(1010, { cid: ring.cid })
    await alice.next(9004, { state: 0, cause: 200 })
    await nothingLeft(house)
  })
})

describe('a browser is called', () => {
  test('as the known old client does it: 1006, then 1004 on 2006', async () => {
    const { house, alice, bob } = await town()
    const leg = await bob.call('alice')
    await house.settle()
    const ring = await alice.next(9002)
    assert.deepEqual([ring.from, ring.disp, ring.to], ['bob', 'bob', 'alice'])
    assert.match(String(ring.sdp), /x-through:offer-caller\r\n$/)
    alice.say(1006, { cid: ring.cid })
    await alice.next(2006, { code: 0 })
    await alice.next(9004, { state: 1 })
    alice.say(1004, { cid: ring.cid, sdp: browserSdp('page') })
    await alice.next(2004, { code: 0 })
    await house.settle()
    await alice.next(9004, { state: 2 })
    assert.deepEqual(bob.heard, ['180', 'answered'])
    leg.session?.bye()
    await house.settle()
    await alice.next(9004, { state: 0, cause: 200 })
    await nothingLeft(house)
  })

  test('by a call centre: its name for the call, and who serves it', async () => {
    const { house, alice, bob } = await town()
    const headers: [string, string][] = [
      ['X-ACD-Call-ID', 'acd-77'],
      ['X-ACD-Agent', '1234'],
    ]
    await bob.call('alice', { headers })
    await house.settle()
    const { cid } = await alice.next(9002)
    alice.say(1006, { cid })
    await alice.next(9004, { state: 1, aid: 'acd-77' })
    alice.say(1004, { cid, sdp: browserSdp('page') })
    await house.settle()
    await alice.next(9004, { state: 2, aid: 'acd-77' })
    await alice.next(9010, { cid, agtel: '1234' })
  })

  test('a caller who gives up: late answers are told that there is nothing', async () => {
    const { house, alice, bob } = await town()
    const leg = await bob.call('alice')
    await house.settle()
    const { cid } = await alice.next(9002)
    leg.cancel()
    await house.settle()
    await alice.next(9004, { cid, state: 0, cause: 487 })
    alice.say(1006, { cid })
    assert.equal((await alice.next(2006)).code, '-4')
    alice.say(1004, { cid, sdp: browserSdp('page') })
    assert.equal((await alice.next(2004)).code, '-4')
    await alice.next(9004, { cid, state: 0 })
    await nothingLeft(house)
  })

  test('rejects with a status, or sends the call on', async () => {
    const { house, alice, bob, carol } = await town()
    await bob.call('alice')
    await house.settle()
    alice.say(1005, { cid: (await alice.next(9002)).cid, rc: 486 })
    await alice.next(2005, { code: 0 })
    await house.settle()
    assert.equal(bob.heard.at(-1), 'refused 486')
    alice.say(1005, { cid: 'x', rc: 486 })
    await alice.next(2005, { code: -1 })
    await bob.call('alice')
    await house.settle()
    alice.say(1005, { cid: (await alice.next(9002)).cid, rc: 302, mto: 'carol' })
    await house.settle()
    assert.equal((await carol.next(9002)).from, 'bob')
  })

  test('while it talks: busy, but for a client that waits for calls', async () => {
    const all = await town()
    const { house, alice, bob } = all
    await talk(all, alice)
    await bob.call('alice')
    await house.settle()
    assert.equal(bob.heard.at(-1), 'refused 486')
    const waiting = await newClient(house, 'carol', { waiting: true })
    waiting.say(1003, { to: '600', sdp: browserSdp('page') })
    await waiting.next(9004, { state: 2 })
    alice.say(1010, { cid: alice.heard.find(({ op }) => op === 2003)?.cid })
    await alice.next(9004, { state: 0 })
    alice.say(1003, { to: 'carol', sdp: browserSdp('page') })
    await waiting.next(9002, { from: 'alice' })
  })

  test('by somebody who wants our offer: the engine makes one for the browser', async () => {
    const { house, bob, carol } = await town()
    const leg = await bob.call('carol', { lateOffer: true })
    await house.settle()
    const ring = await carol.next(9002)
    assert.match(String(ring.sdp), /x-through:ask-/)
    carol.say(1004, { cid: ring.cid, sdp: browserSdp('page') })
    await house.settle()
    assert.match(bob.answers.at(-1) ?? '', /x-through:offer-callee/)
    leg.confirm(SDP)
    await house.settle()
    await carol.next(9004, { state: 2 })
  })

  test('in the words of others only: foreign cids do nothing', async () => {
    const all = await town()
    const { house, alice, carol } = all
    const { cid } = await called(all)
    for (const [op, fields, code] of [
      [1004, { sdp: browserSdp('evil') }, -4],
      [1005, { rc: 603 }, -1],
      [1006, {}, -4],
      [1007, { type: 1 }, -4],
      [1008, { rto: 'bob' }, -4],
      [1010, {}, -4],
      [1012, { dtmf: '1' }, -4],
      [1013, { rec: 1 }, -4],
    ] as const) {
      alice.say(op, { cid, ...fields })
      await alice.next(op + 1000, { code })
    }
    assert.equal(house.calls.count, 1)
    assert.equal(
      carol.left.some(({ op }) => op === 9004),
      false,
    )
  })
})

describe('in a call', () => {
  test('hold and retrieve are made with the far end alone; what that does is told', async () => {
    const all = await town()
    const { house, alice, bob } = all
    const cid = await talk(all, alice)
    alice.say(1007, { cid, type: 1 })
    await alice.next(2007, { code: 0 })
    await house.settle()
    await alice.next(9004, { state: 3 })
    assert.match(bob.offers.at(-1) ?? '', /a=sendonly/)
    alice.say(1007, { cid, type: 0 })
    await house.settle()
    await alice.next(9004, { state: 2 })
    assert.match(bob.offers.at(-1) ?? '', /a=sendrecv/)
    void legOf(all).session.offer(`${SDP}a=sendonly\r\n`)
    await house.settle()
    await alice.next(9004, { state: 4 })
    void legOf(all).session.offer(`${SDP}a=sendrecv\r\n`)
    await house.settle()
    await alice.next(9004, { state: 2 })
    assert.equal(alice.heard.filter(({ op }) => op === 9003).length, 1)
  })

  test('digits, a picture, a recording that nobody makes', async () => {
    const all = await town()
    const { house, carol } = all
    const { cid } = await called(all)
    carol.say(1012, { cid, dtmf: '#' })
    await carol.next(2012, { code: 0 })
    carol.say(1007, { cid, type: 3 })
    await carol.next(2007, { code: 0 })
    const id = house.calls.list()[0]?.record.id
    assert.deepEqual(house.media.done.slice(-2), [`dtmf ${id} caller #`, `picture ${id} caller`])
  })

  test('a lost connection: the call goes on, and its client finds it again', async () => {
    const all = await town()
    const { house, carol } = all
    const { cid } = await called(all)
    const resume = carol.heard.find(({ op }) => op === 2001)?.resume
    carol.drop()
    await house.pass(60_000)
    const back = connect(house)
    back.say(1001, { tel: 'carol', token: tokenFor(house, 'carol'), resume })
    assert.deepEqual((await back.next(2001)).cids, [cid])
    await back.next(9008, { cid })
    back.say(1007, { cid, type: 0, sdp: browserSdp('again') })
    await back.next(2007, { code: 0 })
    assert.match(String((await back.next(9003, { cid, kind: 'answer' })).sdp), /x-through:refresh-/)
    await back.next(9004, { cid, state: 2 })
    back.drop()
    await house.pass(91_000)
    await nothingLeft(house)
  })

  test('a page that is closed says so: its call ends sooner, unless it is back at once', async () => {
    const all = await town()
    const { house, carol } = all
    const { cid } = await called(all)
    const resume = carol.heard.find(({ op }) => op === 2001)?.resume
    carol.drop(1001)
    await house.pass(10_000)
    const back = connect(house)
    back.say(1001, { tel: 'carol', token: tokenFor(house, 'carol'), resume })
    assert.deepEqual((await back.next(2001)).cids, [cid])
    await house.pass(20_000)
    assert.equal(house.calls.count, 1, 'loaded anew, it has its call')
    back.drop(1001)
    await house.pass(14_000)
    assert.equal(house.calls.count, 1)
    await house.pass(2000)
    assert.equal(house.calls.count, 0)
    await nothingLeft(house)
  })

  test('a call that rings while the connection is lost is told when it is back', async () => {
    const { house, bob, carol } = await town()
    const resume = carol.heard.find(({ op }) => op === 2001)?.resume
    carol.drop()
    await bob.call('carol')
    await house.settle()
    const back = connect(house)
    back.say(1001, { tel: 'carol', token: tokenFor(house, 'carol'), resume })
    assert.equal((await back.next(9002)).from, 'bob')
  })
})
