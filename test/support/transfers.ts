import assert from 'node:assert/strict'
import { aHouse, DOMAIN, type House } from './house.ts'
import { SDP } from './phone.ts'
import { open } from './script-calls.ts'
import { aScriptPhone, type Heard, type ScriptPhone } from './script-phone.ts'

export const sdpFrom = (address: string): string => SDP.replaceAll(/192\.0\.2\.\d+/g, address)
export const text = ({ request }: Heard): string => Buffer.from(request.body).latin1Slice()

/** Alice has called Bob; Carol has a phone too. */
export const aTrio = async (more = {}) => {
  const house = aHouse({ subscribers: ['alice', 'bob', 'carol'].map((name) => open(name)), ...more })
  const phones = ['alice', 'bob', 'carol'].map((name, at) => aScriptPhone(house, name, `192.0.2.1${at}`))
  for (const phone of phones) assert.equal(await phone.register(), 200)
  const [alice, bob, carol] = phones as [ScriptPhone, ScriptPhone, ScriptPhone]
  return { house, alice, bob, carol, first: await aCallOf(house, alice, bob) }
}

/** A call up to its ACK. */
export const aCallOf = async (house: House, caller: ScriptPhone, callee: ScriptPhone) => {
  const before = callee.got('INVITE').length
  const sent = caller.send(caller.invitation(callee.name, { sdp: sdpFrom(caller.flow.local.address) }))
  await house.settle()
  const ring = callee.got('INVITE')[before] as Heard
  const answer = callee.respond(ring, 200, { sdp: sdpFrom(callee.flow.local.address) })
  await house.settle()
  const near = caller.calling(sent, sent.last())
  near.ack()
  await house.settle()
  return { sent, near, far: callee.called(ring, answer) }
}

export const referral = (to: string): [string, string][] => [['Refer-To', `<${to}>`]]
export const CAROL = `sip:carol@${DOMAIN}`

/** What NOTIFYs told: status line and subscription state. */
export const told = (phone: ScriptPhone): string[] =>
  phone.got('NOTIFY').map((heard) => {
    phone.respond(heard, 200)
    const state = heard.request.headers.get('Subscription-State') ?? ''
    return `${text(heard).slice(8).trim()} ${state.split(';')[0]}`
  })
export const answerable = (phone: ScriptPhone): Heard[] =>
  phone.got('INVITE').filter(({ transaction }) => !transaction.answered)
export const ended = async (house: House) => {
  await house.pass(70_000)
  assert.equal(house.calls.count, 0)
  assert.equal(house.legs.size, 0)
  assert.equal(house.media.closed.length, house.store.calls.size)
  assert.equal(new Set(house.media.closed).size, house.media.closed.length)
}

/** The dialogue that a phone's INVITE made, as its REFER names it. */
export const replacing = (sent: Awaited<ReturnType<typeof aCallOf>>['sent'], swapped = false): string => {
  const headers = sent.last()?.headers
  const tag = (name: string): string => /;tag=([^;>]+)/.exec(headers?.get(name) ?? '')?.[1] ?? ''
  const [to, from] = swapped ? ['From', 'To'] : ['To', 'From']
  const value = `${headers?.get('Call-ID')};to-tag=${tag(to as string)};from-tag=${tag(from as string)}`
  return value
}
