import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, aSubscriber } from '../support/house.ts'
import { aPhone, SDP } from '../support/phone.ts'
import { browserSdp, type MemoryClient, newClient, oldClient } from '../support/web-clients.ts'

const names = ['alice', 'bob', 'carol', 'dave'] as const
const people = names.map((name) => aSubscriber(name, { proof: 'none' }))

/** Alice has an old client and talks to Bob's SIP phone; Carol has a new client, Dave a SIP phone. */
const town = async () => {
  const house = aHouse({ subscribers: people })
  const bob = aPhone(house, 'bob', '192.0.2.11')
  const dave = aPhone(house, 'dave', '192.0.2.12')
  for (const phone of [bob, dave]) assert.equal((await phone.register()).status, 200)
  const alice = await oldClient(house, 'alice')
  const carol = await newClient(house, 'carol')
  return { house, alice, bob, carol, dave }
}

const talk = async ({ house, bob }: Awaited<ReturnType<typeof town>>, client: MemoryClient) => {
  client.say(1003, { to: 'bob', sdp: browserSdp('page') })
  const { cid } = await client.next(2003)
  await house.settle()
  void bob.incoming.at(-1)?.accept(SDP)
  await house.settle()
  await client.next(9004, { state: 2 })
  return String(cid)
}

const others = async (house: ReturnType<typeof aHouse>) => {
  await house.pass(1000)
  return house.calls
    .list()
    .map(({ record }) => [record.callerImpi, record.calleeImpi].map((impi) => impi?.split('@')[0]))
}

describe('a browser transfers', () => {
  test('attended, by hanging up with a second call: both others talk', async () => {
    const all = await town()
    const { house, alice, carol } = all
    const cid = await talk(all, alice)
    alice.say(1008, { cid, rto: 'carol' })
    await house.settle()
    const ring = await carol.next(9002)
    carol.say(1004, { cid: ring.cid, sdp: browserSdp('carol') })
    await house.settle()
    await alice.next(9007, { state: 2 })
    await carol.next(9004, { state: 2 })
    alice.say(1010, { cid })
    await alice.next(2010, { code: 0 })
    await house.pass(1000)
    await alice.next(9004, { cid, state: 0, cause: 200 })
    assert.equal(house.calls.count, 1)
    const met = await carol.next(9004, { state: 2 })
    assert.equal(met.with, 'bob')
    carol.say(1010, { cid: ring.cid })
    await house.settle()
    assert.equal(all.bob.heard.at(-1), 'end by peer')
    assert.equal(house.calls.count, 0)
  })

  test('blind, by hanging up while the second call rings', async () => {
    const all = await town()
    const { house, alice, dave } = all
    const cid = await talk(all, alice)
    alice.say(1008, { cid, rto: 'dave' })
    await house.settle()
    dave.incoming.at(-1)?.progress(180)
    await house.settle()
    await alice.next(9007, { state: 1 })
    alice.say(1010, { cid })
    await house.pass(500)
    void dave.incoming.at(-1)?.accept(SDP)
    await house.pass(1000)
    await alice.next(9004, { cid, state: 0, cause: 200 })
    assert.deepEqual(await others(house), [['bob', 'dave']])
  })

  test('blind, by 1015; a refusal brings the call back with its reason', async () => {
    const all = await town()
    const { house, carol, dave } = all
    const cid = await talk(all, carol)
    carol.say(1015, { cid, to: 'dave' })
    await carol.next(2015, { code: 0 })
    await house.settle()
    dave.incoming.at(-1)?.reject({ status: 486 })
    await house.pass(1000)
    const back = await carol.next(9004, { cid, state: 2 })
    assert.equal(back.cause, 486)
    assert.equal(house.calls.count, 1)
    carol.say(1015, { cid, to: 'dave' })
    await house.settle()
    void dave.incoming.at(-1)?.accept(SDP)
    await house.pass(1000)
    await carol.next(9004, { cid, state: 0, cause: 200 })
    assert.deepEqual(await others(house), [['bob', 'dave']])
  })

  test('two calls of a new client are joined by 1015 with cid2', async () => {
    const all = await town()
    const { house, bob, dave } = all
    const carol = await newClient(house, 'carol', { waiting: true })
    const cid = await talk(all, carol)
    await dave.call('carol')
    await house.settle()
    const ring = await carol.next(9002, { from: 'dave' })
    carol.say(1007, { cid, type: 1 })
    await house.settle()
    carol.say(1004, { cid: ring.cid, sdp: browserSdp('again') })
    await house.settle()
    await carol.next(9004, { cid: ring.cid, state: 2 })
    carol.say(1015, { cid, cid2: ring.cid })
    await house.pass(3000)
    assert.equal(carol.heard.filter(({ op, state }) => op === 9004 && state === 0).length, 2)
    assert.equal(house.calls.count, 1)
    assert.deepEqual([bob.heard.at(-1), dave.heard.at(-1)].includes('end by peer'), false)
  })

  test('who is put through to a mailbox is told that it is one', async () => {
    const house = aHouse({ subscribers: people, mailbox: {} })
    const bob = aPhone(house, 'bob', '192.0.2.11')
    assert.equal((await bob.register()).status, 200)
    const carol = await newClient(house, 'carol')
    const cid = await talk({ house, bob } as Awaited<ReturnType<typeof town>>, carol)
    const id = house.calls.list()[0]?.record.id ?? ''
    const moved = house.calls.transfer(id, 'callee', { user: 'dave', text: 'sip:dave@tandem.test' })
    await house.settle()
    assert.equal((await moved).ok, true)
    const told = await carol.next(9004, { cid, state: 2, with: 'dave' })
    assert.equal(told.voiceMail, true)
    assert.ok(house.media.spoken.some(({ script }) => script?.record))
    assert.equal(
      carol.heard.some(({ op, voiceMail, with: other }) => op === 9004 && voiceMail && other !== 'dave'),
      false,
      'bob is no machine',
    )
  })

  test('who is put through has its recording go on, or hears that it does not', async () => {
    for (const allowed of [true, false]) {
      const house = aHouse({ subscribers: people, mailbox: {} })
      const bob = aPhone(house, 'bob', '192.0.2.11')
      const dave = aPhone(house, 'dave', '192.0.2.12')
      for (const phone of [bob, dave]) assert.equal((await phone.register()).status, 200)
      const carol = await newClient(house, 'carol')
      const cid = await talk({ house, bob } as Awaited<ReturnType<typeof town>>, carol)
      carol.say(1013, { cid, rec: 1 })
      await carol.next(9014, { cid, rec: 1 })
      if (!allowed) house.sounds.forbid()
      const id = house.calls.list()[0]?.record.id ?? ''
      const moved = house.calls.transfer(id, 'callee', { user: 'dave', text: 'sip:dave@tandem.test' })
      await house.settle()
      void dave.incoming.at(-1)?.accept(SDP)
      assert.equal((await moved).ok, true)
      await house.settle()
      assert.equal(house.media.kept.length, allowed ? 2 : 1)
      assert.equal(
        carol.heard.some(({ op, rec }) => op === 9014 && rec === 0),
        !allowed,
      )
    }
  })
})
