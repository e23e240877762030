import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Call } from './call-contract.ts'
import { type FakeSocket, type FakeWorld, settle } from './fake-browser.ts'
import { aPhone, ready, register, talking } from './fake-phone.ts'

/** The same tab, loaded anew: what it remembers is all that is left of the page before. */
const reload = async (world: FakeWorld, cids: string[]) => {
  const phone = aPhone(world)
  phone.start()
  const socket = await register(world, { cids })
  const view = (cid: string) => viewsOf(phone.calls.list()).find((one) => one.cid === cid)
  return { phone, socket, view }
}
const viewsOf = (calls: readonly Call[]) => calls.map(({ view }) => view.get())
const hungUp = ({ sent }: FakeSocket) =>
  sent.filter(({ op }) => op === 1010).map(({ cid, cid2 }) => (cid2 ? `${cid} ${cid2}` : cid))

describe('a page that was loaded anew', () => {
  test('finds both of its calls again, and which of them waits', async () => {
    const { world, phone, socket } = await talking()
    socket.say({ op: 9002, cid: 'c2', from: '1002', sdp: 'their offer' })
    const knock = phone.calls.list()[1]
    const answered = knock?.answer()
    await settle()
    socket.answer(1007)
    socket.say({ op: 9004, cid: 'c1', state: 3 })
    await settle()
    socket.answer(1004)
    await answered
    const next = await reload(world, ['c1', 'c2'])
    assert.deepEqual(
      viewsOf(next.phone.calls.list()).map(({ cid, with: other, held }) => [cid, other, held]),
      [
        ['c1', '600', true],
        ['c2', '1002', false],
      ],
    )
    for (const cid of ['c1', 'c2']) next.socket.say({ op: 9008, cid })
    await settle()
    assert.deepEqual(
      next.socket.sent.filter(({ op }) => op === 1007).map(({ cid }) => cid),
      ['c1', 'c2'],
    )
    assert.deepEqual(hungUp(next.socket), [])
    const third = await reload(world, ['c1', 'c2'])
    assert.equal(third.phone.calls.list().length, 2, 'as often as it is loaded')
  })

  const calling = async () => {
    const { world, phone, socket } = await ready()
    const call = phone.calls.place('1002')
    await settle()
    socket.answer(1003, { cid: 'c1' })
    await settle()
    return { world, call, socket }
  }

  test('finds its call that still rings, and asks for media once it is answered', async () => {
    const { world, socket } = await calling()
    socket.say({ op: 9004, cid: 'c1', state: 1 })
    const next = await reload(world, ['c1'])
    next.socket.say({ op: 9008, cid: 'c1' })
    next.socket.say({ op: 9004, cid: 'c1', state: 1, early: true })
    await settle()
    const { state, early, with: other, recovering } = next.view('c1') ?? {}
    assert.deepEqual([state, early, other, recovering], ['ringing', false, '1002', false])
    assert.equal(next.socket.last(1007), undefined)
    // The answer to the offer of the page before.
    next.socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'theirs' })
    next.socket.say({ op: 9004, cid: 'c1', state: 2 })
    await settle()
    assert.equal(next.socket.last(1007)?.type, 0)
    next.socket.answer(1007)
    next.socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'theirs anew' })
    next.socket.say({ op: 9004, cid: 'c1', state: 2 })
    await settle()
    assert.deepEqual([next.view('c1')?.state, next.view('c1')?.recovering], ['connected', false])
    assert.equal(next.socket.sent.filter(({ op }) => op === 1007).length, 1)
    assert.deepEqual(hungUp(next.socket), [])
    void next.phone.calls.list()[0]?.hangUp()
    assert.deepEqual(hungUp(next.socket), ['c1'])
  })

  test('finds its call that was answered meanwhile', async () => {
    const { world } = await calling()
    const next = await reload(world, ['c1'])
    assert.equal(next.view('c1')?.state, 'calling')
    next.socket.say({ op: 9008, cid: 'c1' })
    next.socket.say({ op: 9004, cid: 'c1', state: 2 })
    await settle()
    assert.equal(next.view('c1')?.state, 'connected')
    assert.equal(next.socket.sent.filter(({ op }) => op === 1007).length, 1)
  })

  for (const [state, who, held] of [
    [3, 'here', { held: true, heldThere: false }],
    [4, 'there', { held: false, heldThere: true }],
  ] as const)
    test(`finds its call that was answered meanwhile, and held ${who}`, async () => {
      const { world } = await calling()
      const next = await reload(world, ['c1'])
      next.socket.say({ op: 9008, cid: 'c1' })
      next.socket.say({ op: 9004, cid: 'c1', state })
      await settle()
      const view = next.view('c1')
      assert.deepEqual([view?.state, view?.held, view?.heldThere], ['connected', held.held, held.heldThere])
      assert.equal(next.socket.last(1007)?.type, 0)
    })

  test('hangs up what it had not even a name of yet: nobody would hear it', async () => {
    const { world, phone } = await ready()
    phone.calls.place('1002')
    await settle()
    const next = await reload(world, ['c1'])
    assert.equal(next.phone.calls.list().length, 0)
    next.socket.say({ op: 9008, cid: 'c1' })
    next.socket.say({ op: 9004, cid: 'c1', state: 2 })
    await settle()
    assert.deepEqual(hungUp(next.socket), ['c1'], 'once')
  })

  test('shows who is left when the one that it began with has gone meanwhile', async () => {
    const { world, call, socket } = await talking()
    const consult = call.consult('1003')
    await settle()
    socket.answer(1008, { cid2: 'c9' })
    await consult
    for (const [state, shown] of [
      [2, 'connected'],
      [1, 'ringing'],
    ] as const) {
      const next = await reload(world, ['c1'])
      next.socket.say({ op: 9008, cid: 'c1' })
      next.socket.say({ op: 9004, cid: 'c1', state, with: '1003' })
      await settle()
      const { with: other, second, state: now } = next.view('c1') ?? {}
      assert.deepEqual([other, second, now], ['1003', undefined, shown])
    }
  })

  test('is not in the way of a call that rings here', async () => {
    const { world, socket } = await ready()
    socket.say({ op: 9002, cid: 'c1', from: '1002', sdp: 'their offer' })
    await settle()
    const next = await reload(world, ['c1'])
    next.socket.say({ op: 9002, cid: 'c1', from: '1002', sdp: 'their offer' })
    next.socket.say({ op: 9004, cid: 'c1', state: 1 })
    await settle()
    assert.equal(next.view('c1')?.state, 'incoming')
    assert.deepEqual(hungUp(next.socket), [])
  })

  test('knows whom it was asking first', async () => {
    const { world, call, socket } = await talking()
    const consult = call.consult('1003')
    await settle()
    socket.answer(1008, { cid2: 'c9' })
    await consult
    socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 2 })
    const next = await reload(world, ['c1', 'c9'])
    next.socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 2, with: '1003' })
    next.socket.say({ op: 9008, cid: 'c1' })
    await settle()
    assert.deepEqual(next.view('c1')?.second, { cid: 'c9', with: '1003', state: 'connected' })
    assert.deepEqual(hungUp(next.socket), [])
    const [found] = next.phone.calls.list()
    const joined = found?.join()
    await settle()
    assert.equal(next.socket.last(1015)?.cid2, 'c9')
    next.socket.answer(1015)
    await joined
  })

  test('that knows neither of two parties drops them one by one: hung up at once they would be put through', async () => {
    const { world } = await ready()
    const { socket } = await reload(world, ['c1', 'c9'])
    socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 2, with: '1003' })
    socket.say({ op: 9008, cid: 'c1' })
    await settle()
    assert.deepEqual(hungUp(socket), ['c1 c9', 'c1'])
  })

  test('stays muted, and says that it is recorded', async () => {
    const { world, call, socket } = await talking()
    call.mute(true)
    socket.say({ op: 9014, cid: 'c1', rec: 1 })
    const next = await reload(world, ['c1'])
    next.socket.say({ op: 9008, cid: 'c1' })
    next.socket.say({ op: 9014, cid: 'c1', rec: 1 })
    await settle()
    assert.deepEqual([next.view('c1')?.muted, next.view('c1')?.recording], [true, true])
    assert.equal(world.tracks.at(-1)?.enabled, false)
    next.phone.calls.list()[0]?.mute(false)
    assert.equal(world.tracks.at(-1)?.enabled, true)
  })
})

describe('a call that this page has left', () => {
  test('is hung up once more where its transfer was refused', async () => {
    const { call, socket, phone } = await talking()
    const consult = call.consult('1003')
    await settle()
    socket.answer(1008, { cid2: 'c9' })
    await consult
    socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 2 })
    void call.hangUp()
    await settle()
    // Told before the server has heard it: that would end the transfer.
    socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 4 })
    assert.deepEqual(hungUp(socket), ['c1'])
    socket.answer(1010)
    socket.say({ op: 9004, cid: 'c1', state: 2, cause: 403, reason: 'That is not allowed.' })
    assert.deepEqual(hungUp(socket), ['c1', 'c1'])
    socket.say({ op: 9004, cid: 'c1', state: 0, cause: 200 })
    assert.equal(phone.calls.list().length, 0)
  })

  test('is hung up again where the connection was lost with the word of it', async () => {
    const { call, socket, world } = await talking()
    await world.turn(6000)
    void call.hangUp()
    await settle()
    socket.drop()
    const again = await register(world, { cids: ['c1'] })
    again.say({ op: 9008, cid: 'c1' })
    await settle()
    assert.deepEqual(hungUp(again), ['c1'])
  })

  test('whose second party left meanwhile talks to the first one alone', async () => {
    const { call, socket, world } = await talking()
    const consult = call.consult('1003')
    await settle()
    socket.answer(1008, { cid2: 'c9' })
    await consult
    await world.turn(6000)
    socket.drop()
    await register(world, { cids: ['c1'] })
    assert.deepEqual([call.view.get().state, call.view.get().second], ['connected', undefined])
  })
})

describe('whoever is asked first', () => {
  test('may be a mailbox, and may hold us', async () => {
    const { call, socket } = await talking()
    const consult = call.consult('1003')
    await settle()
    socket.answer(1008, { cid2: 'c9' })
    await consult
    socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 1 })
    assert.equal(call.view.get().second?.state, 'ringing')
    socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 2, voiceMail: true })
    assert.deepEqual(call.view.get().second, {
      ...{ cid: 'c9', with: '1003', state: 'connected', voiceMail: true },
    })
    socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 4 })
    assert.deepEqual(call.view.get().second, { cid: 'c9', with: '1003', state: 'connected' })
  })
})
