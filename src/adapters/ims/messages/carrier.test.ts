import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MessageRecord, Outcome } from '#core'
import { decodeRp, decodeTpdu, textOf } from '#sms'
import { namedBy } from './attempt.ts'
import { createSubscriberCarrier } from './carrier.ts'
import { aBinding, aPost, aRecord, aSubscriber, type Sent, SMS_FEATURES, settled } from './fixture.ts'

const bob = aSubscriber('bob', { msisdn: '+15550101' })

const anOffice = (...features: string[]) => {
  const post = aPost([bob, aSubscriber('alice')])
  features.forEach((each, at) => {
    post.bindings.push(
      aBinding(bob, { features: each, contact: `sip:bob@192.0.2.${10 + at}`, address: `192.0.2.${10 + at}` }),
    )
  })
  const totals: number[] = []
  let done = 0
  const deliver = (more: Partial<MessageRecord> = {}) => {
    let outcome: Outcome | undefined
    const progress = { total: (parts: number) => void totals.push(parts), partDone: async () => void done++ }
    void createSubscriberCarrier(post.ports)
      .deliver(aRecord(more), progress)
      .then((end) => {
        outcome = end
      })
    return { outcome: () => outcome }
  }
  const last = (): Sent => {
    const sent = post.sent.at(-1)
    assert.ok(sent, 'nothing was sent')
    return sent
  }
  /** The handset says its word in the way of RP. */
  const report = (kind: 'ack' | { cause: number; failure?: number }) => {
    const settles: string[] = []
    const named = namedBy(last().request.headers.get('Call-ID') ?? '')
    const verdict = kind === 'ack' ? ({ kind } as const) : ({ kind: 'error', ...kind } as const)
    const taken = post.ports.deliveries.take({
      ...{ impi: bob.impi, named, reference: -1, verdict },
      settle: () => void settles.push('settled'),
    })
    return { taken, settles }
  }
  return { ...post, deliver, last, report, totals, done: () => done }
}

const tpduIn = ({ request }: Sent) => {
  const rp = decodeRp(request.body)
  assert.ok(rp.ok && rp.value.kind === 'data')
  const tpdu = decodeTpdu(rp.value.tpdu, 'mt')
  assert.ok(tpdu.ok)
  return { rp: rp.value, tpdu: tpdu.value }
}

describe('a text for a handset', () => {
  test('goes as SMS with the headers of TS 24.341, and is delivered when RP-ACK says so', async () => {
    const office = anOffice(SMS_FEATURES)
    const { outcome } = office.deliver()
    const { headers, uri } = office.last().request
    assert.equal(uri, 'sip:bob@192.0.2.10')
    assert.equal(headers.get('Accept-Contact'), '*;+g.3gpp.smsip;require;explicit')
    assert.equal(headers.get('Request-Disposition'), 'no-fork')
    assert.equal(headers.get('P-Asserted-Identity'), '<sip:ip-sm-gw@tandem.test>')
    assert.match(headers.get('From') ?? '', /^<sip:ip-sm-gw@tandem\.test>;tag=/)
    assert.equal(headers.get('P-Called-Party-ID'), headers.get('To'))
    const { rp, tpdu } = tpduIn(office.last())
    assert.deepEqual(rp.originator, { ton: 1, npi: 1, value: '15550199' })
    assert.ok(tpdu.kind === 'deliver')
    assert.equal(textOf(tpdu.userData, tpdu.dcs), 'hello')
    assert.deepEqual(tpdu.originator, { ton: 1, npi: 1, value: '15550100' })
    assert.equal(tpdu.time?.atMs, 1_700_000_000_000)
    office.last().answer(200)
    await settled()
    assert.equal(outcome(), undefined)
    const { settles } = office.report('ack')
    await settled()
    const end = outcome()
    assert.ok(end?.kind === 'delivered')
    assert.deepEqual(settles, [], 'the handset hears of it only when it is on disk')
    end.committed?.()
    assert.deepEqual(settles, ['settled'])
    assert.equal(office.ports.deliveries.size, 0)
  })

  test('of several parts goes one by one, each after the word on the one before', async () => {
    const office = anOffice(SMS_FEATURES)
    const { outcome } = office.deliver({ body: { kind: 'text', text: 'long '.repeat(80) } })
    assert.deepEqual(office.totals, [3])
    for (let part = 0; part < 3; part++) {
      assert.equal(office.sent.length, part + 1)
      const { tpdu } = tpduIn(office.last())
      assert.ok(tpdu.kind === 'deliver')
      assert.equal(tpdu.moreMessages, part < 2)
      office.last().answer(200)
      office.report('ack')
      await settled()
    }
    assert.equal(outcome()?.kind, 'delivered')
    assert.equal(office.done(), 2)
  })

  test('goes on where the last attempt ended', () => {
    const office = anOffice(SMS_FEATURES)
    office.deliver({ body: { kind: 'text', text: 'long '.repeat(80) }, partsDone: 2, partsTotal: 3 })
    const { tpdu } = tpduIn(office.last())
    assert.ok(tpdu.kind === 'deliver')
    assert.equal(tpdu.userData.elements[0]?.octets[2], 3)
  })

  test('has the same identity when the same attempt is made again, and another one for the next', () => {
    const [first, again, next] = [anOffice(SMS_FEATURES), anOffice(SMS_FEATURES), anOffice(SMS_FEATURES)]
    first.deliver()
    again.deliver()
    next.deliver({ attempts: 1 })
    const identity = ({ request: { headers, body }, branch }: Sent) => [
      ...[branch, headers.get('Call-ID'), headers.get('From'), headers.get('CSeq')],
      `${body}`,
    ]
    assert.deepEqual(identity(first.last()), identity(again.last()))
    assert.match(first.last().branch ?? '', /^z9hG4bK\w{20,}$/)
    for (const at of [0, 1, 2]) assert.notEqual(identity(first.last())[at], identity(next.last())[at])
  })

  test('is tried again when no word comes within TR1N', async () => {
    const office = anOffice(SMS_FEATURES)
    const { outcome } = office.deliver()
    office.last().answer(202)
    office.timers.advance(41_000)
    await settled()
    const end = outcome()
    assert.ok(end?.kind === 'retry')
    assert.equal(end.reason, 'no delivery report')
  })

  test('is delivered by a word that came after its attempt was given up', async () => {
    const office = anOffice(SMS_FEATURES)
    const settles: string[] = []
    const reported = { verdict: { kind: 'ack' } as const, settle: () => void settles.push('settled') }
    office.ports.deliveries.keepEarly({ id: 'm1', part: 0 }, bob.impi, reported)
    const { outcome } = office.deliver({ attempts: 1 })
    await settled()
    assert.equal(office.sent.length, 0)
    const end = outcome()
    assert.ok(end?.kind === 'delivered')
    end.committed?.()
    assert.deepEqual(settles, ['settled'])
  })

  for (const [verdict, kind, why] of [
    [{ cause: 22 }, 'away', 'full memory is over when it says so'],
    [{ cause: 111, failure: 0xd3 }, 'away', 'the same by TP-FCS'],
    [{ cause: 41 }, 'retry', 'temporary failure'],
    [{ cause: 111, failure: 0xd4 }, 'retry', 'the SIM toolkit is busy'],
    [{ cause: 111 }, 'failed', 'protocol error'],
    [{ cause: 21 }, 'failed', 'rejected'],
  ] as const)
    test(`that is refused with RP cause ${verdict.cause}: ${kind} (${why})`, async () => {
      const office = anOffice(SMS_FEATURES)
      const { outcome } = office.deliver()
      office.last().answer(200)
      const { settles } = office.report(verdict)
      await settled()
      const end = outcome()
      assert.equal(end?.kind, kind)
      assert.ok(end && 'committed' in end && end.committed)
      end.committed()
      assert.deepEqual(settles, ['settled'])
    })

  test('may be confirmed before SIP has its answer', async () => {
    const office = anOffice(SMS_FEATURES)
    const { outcome } = office.deliver()
    office.report('ack')
    office.last().answer(200)
    await settled()
    assert.equal(outcome()?.kind, 'delivered')
    assert.equal(office.timers.armed, 0)
  })

  test('nobody else can confirm', async () => {
    const office = anOffice(SMS_FEATURES)
    const { outcome } = office.deliver()
    const named = namedBy(office.last().request.headers.get('Call-ID') ?? '')
    const verdict = { kind: 'ack' } as const
    const forged = { impi: `alice@tandem.test`, named, reference: 0, verdict, settle: () => {} }
    assert.equal(office.ports.deliveries.take(forged), false)
    await settled()
    assert.equal(outcome(), undefined)
  })

  test('goes on as plain text where the handset does not take SMS', async () => {
    const office = anOffice(SMS_FEATURES)
    const { outcome } = office.deliver()
    office.last().answer(415)
    await settled()
    assert.equal(office.last().request.headers.get('Content-Type'), 'text/plain;charset=UTF-8')
    assert.equal(new TextDecoder().decode(office.last().request.body), 'hello')
    office.last().answer(200)
    await settled()
    assert.equal(outcome()?.kind, 'delivered')
  })

  test('passes silent messages and those for the SIM on as they are', () => {
    const office = anOffice(SMS_FEATURES)
    const body = { kind: 'data', octets: '027000001d0d', dcs: 0xf6, udh: '7000' } as const
    office.deliver({ body, pid: 0x7f })
    const { tpdu } = tpduIn(office.last())
    assert.ok(tpdu.kind === 'deliver')
    assert.deepEqual([tpdu.pid, tpdu.dcs], [0x7f, 0xf6])
    assert.deepEqual(tpdu.userData.elements, [{ id: 0x70, octets: new Uint8Array() }])
    assert.equal(Buffer.from(tpdu.userData.payload).toString('hex'), '027000001d0d')
    office.deliver({ id: 'm2', pid: 0x40 })
    const silent = tpduIn(office.last()).tpdu
    assert.ok(silent.kind === 'deliver')
    assert.equal(silent.pid, 0x40)
  })

  test('that asked for one gets a status report', () => {
    const office = anOffice(SMS_FEATURES)
    const times = { atMs: 1_700_000_000_000, doneAtMs: 1_700_000_060_000 }
    office.deliver({ body: { kind: 'report', reference: 9, recipient: '+15550107', status: 0, ...times } })
    const { tpdu } = tpduIn(office.last())
    assert.ok(tpdu.kind === 'status-report')
    assert.deepEqual([tpdu.reference, tpdu.status, tpdu.recipient.value], [9, 0, '15550107'])
    assert.deepEqual([tpdu.time?.atMs, tpdu.doneTime?.atMs], [times.atMs, times.doneAtMs])
  })
})

describe('a text for SIP phones', () => {
  test('goes as UTF-8 from its sender, and one that takes it suffices', async () => {
    const office = anOffice('', '')
    const { outcome } = office.deliver({ from: 'alice', body: { kind: 'text', text: 'añb 😀' } })
    assert.equal(office.sent.length, 2)
    const [one, other] = office.sent as [Sent, Sent]
    assert.notEqual(one.branch, other.branch)
    assert.equal(one.request.headers.get('Call-ID'), other.request.headers.get('Call-ID'))
    assert.match(one.request.headers.get('From') ?? '', /^<sip:alice@tandem\.test>;tag=/)
    assert.equal(new TextDecoder().decode(one.request.body), 'añb 😀')
    assert.equal(one.request.headers.get('Date'), 'Tue, 14 Nov 2023 22:13:20 GMT')
    other.answer(486)
    one.answer(200)
    await settled()
    assert.deepEqual(outcome(), { kind: 'delivered', route: 'text sip:bob@192.0.2.10' })
  })

  for (const [statuses, kind] of [
    [[486, 404], 'retry'],
    [[404, 503], 'retry'],
    [[403, 404], 'failed'],
    [[415, 415], 'failed'],
  ] as const)
    test(`that answer ${statuses.join(' and ')}: ${kind}`, async () => {
      const office = anOffice('', '')
      const { outcome } = office.deliver()
      statuses.forEach((status, at) => void office.sent[at]?.answer(status))
      await settled()
      assert.equal(outcome()?.kind, kind)
    })

  test('that do not answer is tried again', async () => {
    const office = anOffice('')
    const { outcome } = office.deliver()
    office.last().events.onFailure('timeout')
    await settled()
    const end = outcome()
    assert.ok(end?.kind === 'retry')
    assert.equal(end.reason, 'no answer')
  })

  test('is given to the preferred one first', async () => {
    const office = anOffice('')
    office.bindings.push(aBinding(bob, { q: 500, contact: 'sip:bob@192.0.2.20' }))
    office.deliver()
    assert.deepEqual(
      office.sent.map(({ request }) => request.uri),
      ['sip:bob@192.0.2.10'],
    )
    office.last().answer(480)
    await settled()
    assert.equal(office.last().request.uri, 'sip:bob@192.0.2.20')
  })

  test('is no place for data, silent messages and status reports', async () => {
    const office = anOffice('')
    const data = office.deliver({ body: { kind: 'data', octets: '00', dcs: 4 } })
    const silent = office.deliver({ pid: 0x40 })
    const report = { kind: 'report', reference: 1, recipient: 'x', atMs: 0, doneAtMs: 0, status: 0 } as const
    const dropped = office.deliver({ body: report })
    await settled()
    assert.equal(office.sent.length, 0)
    assert.deepEqual([data.outcome()?.kind, silent.outcome()?.kind], ['failed', 'failed'])
    assert.equal(dropped.outcome()?.kind, 'delivered')
  })
})

describe('where a text goes', () => {
  test('waits for who is not registered, or registered for no texts', async () => {
    const nobody = anOffice().deliver()
    const office = anOffice(';+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"')
    const deaf = office.deliver()
    await settled()
    assert.deepEqual(nobody.outcome(), { kind: 'away', reason: 'not registered' })
    assert.deepEqual(deaf.outcome(), { kind: 'away', reason: 'no contact takes texts' })
  })

  test('a phone gets what the handset could not be given, but never the second half', async () => {
    const office = anOffice(SMS_FEATURES, '')
    const { outcome } = office.deliver()
    assert.equal(office.sent.length, 1)
    office.last().answer(480)
    await settled()
    assert.equal(office.last().request.headers.get('Content-Type'), 'text/plain;charset=UTF-8')
    office.last().answer(200)
    await settled()
    assert.equal(outcome()?.kind, 'delivered')
    const half = office.deliver({
      body: { kind: 'text', text: 'long '.repeat(80) },
      partsDone: 1,
      partsTotal: 3,
    })
    office.last().answer(480)
    await settled()
    assert.equal(half.outcome()?.kind, 'retry')
  })

  test('an identity of one of several handsets is that one', () => {
    const two = aSubscriber('bob', {
      multiSim: true,
      identities: [
        { uri: 'sip:bob', user: 'bob' },
        { uri: 'tel:+15550102', user: '+15550102', imeisv: '3562510000000001' },
      ],
    })
    const post = aPost([two])
    const [one, other] = ['35625100-000000-0', '35625100-000001-0'].map(
      (imei) => `;+g.3gpp.smsip;+sip.instance="<urn:gsma:imei:${imei}>"`,
    )
    post.bindings.push(
      aBinding(two, {
        features: other as string,
        instance: '<urn:gsma:imei:35625100-000001-0>',
        contact: 'sip:b@192.0.2.2',
      }),
      aBinding(two, {
        features: one as string,
        instance: '<urn:gsma:imei:35625100-000000-0>',
        contact: 'sip:b@192.0.2.3',
      }),
    )
    const progress = { total: () => {}, partDone: async () => {} }
    void createSubscriberCarrier(post.ports).deliver(aRecord({ to: 'tel:+15550102' }), progress)
    assert.deepEqual(
      post.sent.map(({ request }) => request.uri),
      ['sip:b@192.0.2.3'],
    )
  })

  test('a contact for emergencies gets none', async () => {
    const office = anOffice()
    office.bindings.push(aBinding(bob, { contact: 'sip:bob@192.0.2.10;sos', features: SMS_FEATURES }))
    const { outcome } = office.deliver()
    await settled()
    assert.deepEqual(outcome(), { kind: 'away', reason: 'not registered' })
  })

  test('a subscriber that is gone from the configuration gets nothing', async () => {
    const { outcome } = anOffice('').deliver({ queue: 'subscriber:gone' })
    await settled()
    assert.equal(outcome()?.kind, 'failed')
  })
})
