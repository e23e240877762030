import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { textOf } from '#sms'
import { namedBy } from './attempt.ts'
import { aBinding, type Sent, SMS_FEATURES, settled } from './fixture.ts'
import { anOffice, bob, tpduIn } from './office-fixture.ts'

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
    const route = 'sms sip:bob@192.0.2.10'
    assert.deepEqual(office.confirmed, [
      [1, route],
      [2, route],
    ])
  })

  test('goes on where the last attempt ended', () => {
    const office = anOffice(SMS_FEATURES)
    const steps = [{ atMs: 1, state: 'submitting' as const, route: 'sms sip:bob@192.0.2.10' }]
    office.deliver({ body: { kind: 'text', text: 'long '.repeat(80) }, partsDone: 2, partsTotal: 3, steps })
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

  test('goes by the path over which its contact registered', () => {
    const office = anOffice()
    const path = ['<sip:token@192.0.2.99:5070;lr>', '<sip:inner@192.0.2.98;lr>']
    office.bindings.push(aBinding(bob, { features: SMS_FEATURES, path }))
    office.deliver()
    const { request, flow } = office.last()
    assert.deepEqual(request.headers.all('Route'), path)
    assert.deepEqual([flow.address, flow.port], ['192.0.2.99', 5070])
    assert.equal(request.uri, 'sip:bob@192.0.2.10:5060')
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
