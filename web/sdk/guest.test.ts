import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFakeWorld, settle } from './fake-browser.ts'
import { createGuestCall } from './guest.ts'

/** The next try comes in that time. */
const AGAIN_MS = 8000

const aVisit = async () => {
  const world = createFakeWorld()
  const call = createGuestCall({ to: '600', ticket: 't', urls: ['wss://pbx'] }, { world, onFar: () => {} })
  await settle()
  const [socket] = world.sockets
  const [peer] = world.peers
  assert.ok(socket && peer)
  socket.open()
  await settle()
  socket.answer(1000, { nonce: 'n' })
  await settle()
  socket.answer(1011, { cid: 'c1' })
  await settle()
  socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'theirs' })
  socket.say({ op: 9004, cid: 'c1', state: 2 })
  await settle()
  const offers = () => socket.sent.filter(({ op, type }) => op === 1007 && type === 0).length
  const agree = async () => {
    socket.answer(1007)
    socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'again' })
    await settle()
  }
  return { world, call, socket, peer, offers, agree }
}

describe('a visitor', () => {
  test('who is put through goes on by another peer connection', async () => {
    const { world, call, socket, agree } = await aVisit()
    socket.say({ op: 9008, cid: 'c1', anew: true })
    await settle()
    assert.deepEqual([socket.last(1007)?.cid, socket.last(1007)?.type, world.peers.length], ['c1', 0, 2])
    await agree()
    await world.turn(1000)
    assert.deepEqual(world.peers[1]?.remote, ['again'])
    assert.equal(call.view.get().state, 'connected')
  })

  test('whose way is lost goes on, also where the first tries come to nothing', async () => {
    const { world, call, socket, peer, offers, agree } = await aVisit()
    peer.become('connected')
    peer.become('failed')
    await settle()
    assert.equal(offers(), 1)
    socket.answer(1007, { code: -2, reason: 'not now' })
    socket.say({ op: 9008, cid: 'c1' })
    await settle()
    assert.deepEqual([offers(), call.view.get().state], [2, 'connected'], 'the server asks again')
    socket.answer(1007)
    socket.say({ op: 9003, cid: 'c1', kind: 'offer', sdp: 'theirs first' })
    await world.turn(AGAIN_MS)
    assert.deepEqual([offers(), call.view.get().state], [3, 'connected'], 'the other side was first')
    socket.answer(1007)
    await world.turn(15_000)
    await world.turn(AGAIN_MS)
    assert.deepEqual([offers(), call.view.get().state], [4, 'connected'], 'nobody answered')
    await agree()
    peer.become('connected')
    await world.turn(30_000)
    assert.deepEqual([offers(), call.view.get().state], [4, 'connected'])
  })

  test('who cannot be helped is told so after ten tries', async () => {
    const { world, call, socket, peer, offers } = await aVisit()
    peer.become('connected')
    peer.become('failed')
    for (let tries = 1; tries <= 10; tries++) {
      await settle()
      assert.deepEqual([offers(), call.view.get().state], [tries, 'connected'])
      socket.answer(1007, { code: -2, reason: 'no' })
      await world.turn(AGAIN_MS)
    }
    assert.deepEqual([call.view.get().state, call.view.get().trouble?.name], ['ended', 'media-failed'])
    assert.equal(peer.closed, true)
  })

  test('whose media never come through is told so after one more try', async () => {
    const { world, call, peer, offers, agree } = await aVisit()
    peer.become('failed')
    await settle()
    await agree()
    assert.deepEqual([offers(), call.view.get().state], [1, 'connected'])
    peer.become('connecting')
    await world.turn(5000)
    peer.become('failed')
    assert.deepEqual([call.view.get().state, call.view.get().trouble?.name], ['ended', 'media-failed'])
  })

  test('whose connection to the server is lost is told so: there is nothing to come back to', async () => {
    const { call, socket, world } = await aVisit()
    socket.drop()
    assert.deepEqual([call.view.get().state, call.view.get().trouble?.name], ['ended', 'channel-closed'])
    await world.turn(60_000)
    assert.equal(world.sockets.length, 1)
  })
})
