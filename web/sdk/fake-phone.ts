import assert from 'node:assert/strict'
import { createFakeWorld, type FakeSocket, type FakeWorld, settle } from './fake-browser.ts'
import { createPhone, type Phone } from './phone.ts'
import type { Speaker } from './speaker.ts'

/** A phone in a browser of tests, and the steps that most tests begin with. */
const silent = (): Speaker => ({ play: () => {}, stop: () => {}, unlock: () => {} })

export const aPhone = (world: FakeWorld, more: Partial<Parameters<typeof createPhone>[0]> = {}): Phone =>
  createPhone({
    ...{ world, speaker: silent, urls: ['wss://pbx:2081', 'ws://pbx:2082'], tel: '1001' },
    token: async () => 'a-token',
    ...more,
  })

export const socketOf = (world: FakeWorld): FakeSocket => {
  const socket = world.sockets.at(-1)
  assert.ok(socket)
  return socket
}

/** Opens and registers on the newest socket. */
export const register = async (
  world: FakeWorld,
  members: Record<string, unknown> = {},
): Promise<FakeSocket> => {
  const socket = socketOf(world)
  socket.open()
  await settle()
  socket.answer(1001, { resume: 'r1', graceS: 90, cids: [], ...members })
  await settle()
  return socket
}

export const ready = async (more = {}): Promise<{ world: FakeWorld; phone: Phone; socket: FakeSocket }> => {
  const world = createFakeWorld()
  const phone = aPhone(world, more)
  phone.start()
  return { world, phone, socket: await register(world) }
}

/** A call out that the other side answered. */
export const talking = async () => {
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
