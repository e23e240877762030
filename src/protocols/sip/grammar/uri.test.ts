import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isIpv6At, sameHost } from './host.ts'
import { sameUri } from './same-uri.ts'
import { phoneOf } from './tel.ts'
import { parseUri, printUri, type Uri } from './uri.ts'

const uri = (text: string): Uri => {
  const parsed = parseUri(text)
  assert.ok(parsed.ok, `${text}: ${JSON.stringify(parsed)}`)
  return parsed.value
}

describe('a SIP URI', () => {
  test('falls into its parts', () => {
    const parts = uri('SIPS:Alice:secret@EXAMPLE.com:5071;Transport=TCP;lr?Subject=a&Priority=b')
    const params = new Map([
      ['transport', 'TCP'],
      ['lr', undefined],
    ])
    assert.deepEqual(parts, {
      scheme: 'sips',
      user: 'Alice',
      password: 'secret',
      host: 'example.com',
      port: 5071,
      params,
      headers: 'Subject=a&Priority=b',
    })
    assert.equal(printUri(parts), 'sips:Alice:secret@example.com:5071;transport=TCP;lr?Subject=a&Priority=b')
  })

  test('is printed with the escapes it needs', () => {
    for (const text of [
      'sip:example.com',
      'sip:[2001:db8::1]:5060;lr',
      'sip:a%40b%3Ac%25@h',
      'sip:%00%20%22%3C@h;x=%3B%3D%40',
      'sip:a;b=c/d?e@h;user=phone',
      'tel:+12015550123;phone-context=example.com',
      'urn:service:sos.police',
      'mailto:x@y?z',
    ])
      assert.equal(printUri(uri(text)), text)
    assert.equal(printUri(uri('sip:*#06#@h')), 'sip:*%2306%23@h')
    assert.equal(printUri(uri('tel:+1-(201) 555'.replace(' ', '.'))), 'tel:+1201555')
  })

  test('keeps a NUL and undoes escapes only once', () => {
    assert.equal(uri('sip:%00x%2541@h').user, '\0x%41')
  })

  test('is refused when it cannot be sent to', () => {
    for (const text of [
      '',
      'sip',
      'sip:',
      ':a@b',
      '1sip:a@b',
      'sip:a@',
      'sip:@b',
      'sip:a@b@c',
      'sip:a@b:0',
      'sip:a@b:65536',
      'sip:a@b:',
      'sip:a%4@b',
      'sip:a%zz@b',
      'sip:a"@b',
      'sip:a@b;c d',
      'sip:a@[::1',
      'sip:a@[1:2]',
      'sip:a@[::g]',
      'sip:a@b c',
      'tel:',
      'tel:+',
      'tel:alice',
      'urn:',
      'urn:a b',
    ])
      assert.equal(parseUri(text).ok, false, text)
  })
})

test('IPv6 addresses', () => {
  for (const text of [
    '::',
    '::1',
    '1::',
    '2001:db8::10',
    '1:2:3:4:5:6:7:8',
    '::ffff:192.0.2.1',
    '1:2:3:4:5:6:1.2.3.4',
  ])
    assert.equal(isIpv6At(text, 0, text.length), true, text)
  for (const text of [
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '1::2::3',
    '12345::',
    '2001:db8:::1',
    '2001:db8::::192.0.2.1',
    '::256.1.1.1',
    '::1.2.3',
    '1:',
    ':1',
    '::1:',
    'fe80::1%eth0',
  ])
    assert.equal(isIpv6At(text, 0, text.length), false, text)
  assert.equal(uri('sip:user@[2001:db8:::192.0.2.1]').host, '2001:db8::192.0.2.1')
  assert.ok(sameHost('2001:db8::1', '2001:0db8:0:0:0:0:0:1'))
  assert.ok(sameHost('::ffff:192.0.2.1', '::ffff:c000:201'))
  assert.ok(!sameHost('::1', '::2'))
})

describe('two URIs, RFC 3261 §19.1.4', () => {
  const same = (a: string, b: string): boolean => {
    assert.equal(sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a)), 'either way')
    return sameUri(uri(a), uri(b))
  }
  test('of the clause that are the same', () => {
    for (const [a, b] of [
      ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
      ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
      ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
      [
        'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
        'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
      ],
      [
        'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
        'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
      ],
      ['sip:a@[2001:db8::1]', 'sip:a@[2001:DB8:0::1]'],
    ] as const)
      assert.ok(same(a, b), a)
  })

  test('of the clause that are not', () => {
    for (const [a, b] of [
      ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
      ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
      ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
      ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
      ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
      ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
      ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
      ['sip:a@b', 'sips:a@b'],
      ['sip:a@b;maddr=c', 'sip:a@b'],
    ] as const)
      assert.ok(!same(a, b), a)
  })

  test('tel: separators do not count, parameters do, RFC 3966 §4', () => {
    assert.ok(same('tel:+1-201-555-0123', 'tel:+1(201)555.0123'))
    assert.ok(same('tel:7042;phone-context=Example.com', 'tel:7042;phone-context=example.com'))
    assert.ok(!same('tel:7042;phone-context=example.com', 'tel:7042'))
    assert.ok(!same('tel:+12', 'tel:12'))
    assert.ok(same('urn:service:sos', 'urn:service:sos'))
  })
})

describe('a telephone number', () => {
  test('comes out of tel and sip URIs', () => {
    assert.deepEqual(phoneOf(uri('tel:+1-201-555-0123;ext=1-2')), { number: '+12015550123', ext: '12' })
    assert.deepEqual(phoneOf(uri('sip:863-1234;phone-context=+1-914-555@h;user=phone')), {
      number: '8631234',
      context: '+1-914-555',
    })
    assert.deepEqual(phoneOf(uri('sip:*31#112@h')), { number: '*31#112' })
    assert.deepEqual(phoneOf(uri('sip:+49-30@h;user=phone')), { number: '+4930' })
  })

  test('is nothing else', () => {
    for (const text of ['sip:alice@h', 'sip:alice@h;user=phone', 'sip:h', 'sip:1-2@h', 'urn:service:sos'])
      assert.equal(phoneOf(uri(text)), undefined, text)
  })
})
