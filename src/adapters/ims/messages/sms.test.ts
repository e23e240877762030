import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Subscriber } from '#core'
import { fromHex } from '#lib/bytes'
import { err } from '#lib/result'
import {
  decodeRp,
  decodeTpdu,
  encodeRp,
  encodeSubmit,
  type HeaderElement,
  type Rp,
  type Submit,
  textParts,
} from '#sms'
import { attemptOf } from './attempt.ts'
import {
  aBinding,
  aPost,
  aRecord,
  aSubscriber,
  aTransaction,
  later,
  replies,
  SMS_FEATURES,
  settled,
} from './fixture.ts'
import { createTexts } from './texts.ts'

const alice = aSubscriber('alice', { msisdn: '+15550100' })
const bob = aSubscriber('bob', { msisdn: '+15550101' })

const aSubmit = (text: string, more: Partial<Submit> = {}): Submit => {
  const parts = textParts(text, { dcs: more.dcs ?? 0 })
  assert.ok(parts.ok)
  return {
    ...{ kind: 'submit', reference: 17, destination: { ton: 1, npi: 1, value: '15550101' }, pid: 0 },
    ...{ dcs: parts.value.dcs, userData: parts.value.parts[0] as Submit['userData'] },
    ...{ rejectDuplicates: false, reportWanted: false, replyPath: false },
    ...more,
  }
}
const centre = { ton: 1, npi: 1, value: '15550199' }
const data = (tpdu: Uint8Array, reference = 42): Uint8Array =>
  encodeRp({ kind: 'data', direction: 'mo', reference, destination: centre, tpdu })
const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array

const aCentre = (sender: Subscriber | undefined = alice) => {
  const post = aPost([alice, bob])
  post.bindings.push(aBinding(alice, { features: SMS_FEATURES, contact: 'sip:alice@192.0.2.10:5060' }))
  const texts = createTexts(post.ports, (_transaction, proved) => proved(sender), replies, later)
  const tell = async (body: Uint8Array, headers: [string, string][] = []) => {
    const transaction = aTransaction({ to: '+15550199', type: 'application/vnd.3gpp.sms', headers }, body)
    texts(transaction)
    await settled()
    return transaction
  }
  const heard = (): Rp => {
    const rp = decodeRp(post.sent.at(-1)?.request.body ?? new Uint8Array())
    assert.ok(rp.ok, 'no answer in RP')
    return rp.value
  }
  const heardReport = () => {
    const rp = heard()
    assert.ok(rp.kind !== 'smma' && rp.tpdu)
    const tpdu = decodeTpdu(rp.tpdu, 'mt', rp.kind === 'error' ? 'error' : 'ack')
    assert.ok(tpdu.ok && tpdu.value.kind === 'submit-report')
    return tpdu.value
  }
  return { ...post, tell, heard, heardReport }
}

describe('SMS-SUBMIT', () => {
  test('is stored, then answered 202 and RP-ACK in a MESSAGE that names it', async () => {
    const centre = aCentre()
    const { responses } = await centre.tell(data(encodeSubmit(aSubmit('hello'))))
    assert.deepEqual(
      responses.map(({ status }) => status),
      [202],
    )
    const rp = centre.heard()
    assert.deepEqual([rp.kind, rp.direction, rp.reference], ['ack', 'mt', 42])
    assert.equal(centre.heardReport().time?.atMs, Math.floor(centre.timers.clock.wallMs() / 1000) * 1000)
    const { uri, headers } = centre.sent[0]?.request ?? assert.fail()
    assert.equal(uri, 'sip:alice@192.0.2.10:5060')
    assert.equal(headers.get('In-Reply-To'), 'call-1')
    assert.equal(headers.get('Request-Disposition'), 'no-fork')
    assert.equal(headers.get('Accept-Contact'), '*;+g.3gpp.smsip;require;explicit')
    assert.equal(headers.get('To'), '<sip:alice@tandem.test>')
    const [draft] = centre.drafts
    assert.ok(draft)
    assert.deepEqual(draft.body, { kind: 'text', text: 'hello' })
    assert.deepEqual([draft.origin, draft.from, draft.fromImpi], ['ims', '+15550100', alice.impi])
    assert.deepEqual(draft.to, { user: '+15550101', text: '+15550101', near: '+15550100' })
    assert.equal(draft.reportTo, undefined)
  })

  for (const [error, cause, failure] of [
    ['unknown-user', 1, 0xc3],
    ['overloaded', 42, 0xc0],
    ['failure', 42, 0xc2],
    ['bad-request', 95, 0xff],
  ] as const)
    test(`that is not kept is answered RP-ERROR ${cause}: ${error}`, async () => {
      const centre = aCentre()
      centre.post.accepts = err(error)
      const { responses } = await centre.tell(data(encodeSubmit(aSubmit('hello'))))
      assert.deepEqual(
        responses.map(({ status }) => status),
        [202],
      )
      const rp = centre.heard()
      assert.ok(rp.kind === 'error')
      assert.equal(rp.cause, cause)
      assert.equal(centre.heardReport().cause, failure)
    })

  test('says how long it is good for, and whether its sender wants a report', async () => {
    const centre = aCentre()
    const more = { validity: { kind: 'relative', value: 11 }, reportWanted: true } as const
    await centre.tell(data(encodeSubmit(aSubmit('hello', more))))
    const [draft] = centre.drafts
    assert.equal(draft?.validityS, 3600)
    assert.deepEqual(draft?.reportTo, { impi: alice.impi, references: [17] })
  })

  test('that is repeated is the same message, whatever RP calls it', async () => {
    const centre = aCentre()
    const submit = aSubmit('hello')
    await centre.tell(data(encodeSubmit(submit), 1))
    await centre.tell(data(encodeSubmit({ ...submit, rejectDuplicates: true }), 2))
    await centre.tell(data(encodeSubmit({ ...submit, reference: 18 }), 3))
    await centre.tell(data(encodeSubmit({ ...submit, reference: 0 }), 4))
    await centre.tell(data(encodeSubmit({ ...submit, reference: 0 }), 5))
    const [first, again, next, uncounted, other] = centre.drafts.map(({ dedupe }) => dedupe)
    assert.equal(first, again)
    assert.notEqual(first, next)
    assert.notEqual(uncounted, other, 'a phone that does not count may say the same twice')
  })

  test('in parts says which text they belong to', async () => {
    const centre = aCentre()
    const parts = textParts('añ'.repeat(200), { reference: 7 })
    assert.ok(parts.ok)
    const { dcs, parts: list } = parts.value
    for (const [at, userData] of list.entries())
      await centre.tell(data(encodeSubmit({ ...aSubmit(''), dcs, userData, reference: 20 + at }), 20 + at))
    const drafts = centre.drafts
    assert.equal(drafts.length, list.length)
    assert.equal(new Set(drafts.map(({ part }) => part?.key)).size, 1)
    assert.deepEqual(
      drafts.map(({ part }) => [part?.sequence, part?.total, part?.reference]),
      list.map((_, at) => [at + 1, list.length, 20 + at]),
    )
    assert.equal(drafts.map(({ body }) => body.kind === 'text' && body.text).join(''), 'añ'.repeat(200))
    assert.deepEqual(
      drafts.map(({ body }) => body.kind === 'text' && body.udh),
      list.map(() => undefined),
    )
  })

  test('keeps what its coding says more than an alphabet, and other elements of its header', async () => {
    const centre = aCentre()
    const ports: HeaderElement = { id: 5, octets: hex('0b8423f0') }
    const { userData, ...flash } = aSubmit('hello', { dcs: 0x10 })
    await centre.tell(data(encodeSubmit({ ...flash, userData: { ...userData, elements: [ports] } })))
    assert.deepEqual(centre.drafts[0]?.body, { kind: 'text', text: 'hello', dcs: 0x10, udh: '05040b8423f0' })
  })

  test('of data, of the SIM and without a sound goes on as it is, parts too', async () => {
    const centre = aCentre()
    const concat: HeaderElement = { id: 0, octets: hex('2a0201') }
    const toolkit: HeaderElement = { id: 0x70, octets: new Uint8Array() }
    const userData = { elements: [concat, toolkit], payload: hex('027000001d0d') }
    await centre.tell(data(encodeSubmit(aSubmit('', { pid: 0x7f, dcs: 0xf6, userData }))))
    await centre.tell(data(encodeSubmit(aSubmit('ping', { pid: 0x40 }))))
    const [download, silent] = centre.drafts
    assert.deepEqual(download?.body, {
      kind: 'data',
      octets: '027000001d0d',
      dcs: 0xf6,
      udh: '00032a02017000',
    })
    assert.equal(download?.pid, 0x7f)
    assert.equal(download?.part, undefined)
    assert.equal(silent?.pid, 0x40)
  })

  test('of somebody who never registered is answered the way it came', async () => {
    const centre = aCentre(bob)
    await centre.tell(data(encodeSubmit(aSubmit('hello'))))
    assert.equal(centre.sent[0]?.request.uri, 'sip:alice@tandem.test')
    assert.equal(centre.heard().kind, 'ack')
  })
})

describe('what a handset should not say', () => {
  for (const [what, octets, status, cause] of [
    ['nothing', '', 400, undefined],
    ['one octet', '00', 400, undefined],
    ['RP-DATA that ends early', '002a000791', 202, 96],
    ['RP-DATA whose address lies about its length', '002a000f911221', 202, 96],
    ['an RP type of the network', '012b00000100', 202, 97],
    ['an RP type that is reserved', '072b', 202, 97],
    ['a damaged RP-ACK', '022b4105', 400, undefined],
    ['an RP-ERROR without a cause', '042b', 400, undefined],
    ['a TPDU that ends early', '002a0007912120550591f9021107', 202, 111],
    ['a TPDU of an unknown type', '002a0007912120550591f90103', 202, 111],
    ['no TPDU at all', '002a0007912120550591f900', 202, 111],
    ['SMS-COMMAND', '002a0007912120550591f90e02110000070b912120550521f300', 202, 69],
    ['SMS-DELIVER-REPORT in RP-DATA', '002a0007912120550591f9020000', 202, 95],
  ] as const)
    test(`${what}: ${status}${cause === undefined ? '' : ` and RP-ERROR ${cause}`}`, async () => {
      const centre = aCentre()
      const { responses } = await centre.tell(hex(octets))
      assert.deepEqual(
        responses.map((response) => response.status),
        [status],
      )
      assert.equal(centre.drafts.length, 0)
      if (cause === undefined) return assert.equal(centre.sent.length, 0)
      const rp = centre.heard()
      assert.ok(rp.kind === 'error')
      assert.equal(rp.cause, cause)
    })

  test('any octets at all are answered, and nothing breaks', async () => {
    const centre = aCentre()
    let seed = 7
    const next = (): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return seed >>> 16
    }
    const good = data(encodeSubmit(aSubmit('hello there')))
    for (let round = 0; round < 2000; round++) {
      const body =
        round % 2 ? good.slice(0, next() % (good.length + 1)) : Uint8Array.from({ length: next() % 60 }, next)
      if (round % 2 && body.length > 0) body[next() % body.length] = next()
      const { responses } = await centre.tell(body)
      assert.equal(responses.length, 1, `${Buffer.from(body).toString('hex')}`)
    }
  })
})

describe('the operator', () => {
  test('may have RP-DATA ignored or rejected', async () => {
    const centre = aCentre()
    centre.live.smsMessageFilter.rp_data = 'ignore'
    assert.equal((await centre.tell(data(encodeSubmit(aSubmit('a'))))).responses[0]?.status, 202)
    assert.equal(centre.sent.length, 0)
    centre.live.smsMessageFilter.rp_data = 'reject'
    await centre.tell(data(encodeSubmit(aSubmit('a'))))
    const rp = centre.heard()
    assert.ok(rp.kind === 'error')
    assert.equal(rp.cause, 21)
    assert.equal(centre.drafts.length, 0)
  })

  test('may force the cause of every RP-ERROR', async () => {
    const centre = aCentre()
    centre.live.smsForcedRpCause = 38
    await centre.tell(data(encodeSubmit(aSubmit('a'))))
    assert.equal(centre.heard().kind, 'ack')
    centre.post.accepts = err('unknown-user')
    await centre.tell(data(encodeSubmit(aSubmit('b'))))
    const rp = centre.heard()
    assert.ok(rp.kind === 'error')
    assert.equal(rp.cause, 38)
  })

  test('may have RP-ACK ignored or rejected', async () => {
    const centre = aCentre()
    const taken: string[] = []
    const delivery = {
      impi: alice.impi,
      id: 'm1',
      part: 0,
      reference: 9,
      onReport: () => void taken.push('taken'),
    }
    centre.ports.deliveries.open(delivery)
    const ack = encodeRp({ kind: 'ack', direction: 'mo', reference: 9 })
    for (const [filter, status] of [
      ['ignore', 202],
      ['reject', 403],
    ] as const) {
      centre.live.smsMessageFilter.rp_ack = filter
      assert.equal((await centre.tell(ack)).responses[0]?.status, status)
    }
    assert.deepEqual(taken, [])
  })
})

describe('a delivery report', () => {
  const ack = encodeRp({ kind: 'ack', direction: 'mo', reference: 9 })
  const nameOf = (part = 0): [string, string][] => [
    ['In-Reply-To', attemptOf(aRecord({ id: 'm7' }), part, 'sms', 'tandem.test').callId],
  ]

  test('is answered only when what it says is on disk', async () => {
    const centre = aCentre()
    let settle = () => {}
    const delivery = { impi: alice.impi, id: 'm7', part: 0, reference: 1 }
    const onReport = (reported: { settle(): void }) => {
      settle = reported.settle
    }
    centre.ports.deliveries.open({ ...delivery, onReport })
    const { responses } = await centre.tell(ack, nameOf())
    assert.equal(responses.length, 0)
    settle()
    assert.deepEqual(
      responses.map(({ status }) => status),
      [202],
    )
  })

  test('without a name is known by its reference and its sender', async () => {
    const centre = aCentre()
    const heard: string[] = []
    const open = (impi: string) =>
      centre.ports.deliveries.open({
        impi,
        id: `m of ${impi}`,
        part: 0,
        reference: 9,
        onReport: () => void heard.push(impi),
      })
    open(bob.impi)
    open(alice.impi)
    await centre.tell(ack)
    assert.deepEqual(heard, [alice.impi])
  })

  test('for somebody else, or for nothing, is answered and changes nothing', async () => {
    const centre = aCentre()
    centre.records.set('m7', aRecord({ id: 'm7', queue: `subscriber:${bob.impi}` }))
    for (const headers of [nameOf(), [['In-Reply-To', 'whatever@somewhere']], []] as [string, string][][]) {
      const { responses } = await centre.tell(ack, headers)
      assert.deepEqual(
        responses.map(({ status }) => status),
        [202],
      )
    }
    const unknown = await centre.tell(ack, [['In-Reply-To', 'm99.0.0@tandem.test']])
    assert.deepEqual(
      unknown.responses.map(({ status }) => status),
      [202],
    )
    assert.deepEqual([centre.reported, centre.woken], [[], []])
  })

  test('that comes too late still ends its message', async () => {
    const centre = aCentre()
    centre.records.set('m7', aRecord({ id: 'm7', queue: `subscriber:${alice.impi}` }))
    centre.post.waitedFor = true
    const { responses } = await centre.tell(ack, nameOf())
    assert.deepEqual(
      responses.map(({ status }) => status),
      [202],
    )
    assert.deepEqual(centre.reported, [['m7', { state: 'delivered', route: 'sms, late report' }]])
  })

  test('that comes between two attempts is kept for the next, which it wakes', async () => {
    const centre = aCentre()
    centre.records.set('m7', aRecord({ id: 'm7', queue: `subscriber:${alice.impi}`, state: 'queued' }))
    const { responses } = await centre.tell(ack, nameOf())
    assert.equal(responses.length, 0)
    assert.deepEqual(centre.woken, [alice.impi])
    centre.ports.deliveries.takeEarly({ id: 'm7', part: 0 }, alice.impi)?.settle()
    assert.deepEqual(
      responses.map(({ status }) => status),
      [202],
    )
  })

  test('on what is over already is answered at once', async () => {
    const centre = aCentre()
    const record = aRecord({ id: 'm7', queue: `subscriber:${alice.impi}`, state: 'delivered' })
    centre.records.set('m7', record)
    assert.equal((await centre.tell(ack, nameOf())).responses[0]?.status, 202)
    centre.records.set('m7', { ...record, state: 'queued', partsTotal: 3, partsDone: 2 })
    assert.equal((await centre.tell(ack, nameOf(1))).responses[0]?.status, 202)
    assert.deepEqual([centre.reported, centre.woken], [[], []])
  })
})

test('RP-SMMA wakes those who wait for memory, and is acknowledged', async () => {
  const centre = aCentre()
  const { responses } = await centre.tell(encodeRp({ kind: 'smma', direction: 'mo', reference: 5 }))
  assert.deepEqual(
    responses.map(({ status }) => status),
    [202],
  )
  assert.deepEqual(centre.woken, [alice.impi])
  assert.deepEqual(centre.heard(), { kind: 'ack', direction: 'mt', reference: 5 })
})
