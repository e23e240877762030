import assert from 'node:assert/strict'
import { aHouse, aSubscriber, type House } from './house.ts'
import { SDP } from './phone.ts'
import { aScriptPhone, type Said, type ScriptPhone } from './script-phone.ts'

export const open = (name: string, more = {}) => aSubscriber(name, { proof: 'none', ...more })

export const aPair = async () => {
  const house = aHouse({ subscribers: [open('alice'), open('bob')] })
  const alice = aScriptPhone(house, 'alice', '192.0.2.10')
  const bob = aScriptPhone(house, 'bob', '192.0.2.11')
  for (const phone of [alice, bob]) assert.equal(await phone.register(), 200)
  return { house, alice, bob }
}

export const invited = (phone: ScriptPhone) => {
  const heard = phone.got('INVITE')[0]
  assert.ok(heard, `${phone.name} got no INVITE`)
  return heard
}

export const nothingLeft = async (house: House) => {
  await house.pass(70_000)
  assert.equal(house.calls.count, 0)
  assert.equal(house.legs.size, 0)
  assert.equal(new Set(house.media.closed).size, house.media.closed.length, 'media closed twice')
  assert.equal(house.media.closed.length, house.store.calls.size)
}

/** A call up to its ACK. */
export const aCall = async (caller: Said = {}, callee: Said = {}) => {
  const { house, alice, bob } = await aPair()
  const sent = alice.send(alice.invitation('bob', { headers: caller.headers ?? [] }))
  await house.settle()
  const ring = invited(bob)
  const answer = bob.respond(ring, 200, { sdp: SDP, ...callee })
  await house.settle()
  const near = alice.calling(sent, sent.last())
  near.ack()
  await house.settle()
  assert.equal(house.calls.list()[0]?.state, 'answered')
  return { house, alice, bob, sent, ring, near, far: bob.called(ring, answer) }
}

export const TIMER: Said = { headers: [['Supported', 'timer']] }
export const header = (
  sent: { last(): { headers: { get(name: string): string | undefined } } | undefined },
  name: string,
) => sent.last()?.headers.get(name)
