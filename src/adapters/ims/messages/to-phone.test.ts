import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aBinding, type Sent, settled } from './fixture.ts'
import { anOffice, bob } from './office-fixture.ts'

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

  test('gets what fits into a datagram; more would keep all others waiting until it expires', async () => {
    const office = anOffice('')
    office.deliver({ body: { kind: 'text', text: '日'.repeat(20_000) } })
    assert.equal(office.sent.length, 1)
    const { outcome } = office.deliver({ body: { kind: 'text', text: 'é'.repeat(255 * 153) } })
    await settled()
    assert.deepEqual(outcome(), { kind: 'failed', reason: 'too long for a SIP phone' })
    assert.equal(office.sent.length, 1)
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
