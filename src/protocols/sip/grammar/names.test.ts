import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canonicalName } from './names.ts'

describe('a header name', () => {
  test('is known in any case', () => {
    for (const name of [
      'Via',
      'WWW-Authenticate',
      'Call-ID',
      'P-Access-Network-Info',
      'CSeq',
      'MIME-Version',
      'RAck',
    ])
      for (const spelt of [name, name.toLowerCase(), name.toUpperCase()])
        assert.equal(canonicalName(spelt), name)
  })

  test('has compact forms', () => {
    const compact = Array.from('abcdefijklmnorstuvxy', (letter) => canonicalName(letter))
    assert.deepEqual(compact, [
      'Accept-Contact',
      'Referred-By',
      'Content-Type',
      'Request-Disposition',
      'Content-Encoding',
      'From',
      'Call-ID',
      'Reject-Contact',
      'Supported',
      'Content-Length',
      'Contact',
      'Identity-Info',
      'Event',
      'Refer-To',
      'Subject',
      'To',
      'Allow-Events',
      'Via',
      'Session-Expires',
      'Identity',
    ])
    assert.equal(canonicalName('L'), 'Content-Length')
  })

  test('keeps its spelling when nobody knows it', () => {
    for (const name of ['X-Mine', 'VIAA', 'Vi', 'g', '', 'Call\rID', 'From '])
      assert.equal(canonicalName(name), name)
  })
})
