import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, aSubscriber } from '../support/house.ts'
import { newClient, oldClient } from '../support/web-clients.ts'

const people = ['alice', 'bob', 'carol'].map((name) => aSubscriber(name, { proof: 'none' }))

describe('texts of browsers', () => {
  test('from one to another: the page says that it has it, and the sender hears', async () => {
    const house = aHouse({ subscribers: people })
    const [alice, bob] = [await newClient(house, 'alice'), await newClient(house, 'bob')]
    alice.say(1009, { to: 'bob', mid: 'm1', msg: 'Grüße,\nop=9004' })
    await alice.next(2009, { code: 0 })
    await alice.next(9006, { mid: 'm1', state: 'accepted' })
    const text = await bob.next(9005)
    assert.deepEqual([text.msg, text.direction, text.disp], ['Grüße,\nop=9004', 'in', 'alice'])
    assert.equal(alice.left.length, 0)
    bob.say(1018, { id: text.id })
    await alice.next(9006, { mid: 'm1', state: 'delivered', code: 0 })
    await house.settle()
    const kept = await house.messages.get(String(text.id))
    assert.deepEqual(
      [kept?.origin, kept?.state, kept?.route, kept?.from],
      ['web', 'delivered', 'web phone', 'sip:alice@tandem.test'],
    )
  })

  test('to an old client: when its connection shows that it came; its line ends are no fields', async () => {
    const house = aHouse({ subscribers: people })
    const [alice, bob] = [await oldClient(house, 'alice'), await oldClient(house, 'bob')]
    alice.say(1009, {
      from: 'sip:alice@tandem.test',
      to: 'sip:bob@tandem.test',
      mid: '7',
      msg: 'hello\nthere',
    })
    await alice.next(2009, { code: 0 })
    const text = await bob.next(9005)
    assert.deepEqual([text.msg, text.from], ['hello there', 'sip:alice@tandem.test'])
    assert.equal((await alice.next(9006, { mid: 7 })).code, '0')
    assert.equal(alice.heard.filter(({ op }) => op === 9006).length, 1)
  })

  test('an old client whose connection is dead has it not: it comes with the next one, once', async () => {
    const house = aHouse({ subscribers: people })
    const [alice, bob] = [await newClient(house, 'alice'), await oldClient(house, 'bob')]
    bob.die()
    alice.say(1009, { to: 'bob', mid: 'm1', msg: 'hello' })
    await house.pass(6000)
    assert.equal(
      alice.left.some(({ state }) => state === 'delivered'),
      false,
    )
    assert.equal(bob.link.open, false)
    const again = await oldClient(house, 'bob')
    await house.pass(60_000)
    assert.equal((await again.next(9005)).msg, 'hello')
    await alice.next(9006, { state: 'delivered' })
    assert.equal(again.heard.filter(({ op }) => op === 9005).length, 1)
  })

  test('a page that says nothing has it not: it waits, and comes again', async () => {
    const house = aHouse({ subscribers: people })
    const [alice, bob] = [await newClient(house, 'alice'), await newClient(house, 'bob')]
    alice.say(1009, { to: 'bob', mid: 'm1', msg: 'hello' })
    const first = await bob.next(9005)
    await house.pass(6000)
    assert.equal(
      alice.left.some(({ state }) => state === 'delivered'),
      false,
    )
    await house.pass(60_000)
    const again = await bob.next(9005)
    assert.equal(again.id, first.id)
    bob.say(1018, { id: again.id })
    await house.pass(60_000)
    await alice.next(9006, { state: 'delivered' })
    assert.equal(bob.left.filter(({ op }) => op === 9005).length, 0)
  })

  test('to who is away waits until the browser is there; nobody else takes it', async () => {
    const house = aHouse({ subscribers: people })
    const [alice, carol] = [await newClient(house, 'alice'), await newClient(house, 'carol')]
    alice.say(1009, { to: 'bob', mid: 'm1', msg: 'hello' })
    await alice.next(9006, { state: 'accepted' })
    await house.settle()
    const bob = await newClient(house, 'bob')
    const text = await bob.next(9005)
    carol.say(1018, { id: text.id })
    await house.settle()
    assert.equal((await house.messages.get(String(text.id)))?.state, 'submitting')
  })

  test('every browser of a person sees what was written and read on the others', async () => {
    const house = aHouse({ subscribers: people })
    const [first, second] = [await newClient(house, 'alice'), await newClient(house, 'alice')]
    const bob = await newClient(house, 'bob')
    first.say(1009, { to: 'bob', mid: 'm1', msg: 'hello' })
    const seen = await second.next(9005)
    assert.deepEqual([seen.direction, seen.to, seen.msg], ['out', 'bob', 'hello'])
    assert.equal(
      first.heard.some(({ op }) => op === 9005),
      false,
    )
    assert.equal((await bob.next(9005)).id, seen.id)
  })

  test('to nobody, or of nothing', async () => {
    const alice = await newClient(aHouse({ subscribers: people }), 'alice')
    alice.say(1009, { to: 'nobody', mid: 'm1', msg: 'hello' })
    await alice.next(2009, { code: 0 })
    await alice.next(9006, { mid: 'm1', code: -404, state: 'failed' })
    alice.say(1009, { to: 'bob', mid: 'm1', msg: '' })
    await alice.next(2009, { code: -2 })
    alice.say(1009, { to: 'bob', mid: 'm1', msg: 'x'.repeat(5000) })
    await alice.next(2009, { code: -2 })
  })
})
