import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRequest } from './message.ts'
import { damagedVia, parseVia, printVia, topVia, type Via } from './via.ts'

const via = (text: string): Via => {
  const parsed = parseVia(text)
  assert.ok(parsed.ok, text)
  return parsed.value
}
const topOf = (text: string) => {
  const request = createRequest('OPTIONS', 'sip:a')
  request.headers.add('Via', text)
  return topVia(request)
}

describe('a hop', () => {
  test('says where it came from and where the answer goes', () => {
    assert.deepEqual(
      via('SIP/2.0/udp Host.Example.com:5070;rport=9;received=[2001:DB8::1];branch=z9;ttl=1'),
      {
        transport: 'UDP',
        host: 'host.example.com',
        port: 5070,
        branch: 'z9',
        received: '2001:db8::1',
        rport: 9,
        params: new Map([['ttl', '1']]),
      },
    )
    assert.equal(via('SIP/2.0/TCP a;rport').rport, true)
    assert.equal(via('SIP / 2.0 / TCP  [::1] : 5060').host, '::1')
  })

  test('is printed as it was understood', () => {
    for (const text of [
      'SIP/2.0/WSS x.invalid;branch=z9hG4bK1',
      'SIP/2.0/UDP [::1]:5070;keep;rport=7;received=192.0.2.1;branch=z',
      'SIP/2.0/UDP a;rport',
    ])
      assert.equal(printVia(via(text)), text)
  })

  test('on top is read alike on the short and on the long way', () => {
    for (const text of [
      'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport',
      'SIP/2.0/UDP 192.0.2.1:65535;rport;branch=z9hG4bK1',
      'SIP/2.0/TLS a-b.example.com;branch=z9hG4bK.1',
      'SIP/2.0/UDP 192.0.2.1:65536;branch=z',
      'SIP/2.0/UDP 192.0.2.1:0;branch=z',
      'SIP/2.0/UDP HOST;branch=z',
    ]) {
      const full = parseVia(text)
      assert.deepEqual(topOf(text), full.ok ? full.value : undefined, text)
    }
  })

  test('damaged behind its host still says where the answer goes', () => {
    const damagedOf = (text: string) => {
      const request = createRequest('OPTIONS', 'sip:a')
      request.headers.add('Via', text)
      const { host, port, rport } = damagedVia(request) ?? {}
      return [host, port, rport]
    }
    assert.deepEqual(damagedOf('SIP/2.0/UDP 192.0.2.15;;,;,,'), ['192.0.2.15', undefined, undefined])
    assert.deepEqual(damagedOf('SIP/2.0/UDP a:5070;rport;;'), ['a', 5070, true])
    assert.deepEqual(damagedOf('SIP/2.0/UDP a:0'), ['a', undefined, undefined])
    assert.deepEqual(damagedOf(';;'), [undefined, undefined, undefined])
  })

  test('on top is the first of its field', () => {
    assert.equal(topOf('SIP/2.0/UDP a;x="1,2";branch=1 , SIP/2.0/TCP b')?.branch, '1')
    assert.equal(topVia(createRequest('OPTIONS', 'sip:a')), undefined)
    assert.equal(topOf('SIP/2.0/UDP a b'), undefined)
  })
})
