import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fields from './fields.ts'
import { Headers } from './message.ts'

describe('header fields', () => {
  test('numbers', () => {
    assert.deepEqual(['0', '0068', ' 7 ', '99999999999'].map(fields.parseDelta), [0, 68, 7, 4294967295])
    for (const value of ['', '-1', '1.5', '1 2', 'x'])
      assert.equal(fields.parseDelta(value), undefined, value)
    assert.deepEqual(
      ['0', '1', '0.5', '.25', '1.000', '0.12345'].map(fields.parseQ),
      [0, 1, 0.5, 0.25, 1, 0.123],
    )
    for (const value of ['', '2', '1.1', '-1', 'x', '0.5.5', '1e1'])
      assert.equal(fields.parseQ(value), undefined, value)
    assert.equal(fields.parseRetryAfter('120 (busy);duration=9'), 120)
    assert.equal(fields.parseRetryAfter('later'), undefined)
  })

  test('CSeq and RAck', () => {
    assert.deepEqual(fields.parseCSeq('2147483647 X-odd'), { number: 2147483647, method: 'X-odd' })
    assert.deepEqual(fields.parseRAck('776656 1 INVITE'), { rseq: 776656, cseq: 1, method: 'INVITE' })
    for (const value of ['', '1 INVITE', '1 2', 'x 1 INVITE'])
      assert.equal(fields.parseRAck(value), undefined, value)
  })

  test('session timers', () => {
    assert.deepEqual(fields.parseSessionExpires('1800;x=y;Refresher=UAS'), {
      seconds: 1800,
      refresher: 'uas',
    })
    assert.deepEqual(fields.parseSessionExpires('90'), { seconds: 90 })
    assert.deepEqual(fields.parseSessionExpires('90;refresher=me'), { seconds: 90 })
    assert.equal(fields.parseSessionExpires(';refresher=uac'), undefined)
  })

  test('Replaces names a dialogue', () => {
    const expected = { callId: 'a@b', toTag: 't', fromTag: 'f', earlyOnly: true }
    assert.deepEqual(fields.parseReplaces('a@b ;from-tag=f;to-tag=t;early-only'), expected)
    assert.equal(fields.parseReplaces('a@b;to-tag=t'), undefined)
    assert.equal(fields.parseReplaces('a@b'), undefined)
  })

  test('words with parameters', () => {
    assert.deepEqual(fields.parseEvent('Reg;ID=4'), { event: 'reg', id: '4' })
    assert.equal(fields.parseWorded('Application / SDP ;charset=x')?.word, 'application/sdp')
    assert.equal(fields.parseWorded(';x'), undefined)
    const reason = { protocol: 'SIP', cause: 200, text: 'Call, completed' }
    assert.deepEqual(fields.parseReason('SIP ;cause=200 ;text="Call, completed"'), reason)
    assert.deepEqual(fields.parseReason('Q.850;cause=16'), { protocol: 'Q.850', cause: 16 })
  })

  test('dates are GMT', () => {
    const ms = Date.UTC(2010, 0, 1, 16)
    assert.equal(fields.parseDate('Fri, 01 Jan 2010 16:00:00 GMT'), ms)
    assert.equal(fields.printDate(ms), 'Fri, 01 Jan 2010 16:00:00 GMT')
    assert.equal(fields.parseDate('Fri, 01 Jan 2010 16:00:00 EST'), undefined)
  })

  test('lists run over lines and commas', () => {
    const headers = new Headers()
      .add('Supported', 'path, gruu')
      .add('Other', 'x')
      .add('Supported', 'outbound')
    assert.deepEqual(fields.tokensOf(headers, 'Supported'), ['path', 'gruu', 'outbound'])
    assert.deepEqual(fields.tokensOf(headers, 'Require'), [])
    headers.add('Privacy', 'ID; header').add('Privacy', 'critical')
    assert.deepEqual(fields.privacyOf(headers), ['id', 'header', 'critical'])
  })

  test('contacts, or all of them', () => {
    const contacts = (...values: string[]) => {
      const headers = new Headers()
      for (const value of values) headers.add('Contact', value)
      return fields.parseContactList(headers)
    }
    assert.deepEqual(contacts(), { ok: true, value: [] })
    assert.deepEqual(contacts('*'), { ok: true, value: '*' })
    assert.equal(contacts('*', '<sip:a@b>').ok, false)
    assert.equal(contacts('*, *').ok, false)
    const two = contacts('<sip:a@b>;q=1,"x" <sip:c@d>')
    assert.ok(two.ok && two.value !== '*')
    assert.deepEqual(
      two.value.map(({ uri }) => uri),
      ['sip:a@b', 'sip:c@d'],
    )
    assert.equal(contacts('<sip:a@b>, nonsense').ok, false)
  })

  test('every status has a phrase', () => {
    assert.deepEqual([180, 487, 299, 666, 999].map(fields.reasonPhrase), [
      'Ringing',
      'Request Terminated',
      'OK',
      'Global Failure',
      'Unknown',
    ])
  })
})
