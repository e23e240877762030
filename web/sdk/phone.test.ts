import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFakeWorld, type FakeSocket, type FakeWorld, settle } from './fake-browser.ts'
import { createPhone, type Phone } from './phone.ts'
import type { Speaker } from './speaker.ts'

const silent = (): Speaker => ({ play: () => {}, stop: () => {}, unlock: () => {} })

const aPhone = (world: FakeWorld, more: Partial<Parameters<typeof createPhone>[0]> = {}): Phone =>
  createPhone({
    ...{ world, speaker: silent, urls: ['wss://pbx:2081', 'ws://pbx:2082'], tel: '1001' },
    token: async () => 'a-token',
    ...more,
  })

const socketOf = (world: FakeWorld): FakeSocket => {
  const socket = world.sockets.at(-1)
  assert.ok(socket)
  return socket
}

/** Opens and registers on the newest socket. */
const register = async (world: FakeWorld, members: Record<string, unknown> = {}): Promise<FakeSocket> => {
  const socket = socketOf(world)
  socket.open()
  await settle()
  socket.answer(1001, { resume: 'r1', graceS: 90, cids: [], ...members })
  await settle()
  return socket
}

const ready = async (more = {}): Promise<{ world: FakeWorld; phone: Phone; socket: FakeSocket }> => {
  const world = createFakeWorld()
  const phone = aPhone(world, more)
  phone.start()
  return { world, phone, socket: await register(world) }
}

/** A call out that the other side answered. */
const talking = async () => {
  const house = await ready()
  const call = house.phone.calls.place('600')
  await settle()
  house.socket.answer(1003, { cid: 'c1' })
  await settle()
  house.socket.say({ op: 9003, cid: 'c1', kind: 'answer', sdp: 'theirs' })
  house.socket.say({ op: 9004, cid: 'c1', state: 2 })
  await settle()
  return { ...house, call, peer: house.world.peers[0] as (typeof house.world.peers)[0] }
}

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
})

describe('texts, lamps and the mailbox', () => {
  test('a text is acknowledged when it is here', async () => {
    const { phone, socket } = await ready()
    const texts: string[] = []
    phone.texts.received.on(({ with: other, msg }) => texts.push(`${other}: ${msg}`))
    socket.say({ op: 9005, id: 't1', from: '1002', to: '1001', msg: '<b>Hi</b>', atMs: 1, direction: 'in' })
    socket.say({ op: 9005, id: 't2', from: '1001', to: '1002', msg: 'Yes', atMs: 2, direction: 'out' })
    assert.deepEqual(texts, ['1002: <b>Hi</b>', '1002: Yes'])
    assert.deepEqual(
      socket.sent.filter(({ op }) => op === 1018).map(({ id }) => id),
      ['t1'],
    )
  })
  test('lamps are asked for again at each registration', async () => {
    const { phone, socket, world } = await ready()
    phone.lamps.want(['1002', '1003', '1002'])
    assert.deepEqual(socket.last(1014)?.ext, ['1002', '1003'])
    socket.say({ op: 9012, ext: '1002', state: 0, lamp: 'busy', direction: 'in', remote: '600' })
    assert.equal(phone.lamps.all.get().get('1002')?.lamp, 'busy')
    await world.turn(6000)
    socket.drop()
    const again = await register(world)
    assert.deepEqual(again.last(1014)?.ext, ['1002', '1003'])
  })
  test('voice mail counts', async () => {
    const { phone, socket } = await ready()
    socket.say({ op: 9011, new: 2, old: 1, newUrgent: 0, oldUrgent: 0, exact: true })
    assert.equal(phone.voiceMail.get()?.new, 2)
  })
  test('nonsense changes nothing', async () => {
    const { phone, socket } = await ready()
    for (const data of [
      '',
      'null',
      '[]',
      '7',
      '{"op":"9002"}',
      '{"op":9004}',
      '{"op":9003,"cid":{}}',
      '\u0000',
    ])
      socket.onmessage?.({ data })
    assert.equal(phone.line.get().kind, 'ready')
    assert.equal(phone.calls.list().length, 0)
  })
})
