import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type FakeSocket, settle } from './fake-browser.ts'
import { aPhone, ready, register, talking } from './fake-phone.ts'

describe('a call whose way is lost', () => {
  const restarts = (socket: FakeSocket) =>
    socket.sent.filter(({ op, type }) => op === 1007 && type === 0).length

  test('is repaired once, whichever sign comes first', async () => {
    const { socket, world, peer, call } = await talking()
    peer.become('disconnected')
    world.comeOnline()
    peer.become('failed')
    await world.turn(500)
    assert.equal(restarts(socket), 1)
    assert.equal(call.view.get().recovering, true)
    socket.answer(1007)
    socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'again' })
    peer.become('connected')
    await settle()
    assert.equal(call.view.get().recovering, false)
    assert.equal(peer.restarts, 1)
  })

  test('heals by itself within two seconds without an offer', async () => {
    const { socket, world, peer } = await talking()
    peer.become('disconnected')
    await world.turn(1500)
    peer.become('connected')
    await world.turn(1500)
    assert.equal(restarts(socket), 0)
  })

  test('resumes with a fresh offer when the server lost the media (9008)', async () => {
    const { socket, world, call } = await talking()
    await world.turn(6000)
    socket.drop()
    const again = await register(world, { cids: ['c1'] })
    again.say({ op: 9008, cid: 'c1' })
    await settle()
    assert.equal(again.last(1007)?.type, 0)
    again.answer(1007)
    again.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'again' })
    await settle()
    assert.equal(call.view.get().state, 'connected')
    assert.equal(call.view.get().recovering, false)
  })

  test('goes on by another peer connection where only that serves (9008 anew)', async () => {
    const { socket, world, call, peer } = await talking()
    const turned = call.video(true)
    await settle()
    socket.answer(1007)
    socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'with a picture' })
    await turned
    socket.say({ op: 9008, cid: 'c1', anew: true })
    await settle()
    const [, next] = world.peers
    assert.match(String(socket.last(1007)?.sdp), /^offer 1\nm=audio 9\nm=video 9$/)
    assert.deepEqual(
      next?.transceivers.map(({ sender }) => sender.track),
      world.tracks,
      'the same microphone and camera',
    )
    socket.answer(1007)
    socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'anew' })
    await world.turn(1000)
    assert.deepEqual([peer.closed, next?.closed, next?.remote], [true, false, ['anew']])
    assert.equal(call.view.get().recovering, false)
    next?.become('failed')
    await world.turn(10_000)
    assert.ok((next?.restarts ?? 0) > 1, 'and is the one that is looked after')
  })

  test('is over when the server does not know it any more', async () => {
    const { socket, world, call } = await talking()
    await world.turn(6000)
    socket.drop()
    await register(world)
    assert.equal(call.view.get().state, 'ended')
  })

  test('is found again by a page that was reloaded', async () => {
    const { world } = await talking()
    const phone = aPhone(world)
    phone.start()
    const socket = await register(world, { cids: ['c1'] })
    const [call] = phone.calls.list()
    assert.equal(call?.view.get().with, '600')
    socket.say({ op: 9008, cid: 'c1' })
    await settle()
    assert.match(String(socket.last(1007)?.sdp), /m=audio/)
  })

  test('that was hung up meanwhile is hung up at the server as soon as it hears', async () => {
    const { world, socket, call } = await talking()
    await world.turn(6000)
    socket.drop()
    await call.hangUp()
    const again = await register(world, { cids: ['c1'] })
    assert.equal(again.last(1010)?.cid, 'c1')
  })

  test('that is answered while the connection is lost asks for an answer of its own', async () => {
    const { phone, socket, world } = await ready()
    const call = phone.calls.place('1002')
    await settle()
    socket.answer(1003, { cid: 'c1' })
    await world.turn(6000)
    socket.drop()
    const again = await register(world, { cids: ['c1'] })
    again.say({ op: 9008, cid: 'c1' })
    again.say({ op: 9004, cid: 'c1', state: 2 })
    await settle()
    assert.equal(call.view.get().state, 'connected')
    assert.equal(again.last(1007)?.type, 0)
  })
})
