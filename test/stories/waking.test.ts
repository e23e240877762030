import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, aSubscriber, DOMAIN } from '../support/house.ts'
import { aPhone, SDP } from '../support/phone.ts'
import { browserSdp, newClient } from '../support/web-clients.ts'

const setUp = async (registered = false) => {
  const woken: string[] = []
  const bobs = `bob@${DOMAIN}`
  const house = aHouse({
    subscribers: [aSubscriber('alice', { proof: 'none' }), aSubscriber('bob', { proof: 'none' })],
    waking: { wakes: [bobs], woken: (impi) => void woken.push(impi) },
  })
  const alice = aPhone(house, 'alice', '192.0.2.10')
  const bob = aPhone(house, 'bob', '192.0.2.11')
  await alice.register()
  if (registered) await bob.register()
  return { house, alice, bob, woken, bobs }
}

describe('somebody without a phone who comes when called', () => {
  test('is told, is heard ringing, and is rung when there', async () => {
    const { house, alice, bob, woken, bobs } = await setUp()
    const call = await alice.call('bob')
    await house.settle()
    assert.deepEqual([woken, alice.heard], [[bobs], ['180']])
    await house.pass(5000)
    await bob.register()
    await house.settle()
    const leg = bob.incoming.at(-1)
    assert.ok(leg, 'bob does not ring')
    void leg.accept(SDP)
    await house.settle()
    assert.equal(alice.heard.at(-1), 'answered')
    call.session?.bye()
    await house.settle()
    assert.deepEqual(bob.heard, ['invite', 'end by peer'])
  })
  test('who never comes has missed a call, and who comes later hears nothing of it', async () => {
    const { house, alice, bob } = await setUp()
    await alice.call('bob')
    await house.pass(125_000)
    assert.match(`${alice.heard.at(-1)}`, /^refused (408|480)$/)
    const [record] = [...house.store.calls.values()]
    assert.equal(record?.cause, 'no-answer')
    await bob.register()
    await house.settle()
    assert.deepEqual([bob.heard, house.calls.count], [[], 0])
  })
  test('is waited for no longer than the caller waits', async () => {
    const { house, alice, bob } = await setUp()
    const call = await alice.call('bob')
    await house.settle()
    call.cancel()
    await house.settle()
    await bob.register()
    await house.settle()
    assert.deepEqual([bob.heard, house.calls.count], [[], 0])
  })
  test('is woken by its own other telephone as well, where no mailbox opens instead', async () => {
    const { house, bob, woken, bobs } = await setUp(true)
    await bob.call('bob')
    assert.deepEqual([woken, bob.heard], [[bobs], ['180']])
    const page = await newClient(house, 'bob')
    await house.settle()
    const { cid } = await page.next(9002)
    page.say(1004, { cid, sdp: browserSdp('page') })
    await house.settle()
    assert.equal(bob.heard.at(-1), 'answered')
  })
  test('may take the call in a page that opens while a telephone rings', async () => {
    const { house, alice, bob, woken, bobs } = await setUp(true)
    const call = await alice.call('bob')
    assert.deepEqual([woken, bob.heard], [[bobs], ['invite']])
    const page = await newClient(house, 'bob')
    await house.settle()
    const { cid } = await page.next(9002)
    page.say(1004, { cid, sdp: browserSdp('page') })
    await house.settle()
    assert.equal(alice.heard.at(-1), 'answered')
    assert.deepEqual(bob.heard, ['invite', 'end by peer'])
    const late = await newClient(house, 'bob')
    await house.settle()
    assert.equal(
      late.heard.some(({ op }) => op === 9002),
      false,
    )
    call.session?.bye()
    await house.settle()
    assert.equal(house.calls.count, 0)
  })
})
