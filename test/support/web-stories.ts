import assert from 'node:assert/strict'
import { aHouse, aSubscriber, type House } from './house.ts'
import { aPhone, SDP } from './phone.ts'
import { browserSdp, type MemoryClient, newClient, oldClient } from './web-clients.ts'

const open = (name: string) => aSubscriber(name, { proof: 'none' })
const people = ['alice', 'bob', 'carol'].map(open)

/** Alice has an old client, Bob a SIP phone, Carol a new client. */
export const town = async (options: Parameters<typeof aHouse>[0] = {}) => {
  const house = aHouse({ subscribers: people, ...options })
  const bob = aPhone(house, 'bob', '192.0.2.11')
  assert.equal((await bob.register()).status, 200)
  const alice = await oldClient(house, 'alice')
  const carol = await newClient(house, 'carol')
  return { house, alice, bob, carol }
}
export type Town = Awaited<ReturnType<typeof town>>

export const statesOf = (client: MemoryClient) =>
  client.heard.filter(({ op }) => op === 9004 || op === 9007).map(({ op, state }) => `${op}:${state}`)
export const legOf = ({ bob }: Pick<Town, 'bob'>) => {
  const leg = bob.incoming.at(-1)
  assert.ok(leg, 'bob does not ring')
  return leg
}

/** The client calls Bob, who answers. */
export const talk = async ({ house, bob }: Town, client: MemoryClient): Promise<string> => {
  client.say(1003, { to: 'bob', sdp: browserSdp('page') })
  const { cid } = await client.next(2003)
  await house.settle()
  void legOf({ bob }).accept(SDP)
  await house.settle()
  await client.next(9004, { state: 2 })
  return String(cid)
}

export const nothingLeft = async (house: House) => {
  await house.settle()
  assert.equal(house.calls.count, 0)
  for (const session of house.webphone.sessions.all()) assert.equal(session.phone.calls.size, 0)
}
