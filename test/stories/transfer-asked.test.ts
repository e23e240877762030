import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CallPlan } from '#core'
import type { TrunkLine } from '#ims'
import { aHouse, DOMAIN } from '../support/house.ts'
import { invited, open } from '../support/script-calls.ts'
import { aScriptPhone, type Heard } from '../support/script-phone.ts'
import {
  aCallOf,
  answerable,
  aTrio,
  CAROL,
  ended,
  referral,
  replacing,
  sdpFrom,
  text,
  told,
} from '../support/transfers.ts'

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
    const house = aHouse({ subscribers: [open('alice'), open('bob')], trunks })
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

  test('is nobody’s to be taken along by who knows its names', async () => {
    const { house, pbx, alice, first } = await aHouseWithTrunk()
    const bob = aScriptPhone(house, 'bob', '192.0.2.11')
    assert.equal(await bob.register(), 200)
    const theirs = await aCallOf(house, pbx, bob)
    const [mine] = house.calls.list()
    const named = `sip:${OUT}@${DOMAIN}?Replaces=${encodeURIComponent(replacing(theirs.sent))}`
    const refer = first.far.send('REFER', { headers: referral(named) })
    await house.settle()
    assert.equal(refer.status(), 202)
    assert.equal(told(alice).at(-1), '403 Forbidden terminated')
    assert.equal(house.calls.count, 2)
    assert.equal(mine?.over, false)
    house.calls.hangUpAll()
    await ended(house)
  })

  test('takes its own place, but nobody’s of ours', async () => {
    const { house, alice, pbx, first } = await aHouseWithTrunk()
    const ask = async (value: string) => {
      const sent = pbx.send(pbx.invitation('alice', { headers: [['Replaces', value]] }))
      await house.settle()
      return sent.status()
    }
    const { headers } = alice.acks[0] as Heard['request']
    const tag = (name: string): string => /;tag=([^;>]+)/.exec(headers.get(name) ?? '')?.[1] ?? ''
    const alices = `${headers.get('Call-ID')};to-tag=${tag('From')};from-tag=${tag('To')}`
    assert.equal(await ask(alices), 403)
    assert.equal(answerable(alice).length, 0)
    await ask(replacing(first.sent))
    assert.equal(answerable(alice).length, 1, 'she is offered who comes')
    house.calls.hangUpAll()
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
