import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CallPlan } from '#core'
import type { TrunkLine } from '#ims'
import { aHouse, DOMAIN, type House } from '../support/house.ts'
import { SDP } from '../support/phone.ts'
import { invited, open } from '../support/script-calls.ts'
import { aScriptPhone, type Heard, type ScriptPhone } from '../support/script-phone.ts'

const sdpFrom = (address: string): string => SDP.replaceAll(/192\.0\.2\.\d+/g, address)
const text = ({ request }: Heard): string => Buffer.from(request.body).latin1Slice()

/** Alice has called Bob; Carol has a phone too. */
const aTrio = async (more = {}) => {
  const house = aHouse({ subscribers: ['alice', 'bob', 'carol'].map((name) => open(name)), ...more })
  const phones = ['alice', 'bob', 'carol'].map((name, at) => aScriptPhone(house, name, `192.0.2.1${at}`))
  for (const phone of phones) assert.equal(await phone.register(), 200)
  const [alice, bob, carol] = phones as [ScriptPhone, ScriptPhone, ScriptPhone]
  return { house, alice, bob, carol, first: await aCallOf(house, alice, bob) }
}

/** A call up to its ACK. */
const aCallOf = async (house: House, caller: ScriptPhone, callee: ScriptPhone) => {
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

const referral = (to: string): [string, string][] => [['Refer-To', `<${to}>`]]
const CAROL = `sip:carol@${DOMAIN}`

/** What NOTIFYs told: status line and subscription state. */
const told = (phone: ScriptPhone): string[] =>
  phone.got('NOTIFY').map((heard) => {
    phone.respond(heard, 200)
    const state = heard.request.headers.get('Subscription-State') ?? ''
    return `${text(heard).slice(8).trim()} ${state.split(';')[0]}`
  })
const answerable = (phone: ScriptPhone): Heard[] =>
  phone.got('INVITE').filter(({ transaction }) => !transaction.answered)
const ended = async (house: House) => {
  await house.pass(70_000)
  assert.equal(house.calls.count, 0)
  assert.equal(house.legs.size, 0)
  assert.equal(house.media.closed.length, house.store.calls.size)
  assert.equal(new Set(house.media.closed).size, house.media.closed.length)
}

describe('a picture that media want', () => {
  test('is asked for in an INFO, of a phone that knows no feedback', async () => {
    const { house, alice, bob } = await aTrio()
    house.calls.onPictureWanted(house.calls.list()[0]?.record.id ?? '', 'callee')
    house.calls.onPictureWanted('none', 'caller')
    await house.settle()
    const [asked] = bob.got('INFO')
    assert.equal(asked?.request.headers.get('Content-Type'), 'application/media_control+xml')
    assert.match(text(asked as Heard), /<picture_fast_update\/>/)
    assert.equal(alice.got('INFO').length, 0)
  })
})

describe('a phone that wants to leave its call to somebody else, RFC 3515', () => {
  test('hears how that one rings, is let go when it answers, and the two talk', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    const refer = first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    assert.equal(refer.status(), 202)
    const ring = invited(carol)
    assert.match(ring.request.headers.get('From') ?? '', /<sip:bob@/)
    carol.respond(ring, 180)
    await house.settle()
    const answer = carol.respond(ring, 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    const [again] = answerable(bob)
    assert.ok(again, 'bob is not offered Carol’s media')
    assert.equal(again.request.headers.get('P-Asserted-Identity'), `<${CAROL}>`)
    assert.match(text(again), /c=IN IP4 192\.0\.2\.12[\s\S]*x-through:answer-callee/)
    bob.respond(again, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.deepEqual(told(alice), ['100 Trying active', '180 Ringing active', '200 OK terminated'])
    const methods = alice.heard.map(({ request }) => request.method)
    assert.deepEqual(methods, ['NOTIFY', 'NOTIFY', 'NOTIFY', 'BYE'])
    const [old, own] = [...house.store.calls.values()]
    assert.equal(old?.cause, 'transferred')
    assert.equal(old?.transferredTo, own?.id)
    assert.equal(own?.transferredFrom, old?.id)
    assert.deepEqual([own?.caller, own?.callee], [`sip:bob@${DOMAIN}`, CAROL])
    carol.called(ring, answer).send('BYE')
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    await ended(house)
  })

  test('goes on as before when nobody answers there', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 486)
    await house.settle()
    assert.deepEqual(told(alice), ['100 Trying active', '486 Busy Here terminated'])
    assert.deepEqual([alice.got('BYE').length, bob.got('BYE').length, answerable(bob).length], [0, 0, 0])
    const offer = first.near.send('INVITE', { sdp: sdpFrom('192.0.2.10') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.equal(offer.status(), 200)
    first.near.ack()
    first.near.send('BYE')
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    await ended(house)
  })

  test('may hang up at once: the other waits for the third', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    first.near.send('BYE')
    await house.settle()
    assert.equal(bob.got('BYE').length, 0)
    const ring = invited(carol)
    carol.respond(ring, 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.deepEqual(told(alice), ['100 Trying active', '200 OK terminated'])
    first.far.send('BYE')
    await house.settle()
    assert.equal(carol.got('BYE').length, 1)
    await ended(house)
  })

  test('has hung up, and the third does not want: the other is hung up as well', async () => {
    const { house, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    first.near.send('BYE')
    await house.settle()
    carol.respond(invited(carol), 603)
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    await ended(house)
  })

  test('is alone when the other hangs up meanwhile, and the third rings no longer', async () => {
    const { house, alice, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 180)
    await house.settle()
    first.far.send('BYE')
    await house.settle()
    assert.equal(carol.cancelled.length, 1)
    assert.equal(alice.got('BYE').length, 1)
    assert.equal(told(alice).at(-1), '487 Request Terminated terminated')
    await ended(house)
  })

  test('may be the called one; and the third, asked with what was said before, may want to be asked anew', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    const refer = first.far.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    assert.equal(refer.status(), 202)
    carol.respond(invited(carol), 488)
    await house.settle()
    const ring = answerable(carol)[0] as Heard
    assert.equal(text(ring), '')
    carol.respond(ring, 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    const again = answerable(alice)[0] as Heard
    assert.match(text(again), /192\.0\.2\.12[\s\S]*x-through:offer-callee/)
    alice.respond(again, 200, { sdp: sdpFrom('192.0.2.10') })
    await house.settle()
    assert.match(
      Buffer.from(carol.acks.at(-1)?.body ?? '').latin1Slice(),
      /192\.0\.2\.10[\s\S]*answer-caller/,
    )
    assert.equal(told(bob).at(-1), '200 OK terminated')
    assert.equal(bob.got('BYE').length, 1)
    house.calls.hangUpAll()
    await ended(house)
  })

  test('waits when its other party is just agreeing on something', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 491)
    await house.pass(1500)
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.equal(told(alice).at(-1), '200 OK terminated')
    house.calls.hangUpAll()
    await ended(house)
  })

  test('comes back when its other party will not speak with the third', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    first.near.send('REFER', { headers: referral(CAROL) })
    await house.settle()
    carol.respond(invited(carol), 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 488)
    await house.settle()
    assert.equal(told(alice).at(-1), '488 Not Acceptable Here terminated')
    assert.equal(carol.got('BYE').length, 1)
    assert.deepEqual([alice.got('BYE').length, bob.got('BYE').length], [0, 0])
    first.far.send('BYE')
    await house.settle()
    assert.equal(alice.got('BYE').length, 1)
    await ended(house)
  })

  test('is told when it asks for what cannot be', async () => {
    const { house, alice, first } = await aTrio()
    const bad = first.near.send('REFER', { headers: [] })
    await house.settle()
    assert.equal(bad.status(), 400)
    const nobody = first.near.send('REFER', { headers: referral(`sip:nobody@${DOMAIN}`) })
    await house.settle()
    assert.equal(nobody.status(), 202)
    assert.equal(told(alice).at(-1), '404 Not Found terminated')
    const unknown = 'sip:carol@x?Replaces=nothing%3Bto-tag%3Da%3Bfrom-tag%3Db'
    first.near.send('REFER', {
      headers: [
        ['Refer-To', `<${unknown}>`],
        ['Refer-Sub', 'true'],
      ],
    })
    await house.settle()
    const last = alice.got('NOTIFY').at(-1)
    assert.equal(told(alice).at(-1), '481 Call/Transaction Does Not Exist terminated')
    assert.match(last?.request.headers.get('Event') ?? '', /^refer;id=\d+$/)
    house.calls.hangUpAll()
    await ended(house)
  })

  test('hears nothing more when it wants to hear nothing, RFC 4488', async () => {
    const { house, alice, carol, first } = await aTrio()
    const refer = first.near.send('REFER', { headers: [...referral(CAROL), ['Refer-Sub', 'false']] })
    await house.settle()
    assert.equal(refer.last()?.headers.get('Refer-Sub'), 'false')
    carol.respond(invited(carol), 486)
    await house.settle()
    assert.equal(alice.got('NOTIFY').length, 0)
    house.calls.hangUpAll()
    await ended(house)
  })
})

/** The dialogue that a phone's INVITE made, as its REFER names it. */
const replacing = (sent: Awaited<ReturnType<typeof aCallOf>>['sent'], swapped = false): string => {
  const headers = sent.last()?.headers
  const tag = (name: string): string => /;tag=([^;>]+)/.exec(headers?.get(name) ?? '')?.[1] ?? ''
  const [to, from] = swapped ? ['From', 'To'] : ['To', 'From']
  const value = `${headers?.get('Call-ID')};to-tag=${tag(to as string)};from-tag=${tag(from as string)}`
  return value
}

describe('a phone that has asked the third one first, RFC 5589 §7', () => {
  for (const swapped of [false, true])
    test(`joins the two${swapped ? ', with the tags the other way round' : ''}`, async () => {
      const { house, alice, bob, carol, first } = await aTrio()
      const second = await aCallOf(house, alice, carol)
      const named = `${CAROL}?Replaces=${encodeURIComponent(replacing(second.sent, swapped))}`
      first.near.send('REFER', { headers: referral(named) })
      await house.settle()
      const asked = answerable(carol)[0] as Heard
      assert.equal(text(asked), '', 'Carol is asked for an offer')
      assert.equal(asked.request.headers.get('P-Asserted-Identity'), `<sip:bob@${DOMAIN}>`)
      carol.respond(asked, 200, { sdp: sdpFrom('192.0.2.12') })
      await house.settle()
      const offered = answerable(bob)[0] as Heard
      assert.match(text(offered), /192\.0\.2\.12/)
      bob.respond(offered, 200, { sdp: sdpFrom('192.0.2.11') })
      await house.settle()
      assert.match(Buffer.from(carol.acks.at(-1)?.body ?? '').latin1Slice(), /192\.0\.2\.11/)
      assert.equal(alice.got('BYE').length, 2)
      assert.equal(told(alice).at(-1), '200 OK terminated')
      assert.equal(house.calls.count, 1)
      const [one, two, joined] = [...house.store.calls.values()]
      assert.deepEqual([one?.transferredTo, two?.transferredTo], [joined?.id, joined?.id])
      assert.deepEqual([joined?.caller, joined?.callee], [`sip:bob@${DOMAIN}`, CAROL])
      first.far.send('BYE')
      await house.settle()
      assert.equal(carol.got('BYE').length, 1)
      await ended(house)
    })

  test('joins them though one knows no offer of its own', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    const second = await aCallOf(house, alice, carol)
    const done = house.calls.bridge(
      { call: house.calls.list()[0]?.record.id ?? '', far: 'callee' },
      { call: house.calls.list()[1]?.record.id ?? '', far: 'callee' },
    )
    await house.settle()
    carol.respond(answerable(carol)[0] as Heard, 488)
    await house.settle()
    const offered = answerable(carol)[0] as Heard
    assert.match(text(offered), /192\.0\.2\.11/)
    carol.respond(offered, 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.equal((await done).ok, true)
    assert.equal(alice.got('BYE').length, 2)
    second.far.send('BYE')
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    assert.ok(first)
    await ended(house)
  })

  test('and whose third one still rings: that one is rung by the other', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    const sent = alice.send(alice.invitation('carol', { sdp: sdpFrom('192.0.2.10') }))
    await house.settle()
    carol.respond(invited(carol), 180)
    await house.settle()
    const [one, two] = house.calls.list()
    const done = house.calls.bridge(
      { call: one?.record.id ?? '', far: 'callee' },
      { call: two?.record.id ?? '', far: 'callee' },
    )
    await house.settle()
    assert.equal(sent.status(), 487)
    assert.equal(carol.cancelled.length, 1)
    carol.respond(answerable(carol)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.12') })
    await house.settle()
    bob.respond(answerable(bob)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.equal((await done).ok, true)
    assert.ok(first)
    house.calls.hangUpAll()
    await ended(house)
  })

  test('goes on with both when they cannot be joined', async () => {
    const { house, alice, bob, carol, first } = await aTrio()
    const second = await aCallOf(house, alice, carol)
    const named = `${CAROL}?Replaces=${encodeURIComponent(replacing(second.sent))}`
    first.near.send('REFER', { headers: referral(named) })
    await house.settle()
    carol.respond(answerable(carol)[0] as Heard, 488)
    await house.settle()
    carol.respond(answerable(carol)[0] as Heard, 488)
    await house.settle()
    assert.equal(told(alice).at(-1), '488 Not Acceptable Here terminated')
    assert.deepEqual(
      [alice, bob, carol].map((phone) => phone.got('BYE').length),
      [0, 0, 0],
    )
    second.far.send('BYE')
    first.far.send('BYE')
    await house.settle()
    assert.equal(alice.got('BYE').length, 2)
    await ended(house)
  })
})

describe('a phone that names a call of somebody else', () => {
  test('is refused', async () => {
    const { house, alice, bob, first } = await aTrio()
    const dave = aScriptPhone(house, 'carol', '192.0.2.30')
    await dave.register()
    const second = await aCallOf(house, dave, bob)
    const named = `${CAROL}?Replaces=${encodeURIComponent(replacing(second.sent))}`
    first.near.send('REFER', { headers: referral(named) })
    await house.settle()
    assert.equal(told(alice).at(-1), '403 Forbidden terminated')
    assert.equal(house.calls.count, 2)
    house.calls.hangUpAll()
    await ended(house)
  })
})

describe('a caller from a trunk', () => {
  const PBX = '192.0.2.50'
  const OUT = '+15550100'
  const aHouseWithTrunk = async () => {
    const line: TrunkLine = {
      ...{ name: 'pbx', transport: 'udp', host: PBX, trusted: true, caller: '', strip: 0, prefix: '' },
      ...{ format: 'as_dialled', endpoint: () => ({ address: PBX, port: 5060 }) },
    }
    const plan: CallPlan = {
      ...{ name: 'out', match: { kind: 'call', to: '^\\+', from: '*' }, allow: [], deny: [] },
      ...{ stages: [{ kind: 'trunks', names: ['pbx'] }], strategy: 'round_robin', fallbackOn: new Set() },
    }
    const trunks = {
      ...{ lines: () => [line], plans: [plan], most: 2 },
      from: ({ address }: { address: string }) => (address === PBX ? 'pbx' : undefined),
    }
    const house = aHouse({ subscribers: [open('alice')], trunks })
    const alice = aScriptPhone(house, 'alice', '192.0.2.10')
    assert.equal(await alice.register(), 200)
    const pbx = aScriptPhone(house, 'pbx', PBX)
    return { house, alice, pbx, first: await aCallOf(house, pbx, alice) }
  }

  test('may be put through to the outside, by the trunk it came from, and keeps its channel', async () => {
    const { house, alice, pbx, first } = await aHouseWithTrunk()
    assert.equal(house.trunks.stateOf('pbx')?.calls, 1)
    first.far.send('REFER', { headers: referral(`sip:${OUT}@${DOMAIN}`) })
    await house.settle()
    const ring = invited(pbx)
    assert.equal(house.trunks.stateOf('pbx')?.calls, 2)
    const answer = pbx.respond(ring, 200, { sdp: sdpFrom('192.0.2.51') })
    await house.settle()
    pbx.respond(answerable(pbx)[0] as Heard, 200, { sdp: sdpFrom('192.0.2.50') })
    await house.settle()
    assert.equal(told(alice).at(-1), '200 OK terminated')
    assert.equal(alice.got('BYE').length, 1)
    assert.equal(house.trunks.stateOf('pbx')?.calls, 2)
    pbx.called(ring, answer).send('BYE')
    await house.settle()
    assert.equal(house.trunks.stateOf('pbx')?.calls, 0)
    await ended(house)
  })

  test('does not put others through', async () => {
    const { house, first } = await aHouseWithTrunk()
    const refer = first.near.send('REFER', { headers: referral(`sip:${OUT}@${DOMAIN}`) })
    await house.settle()
    assert.equal(refer.status(), 603)
    house.calls.hangUpAll()
    await ended(house)
  })
})

describe('a call that takes another one’s place, RFC 3891', () => {
  test('is one’s own, taken over by another phone of one’s own', async () => {
    const { house, alice, bob, first } = await aTrio()
    const desk = aScriptPhone(house, 'alice', '192.0.2.20')
    assert.equal(await desk.register(), 200)
    const sent = desk.send(
      desk.invitation('bob', {
        sdp: sdpFrom('192.0.2.20'),
        headers: [
          ['Replaces', replacing(first.sent)],
          ['Require', 'replaces'],
        ],
      }),
    )
    await house.settle()
    const offered = answerable(bob)[0] as Heard
    assert.match(text(offered), /192\.0\.2\.20/)
    bob.respond(offered, 200, { sdp: sdpFrom('192.0.2.11') })
    await house.settle()
    assert.equal(sent.status(), 200)
    desk.calling(sent, sent.last()).ack()
    await house.settle()
    assert.equal(alice.got('BYE').length, 1)
    first.far.send('BYE')
    await house.settle()
    assert.equal(desk.got('BYE').length, 1)
    await ended(house)
  })

  test('is nobody else’s, and must be there', async () => {
    const { house, carol, first } = await aTrio()
    const ask = async (value: string): Promise<number | undefined> => {
      const sent = carol.send(carol.invitation('bob', { headers: [['Replaces', value]] }))
      await house.settle()
      return sent.status()
    }
    const value = replacing(first.sent)
    assert.equal(await ask(value), 403)
    assert.equal(await ask(`${value};early-only`), 486)
    assert.equal(await ask('x;to-tag=a;from-tag=b'), 481)
    assert.equal(await ask('x'), 400)
    house.calls.hangUpAll()
    await ended(house)
  })
})
