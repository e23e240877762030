import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFakeWorld, settle } from './fake-browser.ts'
import { createGuestCall } from './guest.ts'

test('a visitor who is put through goes on by another peer connection', async () => {
  const world = createFakeWorld()
  const call = createGuestCall({ to: '600', ticket: 't', urls: ['wss://pbx'] }, { world, onFar: () => {} })
  await settle()
  const [socket] = world.sockets
  assert.ok(socket)
  socket.open()
  await settle()
  socket.answer(1000, { nonce: 'n' })
  await settle()
  socket.answer(1011, { cid: 'c1' })
  await settle()
  socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'theirs' })
  socket.say({ op: 9004, cid: 'c1', state: 2 })
  await settle()
  socket.say({ op: 9008, cid: 'c1', anew: true })
  await settle()
  assert.deepEqual([socket.last(1007)?.cid, socket.last(1007)?.type, world.peers.length], ['c1', 0, 2])
  socket.answer(1007)
  socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'anew' })
  await world.turn(1000)
  assert.deepEqual(world.peers[1]?.remote, ['anew'])
  assert.equal(call.view.get().state, 'connected')
})
