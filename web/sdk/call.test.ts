import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { settle } from './fake-browser.ts'
import { ready, talking } from './fake-phone.ts'

describe('a call', () => {
  test('goes out without waiting for candidates, and talks', async () => {
    const { world, phone, socket } = await ready()
    const call = phone.calls.place('600', { name: 'Echo' })
    assert.equal(call.view.get().state, 'starting')
    await settle()
    assert.match(String(socket.last(1003)?.sdp), /^offer 1\nm=audio/)
    socket.answer(1003, { cid: 'c1' })
    await settle()
    assert.equal(call.view.get().state, 'calling')
    socket.say({ op: 9004, cid: 'c1', state: 1 })
    assert.equal(call.view.get().state, 'ringing')
    socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'theirs' })
    socket.say({ op: 9004, cid: 'c1', state: 2 })
    await settle()
    assert.deepEqual(world.peers[0]?.remote, ['theirs'])
    assert.equal(call.view.get().state, 'connected')
    await Promise.all([call.hangUp(), settle().then(() => socket.answer(1010))])
    assert.equal(call.view.get().state, 'ended')
    await world.turn(1000)
    assert.equal(world.peers[0]?.closed, true)
    assert.equal(world.tracks[0]?.stopped, true, 'the microphone is let go')
    assert.equal(phone.calls.list().length, 0)
  })

  test('that is refused says why in the words of the server', async () => {
    const { phone, socket } = await ready()
    const call = phone.calls.place('999')
    await settle()
    socket.answer(1003, { code: -3, cause: 404, reason: 'Nobody has this number.' })
    await settle()
    const { state, cause, trouble } = call.view.get()
    assert.deepEqual([state, cause, trouble?.words], ['ended', 404, 'Nobody has this number.'])
  })

  test('comes in, rings, and is answered with our description', async () => {
    const { phone, socket, world } = await ready()
    const heard: string[] = []
    phone.calls.incoming.on((call) => heard.push(call.view.get().with))
    socket.say({ op: 9002, cid: 'c2', from: '1002', disp: 'Bob', sdp: 'their offer' })
    socket.say({ op: 9004, cid: 'c2', state: 1 })
    assert.deepEqual(heard, ['1002'])
    assert.equal(socket.last(1006)?.cid, 'c2')
    const [call] = phone.calls.list()
    assert.equal(call?.view.get().state, 'incoming')
    const answered = call?.answer()
    await settle()
    assert.match(String(socket.last(1004)?.sdp), /^answer/)
    assert.deepEqual(world.peers[0]?.remote, ['their offer'])
    socket.answer(1004)
    await answered
    assert.equal(call?.view.get().state, 'connected')
  })

  test('keeps ringing when the microphone is blocked, and says so', async () => {
    const { phone, socket, world } = await ready()
    socket.say({ op: 9002, cid: 'c2', from: '1002', sdp: 'their offer' })
    world.refuse('NotAllowedError')
    const [call] = phone.calls.list()
    await call?.answer()
    assert.equal(call?.view.get().state, 'incoming')
    assert.equal(call?.view.get().trouble?.name, 'microphone-blocked')
  })

  test('shows hold only when the server confirmed it', async () => {
    const { call, socket } = await talking()
    const asked = call.hold(true)
    await settle()
    assert.equal(socket.last(1007)?.type, 1)
    socket.answer(1007)
    await asked
    assert.equal(call.view.get().held, false)
    socket.say({ op: 9004, cid: 'c1', state: 3 })
    assert.equal(call.view.get().held, true)
    socket.say({ op: 9004, cid: 'c1', state: 2 })
    assert.equal(call.view.get().held, false)
  })

  test('asks a second party over the same connection and joins both', async () => {
    const { call, socket, world } = await talking()
    const consult = call.consult('1003')
    await settle()
    assert.equal(socket.last(1008)?.rto, '1003')
    socket.answer(1008, { cid2: 'c9' })
    await consult
    socket.say({ op: 9007, cid: 'c1', cid2: 'c9', state: 2 })
    assert.deepEqual(call.view.get().second, { cid: 'c9', with: '1003', state: 'connected' })
    assert.equal(world.peers.length, 1)
    const join = call.join()
    await settle()
    assert.equal(socket.last(1015)?.cid2, 'c9')
    socket.answer(1015)
    await join
    socket.say({ op: 9004, cid: 'c1', state: 0, cause: 200 })
    assert.equal(call.view.get().state, 'ended')
  })

  test('turns the picture on by an offer of type 4, and takes it back when refused', async () => {
    const { call, socket, peer } = await talking()
    const on = call.video(true)
    await settle()
    assert.equal(socket.last(1007)?.type, 4)
    assert.match(String(socket.last(1007)?.sdp), /m=video/)
    socket.answer(1007)
    socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'with video' })
    await on
    assert.equal(call.view.get().video, true)
    const off = call.video(false)
    await settle()
    socket.answer(1007, { code: -4, reason: 'Not now.' })
    await off
    assert.equal(call.view.get().trouble?.words, 'Not now.')
    assert.equal(peer.signalingState, 'stable', 'rolled back')
  })

  test('sends typed keys one after the other', async () => {
    const { call, socket, world } = await talking()
    const keys = call.dtmf('1 2-#')
    const sent: unknown[] = []
    for (let turn = 0; turn < 3; turn++) {
      await settle()
      sent.push(socket.last(1012)?.dtmf)
      socket.answer(1012)
      await world.turn(200)
    }
    await keys
    assert.deepEqual(sent, ['1', '2', '#'])
  })
})
