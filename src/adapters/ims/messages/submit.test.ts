import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err } from '#lib/result'
import { encodeSubmit, type HeaderElement, textParts } from '#sms'
import { aCentre, alice, aSubmit, bob, data, hex } from './centre-fixture.ts'

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
    const weeks = { validity: { kind: 'relative', value: 255 } } as const
    await centre.tell(data(encodeSubmit(aSubmit('for a year', weeks))))
    assert.equal(centre.drafts[1]?.validityS, 86_400, 'sms_expires is the most')
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
