import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRequest } from '../grammar/message.ts'
import { parseRefer, parseReplaces } from './refer.ts'

const referOf = (...values: string[]) => {
  const request = createRequest('REFER', 'sip:tandem.test')
  for (const value of values) request.headers.add('Refer-To', value)
  return parseRefer(request)
}

describe('what a REFER asks for, RFC 3515 §2.1', () => {
  test('is one URI to call, with or without a name', () => {
    assert.deepEqual(referOf('<sip:carol@tandem.test>'), { uri: 'sip:carol@tandem.test' })
    assert.deepEqual(referOf('"Carol" <sip:carol@tandem.test;method=INVITE>'), {
      uri: 'sip:carol@tandem.test;method=INVITE',
    })
    assert.deepEqual(referOf('tel:+4930333'), { uri: 'tel:+4930333' })
    assert.deepEqual(referOf('<sip:what?now@x?Subject=y>'), { uri: 'sip:what?now@x' })
  })

  test('may name a call that is there, RFC 3891, escaped in any way', () => {
    const replaces = { callId: 'a1@192.0.2.1', toTag: 't', fromTag: 'f', earlyOnly: false }
    for (const value of [
      '<sip:carol@x?Replaces=a1%40192.0.2.1%3Bto-tag%3Dt%3Bfrom-tag%3Df>',
      '<sip:carol@x?Require=replaces&Replaces=a1%40192.0.2.1%3bfrom-tag%3df%3bto-tag%3dt>',
    ])
      assert.deepEqual(referOf(value), { uri: 'sip:carol@x', replaces }, value)
  })

  test('is nothing without a URI, with several, for other methods, and with a call that is none', () => {
    assert.equal(referOf(), undefined)
    assert.equal(referOf('<sip:a@x>', '<sip:b@x>'), undefined)
    assert.equal(referOf('<sip:a@x;method=BYE>'), undefined)
    assert.equal(referOf('nonsense'), undefined)
    assert.equal(referOf('<sip:a@x?Replaces=%E4>'), undefined)
    assert.equal(referOf('<sip:a@x?Replaces=c%3Bto-tag%3Dt>'), undefined)
  })

  test('of any octets gives a value or none', () => {
    const good =
      '"C" <sip:carol@x;method=INVITE?Require=replaces&Replaces=a1%40y%3Bto-tag%3Dt%3Bfrom-tag%3Df>;x=1'
    let seed = 3
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return (seed >>> 8) % below
    }
    let fine = 0
    for (let i = 0; i < 3000; i++) {
      const octets = Buffer.from(good, 'latin1')
      for (let n = 0; n <= i % 4; n++) octets[next(octets.length)] = next(256)
      if (referOf(octets.latin1Slice())) fine++
      parseReplaces(octets.latin1Slice(next(octets.length)))
    }
    assert.ok(fine > 100 && fine < 2900, `${fine}`)
  })
})

describe('a Replaces', () => {
  test('has a Call-ID and both tags; it may be for calls that ring only', () => {
    assert.deepEqual(parseReplaces('c@h ; from-tag=f; to-tag=t;early-only'), {
      ...{ callId: 'c@h', toTag: 't', fromTag: 'f', earlyOnly: true },
    })
    for (const value of ['', 'c', 'c;to-tag=;from-tag=f', ';to-tag=t;from-tag=f'])
      assert.equal(parseReplaces(value), undefined, value)
  })
})
