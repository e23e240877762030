import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Endpoint, Transport } from '#lib/wire'
import {
  answerTo,
  createTestEndpoint,
  createTestFlow,
  octetsOf,
  parsedResponse,
  requestText,
  summary,
} from './testing.ts'

/** The Via of the answer, and the flows (transport, address, port) that it and nothing else took. */
const answered = (via: string, peer: Endpoint, transport: Transport = 'udp') => {
  const { endpoint, heard, wire } = createTestEndpoint()
  const flow = createTestFlow(transport, peer, transport === 'udp' ? 0 : 3)
  endpoint.onData(flow, octetsOf(requestText('OPTIONS', { via })))
  const heardOf = heard.requests[0]
  assert.ok(heardOf)
  heardOf.transaction.respond(answerTo(heardOf.request, 200))
  const others = [...wire.flows].filter(([, other]) => other.sent.length > 0)
  const text = flow.sent[0] ?? others[0]?.[1].sent[0] ?? ''
  return {
    via: parsedResponse(text).headers.get('Via'),
    way: flow.sent.length > 0 ? 'the same' : others.map(([where]) => where).join(),
  }
}

describe('the Via of a request that came in', () => {
  const from = { address: '192.0.2.1', port: 40_000 }

  test('is left alone where it names its source and asks for nothing', () => {
    const via = 'SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bKx'
    assert.deepEqual(answered(via, from), { via, way: 'the same' })
  })

  test('gets received where it names another source (RFC 3261 §18.2.1)', () => {
    for (const host of [
      '10.0.0.1:40000',
      'phone.example.com:40000',
      '[2001:db8::9]:40000',
      'Phone.Example:40000',
    ])
      assert.equal(
        answered(`SIP/2.0/UDP ${host};branch=z9hG4bKx`, from).via,
        `SIP/2.0/UDP ${host};branch=z9hG4bKx;received=192.0.2.1`,
      )
  })

  test('gets received and the port where it asks by rport (RFC 3581 §4)', () => {
    const asked = answered('SIP/2.0/UDP 192.0.2.1:40000;rport;branch=z9hG4bKx', from)
    assert.equal(asked.via, 'SIP/2.0/UDP 192.0.2.1:40000;rport=40000;received=192.0.2.1;branch=z9hG4bKx')
    const last = answered('SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx;rport', from)
    assert.equal(last.via, 'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx;rport=40000;received=192.0.2.1')
  })

  test('is not believed about its own source', () => {
    const { via } = answered('SIP/2.0/UDP 192.0.2.1;rport=9;received=203.0.113.9;branch=z9hG4bKx', from)
    assert.match(via ?? '', /;rport=40000/)
    assert.match(via ?? '', /;received=192\.0\.2\.1/)
    assert.doesNotMatch(via ?? '', /203\.0\.113\.9/)
  })

  test('is the first of a list; the others are passed back as they came', () => {
    const { via } = answered(
      'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx;rport, SIP/2.0/UDP 10.0.0.2;rport;branch=z9',
      from,
    )
    assert.match(
      via ?? '',
      /^SIP\/2\.0\/UDP 10\.0\.0\.1[^,]*;rport=40000[^,]*, SIP\/2\.0\/UDP 10\.0\.0\.2;rport;branch=z9$/,
    )
  })

  test('keeps what nobody here knows, quotes and odd spelling included', () => {
    const { via } = answered('SIP / 2.0 / UDP 10.0.0.1 ; BRANCH=z9hG4bKx ; Rport ; x="a;rport;b"', from)
    assert.match(via ?? '', /branch=z9hG4bKx/)
    assert.match(via ?? '', /rport=40000/)
    assert.match(via ?? '', /x="a;rport;b"/)
  })

  test('is compared as IPv6 by value, and gets it without brackets (RFC 5118 §4.5)', () => {
    const six = { address: '2001:db8::1', port: 5060 }
    const same = 'SIP/2.0/UDP [2001:DB8:0:0::1];branch=z9hG4bKx'
    assert.equal(answered(same, six).via, same)
    const other = answered('SIP/2.0/UDP [2001:db8::2];branch=z9hG4bKx', six)
    assert.equal(other.via, 'SIP/2.0/UDP [2001:db8::2];branch=z9hG4bKx;received=2001:db8::1')
  })
})

describe('an answer goes', () => {
  const from = { address: '192.0.2.1', port: 40_000 }

  test('back to where the request came from where rport was asked for', () => {
    assert.equal(answered('SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bKx', from).way, 'the same')
  })

  test('to the source address and the port of sent-by without rport, 5060 where it names none', () => {
    assert.equal(answered('SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKx', from).way, 'udp 192.0.2.1 5070')
    assert.equal(answered('SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx', from).way, 'udp 192.0.2.1 5060')
  })

  test('nowhere else: maddr is not followed, nor a received of the sender’s own', () => {
    const via = 'SIP/2.0/UDP 10.0.0.1:5070;maddr=203.0.113.9;received=203.0.113.9;branch=z9hG4bKx'
    assert.equal(answered(via, from).way, 'udp 192.0.2.1 5070')
  })

  test('back along its connection, whatever the Via says', () => {
    for (const transport of ['tcp', 'tls'] as const) {
      const via = `SIP/2.0/${transport.toUpperCase()} 10.0.0.1:5070;branch=z9hG4bKx`
      assert.equal(answered(via, from, transport).way, 'the same')
    }
    assert.equal(answered('SIP/2.0/WSS x.invalid;branch=z9hG4bKx', from, 'wss').way, 'the same')
  })

  test('by a new connection to the port of sent-by where the old one is gone', () => {
    const { endpoint, heard, wire } = createTestEndpoint()
    const flow = createTestFlow('tcp', from, 3)
    endpoint.onData(
      flow,
      octetsOf(requestText('OPTIONS', { via: 'SIP/2.0/TCP 192.0.2.1:5070;branch=z9hG4bKx' })),
    )
    flow.close()
    endpoint.onClose(flow)
    const { transaction, request } = heard.requests[0] ?? assert.fail()
    transaction.respond(answerTo(request, 200))
    assert.deepEqual(summary(wire.flows.get('tcp 192.0.2.1 5070')?.sent ?? []), [200])
  })

  test('nowhere, without harm, where no way is left', () => {
    const { endpoint, heard, wire } = createTestEndpoint()
    wire.refused.add('ws')
    const flow = createTestFlow('ws', from, 3)
    endpoint.onData(flow, octetsOf(requestText('OPTIONS', { via: 'SIP/2.0/WS x.invalid;branch=z9hG4bKx' })))
    flow.close()
    const { transaction, request } = heard.requests[0] ?? assert.fail()
    transaction.respond(answerTo(request, 200))
    assert.equal(endpoint.figures().unsent, 1)
  })
})

describe('what is no good request', () => {
  const send = (text: string) => {
    const { endpoint, heard, clock } = createTestEndpoint()
    const flow = createTestFlow()
    endpoint.onData(flow, octetsOf(text))
    return {
      sent: summary(flow.sent),
      told: heard.requests.length,
      text: flow.sent[0] ?? '',
      armed: clock.armed,
    }
  }
  const good = requestText('OPTIONS')

  test('is answered without a transaction, with a To tag', () => {
    const bad = send(good.replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'))
    assert.deepEqual([bad.sent, bad.told, bad.armed], [[400], 0, 0])
    assert.match(bad.text, /^To: .*;tag=/m)
    assert.deepEqual(
      send(good.replace('sip:bob@example.com SIP/2.0', 'sip:bob@example.com SIP/7.0')).sent,
      [505],
    )
    assert.deepEqual(
      send(good.replace('OPTIONS sip:bob@example.com', 'OPTIONS mailto:bob@example.com')).sent,
      [416],
    )
  })

  test('is not answered where nothing can be: no Via, an ACK, a bad response, noise', () => {
    assert.deepEqual(send(good.replace(/Via: .*\r\n/, '')).sent, [])
    assert.deepEqual(send(requestText('ACK').replace('CSeq: 1 ACK', 'CSeq: 1 INVITE')).sent, [])
    assert.deepEqual(send('SIP/2.0 200 OK\r\nVia: nothing\r\n\r\n').sent, [])
    assert.deepEqual(send('\u0000\u0001\u0000\u0000 stun, perhaps').sent, [])
  })

  test('is answered so many times a second only', () => {
    const { endpoint, clock } = createTestEndpoint({ limits: { badAnswersPerSecond: 5 } })
    const flow = createTestFlow()
    const bad = octetsOf(good.replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'))
    for (let i = 0; i < 50; i++) endpoint.onData(flow, bad)
    assert.equal(flow.sent.length, 5)
    clock.advance(1000)
    endpoint.onData(flow, bad)
    assert.equal(flow.sent.length, 6)
    assert.equal(endpoint.figures().malformed, 51)
  })

  test('does not send a stray CR back', () => {
    const bad = send(good.replace('<sip:alice@example.com>;tag=a', '<sip:alice@example.com>;tag=a\rX: y'))
    assert.deepEqual([bad.sent, bad.told], [[], 0])
  })
})
