import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFakeWorld, settle } from './fake-browser.ts'
import { aPhone, ready, register, socketOf } from './fake-phone.ts'

describe('the line', () => {
  test('registers with a token and remembers how to resume', async () => {
    const { world, phone, socket } = await ready()
    assert.deepEqual(
      { ...socket.last(1001), seq: 0 },
      { op: 1001, seq: 0, tel: '1001', token: 'a-token', mwi: 1, waiting: true, client: 'tandem-sdk' },
    )
    assert.equal(phone.line.get().kind, 'ready')
    socket.drop()
    await settle()
    await world.turn(0)
    await world.turn(1000)
    const again = await register(world)
    assert.equal(again.last(1001)?.resume, 'r1')
  })

  test('tries at once, then after 1, 2, 4 seconds and never more than 30', async () => {
    const { world, socket } = await ready()
    await world.turn(6000)
    socket.drop()
    assert.equal(world.sockets.length, 2, 'at once')
    const waits = []
    for (let round = 0; round < 7; round++) {
      const opened: number = world.sockets.length
      const from = world.nowMs()
      socketOf(world).drop()
      while (world.sockets.length === opened) await world.turn(500)
      waits.push((world.nowMs() - from) / 1000)
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30])
  })

  test('hurries when the network comes back', async () => {
    const { world, phone, socket } = await ready()
    await world.turn(6000)
    socket.drop()
    socketOf(world).drop()
    socketOf(world).drop()
    assert.equal(phone.line.get().kind, 'waiting')
    const before = world.sockets.length
    world.comeOnline()
    assert.equal(world.sockets.length, before + 1)
  })

  test('replaces a channel that is silent', async () => {
    const { world } = await ready()
    await world.turn(6000)
    world.comeOnline()
    await world.turn(4100)
    assert.equal(world.sockets.length, 2)
  })

  test('says what is wrong when the channel never opens', async () => {
    const world = createFakeWorld()
    const phone = aPhone(world)
    phone.start()
    socketOf(world).drop()
    const state = phone.line.get()
    assert.ok(state.kind === 'waiting')
    assert.equal(state.trouble.name, 'certificate')
    assert.equal(state.trouble.address, 'https://pbx:2081')
    await world.turn(1000)
    assert.equal(socketOf(world).url, 'ws://pbx:2082', 'the other address comes next')
  })

  test('stays, and says so, while an exchange elsewhere is away', async () => {
    const { world, phone, socket } = await ready()
    socket.say({ op: 9001, state: -503, reason: 'Service Unavailable' })
    const away = phone.line.get()
    assert.ok(away.kind === 'ready')
    assert.equal(away.trouble?.words, 'Service Unavailable')
    socket.say({ op: 9001, state: 0 })
    assert.deepEqual(phone.line.get(), { kind: 'ready' })
    assert.equal(world.sockets.length, 1)
    socket.say({ op: 9001, state: -403, reason: 'Forbidden' })
    assert.equal(phone.line.get().kind, 'refused')
  })

  test('stops when it is told that another took over, or the login is over', async () => {
    const { world, phone, socket } = await ready()
    socket.say({ op: 9016, reason: 'taken-over' })
    await world.turn(60_000)
    assert.deepEqual(phone.line.get(), { kind: 'over', reason: 'taken-over' })
    assert.equal(world.sockets.length, 1)
    const other = createFakeWorld()
    const signedOut = aPhone(other, { token: async () => 'signed-out' })
    signedOut.start()
    socketOf(other).open()
    await settle()
    assert.equal(signedOut.line.get().kind, 'signed-out')
  })
})
