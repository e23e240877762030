import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LogDetail } from '#lib/log'
import type { SipEndpointPorts } from './endpoint.ts'
import {
  answerTo,
  createTestEndpoint,
  createTestFlow,
  octetsOf,
  parsedResponse,
  requestText,
  summary,
} from './testing.ts'

const crowd = (ports: Partial<SipEndpointPorts>) => {
  const house = createTestEndpoint(ports)
  let branch = 0
  const from = (address: string, method: string, parts = {}) => {
    const flow = createTestFlow('udp', { address, port: 5060 })
    const via = `SIP/2.0/UDP ${address};branch=z9hG4bK${++branch}`
    house.endpoint.onData(flow, octetsOf(requestText(method, { via, callId: `call-${branch}`, ...parts })))
    return { flow, via }
  }
  return { ...house, from }
}

describe('past a bound', () => {
  test('of INVITEs from one address the next is answered 503 with Retry-After, those of others are not', () => {
    const { from, heard, endpoint } = crowd({ limits: { invitesPerSource: 3 } })
    for (let i = 0; i < 3; i++) from('192.0.2.1', 'INVITE')
    const { flow, via } = from('192.0.2.1', 'INVITE')
    assert.deepEqual(summary(flow.sent), [503])
    assert.match(parsedResponse(flow.sent[0] ?? '').headers.get('Retry-After') ?? '', /^\d+$/)
    assert.equal(heard.requests.length, 3)
    const to = parsedResponse(flow.sent[0] ?? '').headers.get('To') ?? ''
    endpoint.onData(flow, octetsOf(requestText('ACK', { via, to })))
    assert.equal(heard.acks.length, 0, 'the ACK of a refusal is nobody’s')
    from('192.0.2.2', 'INVITE')
    from('192.0.2.1', 'OPTIONS')
    assert.equal(heard.requests.length, 5)
    assert.equal(endpoint.figures().refused, 1)
  })

  test('an exempt address has no such bound', () => {
    const { from, heard } = crowd({
      limits: { invitesPerSource: 1 },
      exempt: (address) => address === '192.0.2.7',
    })
    for (let i = 0; i < 5; i++) from('192.0.2.7', 'INVITE')
    assert.equal(heard.requests.length, 5)
  })

  test('an answered INVITE makes room: a 2xx at once, a refusal with its ACK', () => {
    const { from, heard, endpoint } = crowd({ limits: { invitesPerSource: 2 } })
    const one = from('192.0.2.1', 'INVITE')
    from('192.0.2.1', 'INVITE')
    const [first, second] = heard.requests
    first?.transaction.respond(answerTo(first.request, 486))
    second?.transaction.respond(answerTo(second.request, 200))
    assert.deepEqual(summary(from('192.0.2.1', 'INVITE').flow.sent), [100])
    assert.deepEqual(summary(from('192.0.2.1', 'INVITE').flow.sent), [503])
    endpoint.onData(one.flow, octetsOf(requestText('ACK', { via: one.via, callId: 'call-1' })))
    assert.deepEqual(summary(from('192.0.2.1', 'INVITE').flow.sent), [100])
  })

  test('of unanswered transactions an emergency call still gets through, as many as have places kept', () => {
    const { from, heard } = crowd({ limits: { transactions: 2, emergencies: 2 } })
    for (let i = 0; i < 2; i++) from(`192.0.2.${i}`, 'INVITE')
    assert.deepEqual(summary(from('192.0.2.7', 'INVITE').flow.sent), [503])
    const sos = { uri: 'urn:service:sos.fire' }
    for (let i = 0; i < 2; i++)
      assert.deepEqual(summary(from(`192.0.2.2${i}`, 'INVITE', sos).flow.sent), [100])
    assert.deepEqual(summary(from('192.0.2.8', 'INVITE', sos).flow.sent), [503])
    assert.deepEqual(summary(from('192.0.2.9', 'OPTIONS', sos).flow.sent), [503])
    assert.equal(heard.requests.length, 4)
  })

  test('of unanswered transactions any new one is answered 503, but a CANCEL still gets through', () => {
    const { from, heard, endpoint } = crowd({ limits: { transactions: 3 } })
    const { flow, via } = from('192.0.2.1', 'INVITE')
    from('192.0.2.2', 'MESSAGE')
    from('192.0.2.3', 'MESSAGE')
    assert.deepEqual(summary(from('192.0.2.4', 'OPTIONS').flow.sent), [503])
    assert.deepEqual(summary(from('192.0.2.4', 'INVITE').flow.sent), [503])
    assert.equal(endpoint.figures().serverTransactions, 3)
    endpoint.onData(flow, octetsOf(requestText('CANCEL', { via })))
    assert.deepEqual(summary(flow.sent), [100, 200, 487])
    const message = heard.requests[1]
    message?.transaction.respond(answerTo(message.request, 200))
    assert.equal(endpoint.figures().serverTransactions, 2)
    assert.deepEqual(summary(from('192.0.2.4', 'OPTIONS').flow.sent), [])
  })

  test('of octets held by unanswered requests the next is answered 503, of one address and of all', () => {
    const long = { extra: `Subject: ${'x'.repeat(3000)}\r\n` }
    const { from, heard, endpoint } = crowd({
      limits: { inviteOctetsPerSource: 8000, transactionOctets: 16_000 },
    })
    for (let i = 0; i < 2; i++) assert.deepEqual(summary(from('192.0.2.1', 'INVITE', long).flow.sent), [100])
    assert.deepEqual(summary(from('192.0.2.1', 'INVITE', long).flow.sent), [503])
    for (let i = 0; i < 3; i++) from('192.0.2.2', 'MESSAGE', long)
    assert.deepEqual(summary(from('192.0.2.3', 'OPTIONS').flow.sent), [503])
    for (const { request, transaction } of [...heard.requests]) transaction.respond(answerTo(request, 200))
    assert.equal(endpoint.figures().transactionOctets, 0)
    assert.deepEqual(summary(from('192.0.2.1', 'INVITE', long).flow.sent), [100])
  })

  test('a branch of any length names its transaction at the same price', () => {
    const { heard, endpoint } = createTestEndpoint()
    const flow = createTestFlow()
    const ask = (branch: string) => endpoint.onData(flow, octetsOf(requestText('INVITE', { branch })))
    for (const end of ['a', 'b', 'a']) ask(`z9hG4bK${'x'.repeat(30_000)}${end}`)
    assert.equal(heard.requests.length, 2)
    assert.equal(endpoint.figures().repetitions, 1)
  })

  test('of remembered answers the oldest is forgotten, in number and in octets', () => {
    for (const limits of [{ completed: 10 }, { completedOctets: 1 << 12 }]) {
      const { endpoint, heard } = createTestEndpoint({ limits })
      const flow = createTestFlow()
      const ask = (i: number) =>
        endpoint.onData(flow, octetsOf(requestText('OPTIONS', { branch: `z9hG4bKx${i}` })))
      for (let i = 0; i < 100; i++) {
        ask(i)
        const last = heard.requests.at(-1)
        last?.transaction.respond(answerTo(last.request, 200))
      }
      const { answersKept = 0, answersForgotten = 0 } = endpoint.figures()
      assert.ok(answersKept > 1 && answersKept <= 30, `${answersKept} kept`)
      assert.equal(answersKept + answersForgotten, 100)
      ask(99)
      assert.equal(heard.requests.length, 100)
      ask(0)
      assert.equal(heard.requests.length, 101)
    }
  })

  test('of accepted INVITEs the oldest is forgotten, while its user may still repeat the 2xx', () => {
    const { from, heard, endpoint, clock } = crowd({ limits: { completed: 2 } })
    const flows = [1, 2, 3].map(() => from('192.0.2.1', 'INVITE').flow)
    let timeouts = 0
    for (const { request, transaction } of heard.requests) {
      transaction.onTimeout = () => timeouts++
      transaction.respond(answerTo(request, 200))
    }
    assert.equal(endpoint.figures().acceptedKept, 2)
    const first = heard.requests[0]
    first?.transaction.respond(answerTo(first.request, 200))
    assert.deepEqual(summary(flows[0]?.sent ?? []), [100, 200, 200])
    clock.advance(34_000)
    assert.deepEqual([timeouts, endpoint.figures().unacknowledged, clock.armed], [2, 0, 0])
  })
})

describe('a stream', () => {
  const aStream = (ports: Partial<SipEndpointPorts> = {}) => {
    const house = createTestEndpoint(ports)
    const flow = createTestFlow('tcp', { address: '192.0.2.1', port: 40_000 }, 5)
    return { ...house, flow, push: (text: string) => house.endpoint.onData(flow, octetsOf(text)) }
  }
  const message = requestText('OPTIONS', { via: 'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKx' })

  test('is cut into messages, wherever it was cut before', () => {
    const { push, heard } = aStream()
    const two = message + message.replace('z9hG4bKx', 'z9hG4bKy')
    for (const octet of two) push(octet)
    push(two.replace('z9hG4bKx', 'z9hG4bKv').replace('z9hG4bKy', 'z9hG4bKw'))
    assert.equal(heard.requests.length, 4)
  })

  test('has its CRLF CRLF answered by CRLF (RFC 5626 §4.4.1), on WebSocket too; on UDP it is swallowed', () => {
    const { push, flow, endpoint } = aStream()
    push('\r\n\r\n')
    assert.deepEqual(flow.sent, ['\r\n'])
    const socket = createTestFlow('ws', undefined, 6)
    endpoint.onData(socket, octetsOf('\r\n\r\n'))
    assert.deepEqual(socket.sent, ['\r\n'])
    const datagrams = createTestFlow()
    for (const text of ['\r\n\r\n', '\r\n', '\u0000', '']) endpoint.onData(datagrams, octetsOf(text))
    assert.deepEqual([datagrams.sent, endpoint.figures().malformed], [[], 0])
  })

  test('in the middle of a message for too long is closed, and not before', () => {
    const { push, flow, clock, endpoint } = aStream()
    push(message.slice(0, 100))
    clock.advance(20_000)
    push(message.slice(100, 120))
    clock.advance(9_000)
    assert.equal(flow.open, true)
    clock.advance(8_000)
    assert.equal(flow.open, false)
    assert.deepEqual([endpoint.figures().incompleteStreams, clock.armed], [0, 0])
    endpoint.onClose(flow)
    assert.equal(endpoint.figures().streams, 0)
  })

  test('between messages may be silent for ever', () => {
    const { push, flow, clock } = aStream()
    push(message.slice(0, 100))
    push(message.slice(100))
    clock.advance(3_600_000)
    assert.deepEqual([flow.open, clock.armed], [true, 0])
  })

  test('of garbage is closed, after an answer where there can be one', () => {
    const { push, flow, heard } = aStream()
    push(message.replace('Content-Length: 0\r\n', ''))
    assert.deepEqual([summary(flow.sent), flow.open, heard.requests.length], [[400], false, 0])
    const other = aStream()
    other.push('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.deepEqual([other.flow.sent, other.flow.open], [[], false])
  })

  test('is closed where too many others are in the middle of a message', () => {
    const { endpoint } = createTestEndpoint({ limits: { incomplete: 2 } })
    const flows = [1, 2, 3].map((number) => createTestFlow('tcp', undefined, number))
    for (const flow of flows) endpoint.onData(flow, octetsOf(message.slice(0, 50)))
    assert.deepEqual(
      flows.map(({ open }) => open),
      [true, true, false],
    )
  })
})

describe('the log', () => {
  test('shows each message at level debug with direction, peer and content, and the trace sees them all', () => {
    const lines: [string, LogDetail | undefined][] = []
    const traced: string[] = []
    const { endpoint, heard } = createTestEndpoint({
      log: { on: () => true, write: (_layer, _level, text, detail) => void lines.push([text, detail]) },
      trace: (direction, flow, text) =>
        void traced.push(`${direction} ${flow.address} ${text.split(' ')[0]}`),
    })
    const flow = createTestFlow()
    const text = requestText('OPTIONS')
    endpoint.onData(flow, octetsOf(text))
    const { transaction, request } = heard.requests[0] ?? assert.fail()
    transaction.respond(answerTo(request, 200, 'b', 'OK'))
    const user = '192.0.2.1:5060'
    assert.deepEqual(lines, [
      ['OPTIONS sip:bob@example.com SIP/2.0', { dir: 'FROM', user, payload: text }],
      ['SIP/2.0 200 OK', { dir: 'TO', user, payload: flow.sent[0] }],
    ])
    assert.deepEqual(traced, ['in 192.0.2.1 OPTIONS', 'out 192.0.2.1 SIP/2.0'])
  })
})
