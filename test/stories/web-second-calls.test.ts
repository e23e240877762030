import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { browserSdp } from '../support/web-clients.ts'
import { legOf, nothingLeft, talk, town } from '../support/web-stories.ts'

describe('a second call of an old client', () => {
  const second = async () => {
    const all = await town()
    const { house, alice, carol } = all
    const cid = await talk(all, alice)
    alice.say(1008, { cid, rto: 'carol' })
    const { cid2, code } = await alice.next(2008)
    assert.equal(code, '0')
    await house.settle()
    const ring = await carol.next(9002)
    carol.say(1006, { cid: ring.cid })
    await alice.next(9007, { cid, state: 1 })
    const answer = async () => {
      carol.say(1004, { cid: ring.cid, sdp: browserSdp('carol') })
      await house.settle()
      await alice.next(9007, { cid, cid2, state: 2 })
    }
    return { ...all, cid, cid2: String(cid2), ring, answer }
  }

  test('holds the first one, speaks by the same transport, and comes back by type 2', async () => {
    const { house, alice, bob, carol, cid, answer } = await second()
    assert.match(bob.offers.at(-1) ?? '', /a=sendonly/)
    await answer()
    const [first, other] = house.calls.list()
    assert.equal(first?.offer.web, other?.offer.web)
    alice.say(1007, { cid, type: 2 })
    await house.settle()
    await alice.next(9007, { cid, state: 0 })
    await carol.next(9004, { state: 0 })
    await alice.next(9004, { cid, state: 2 })
    assert.ok(house.media.done.includes(`attach ${first?.record.id} caller`))
    assert.match(bob.offers.at(-1) ?? '', /a=sendrecv/)
    assert.equal(house.calls.count, 1)
    assert.equal(house.media.done.includes(`leave ${first?.offer.web}`), false)
  })

  test('that nobody takes leaves the first one on hold', async () => {
    const { house, alice, carol, cid, ring } = await second()
    carol.say(1005, { cid: ring.cid, rc: 486 })
    await house.settle()
    await alice.next(9007, { cid, state: 0, cause: 486 })
    assert.equal(house.calls.count, 1)
    alice.say(1007, { cid, type: 2 })
    await house.settle()
    await alice.next(9004, { cid, state: 2 })
  })

  test('that is over already takes nothing with it when it is hung up', async () => {
    const { house, alice, carol, cid, cid2, ring } = await second()
    carol.say(1005, { cid: ring.cid, rc: 486 })
    await alice.next(9007, { cid, state: 0 })
    alice.say(1010, { cid, cid2 })
    await alice.next(2010, { code: -4 })
    await house.settle()
    assert.equal(house.calls.count, 1)
  })

  test('goes on under the name of the first one when that ends alone', async () => {
    const all = await second()
    const { house, alice, carol, cid, answer } = all
    await answer()
    legOf(all).hangUp()
    await house.settle()
    await alice.next(9007, { cid, state: 0 })
    await alice.next(9004, { cid, state: 2 })
    alice.say(1010, { cid })
    await house.settle()
    await carol.next(9004, { state: 0 })
    await nothingLeft(house)
  })
})
