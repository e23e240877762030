import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  answerTo,
  createTestEndpoint,
  createTestFlow,
  octetsOf,
  parsedResponse,
  type RequestParts,
  requestText,
  summary,
} from './testing.ts'

const aServer = (transport: 'udp' | 'tcp' = 'udp') => {
  const house = createTestEndpoint()
  const flow = createTestFlow(transport, { address: '192.0.2.1', port: 5060 }, transport === 'udp' ? 0 : 7)
  const receive = (method: string, parts?: RequestParts) =>
    house.endpoint.onData(flow, octetsOf(requestText(method, parts)))
  const first = () => {
    const heard = house.heard.requests[0]
    assert.ok(heard, 'the user heard of a request')
    return heard
  }
  const figure = (name: string) => house.endpoint.figures()[name]
  return { ...house, flow, receive, first, figure }
}

describe('a request that is not an INVITE', () => {
  test('is told once, and its repetitions get the same answer', () => {
    const { receive, first, heard, flow } = aServer()
    receive('OPTIONS')
    first().transaction.respond(answerTo(first().request, 200))
    receive('OPTIONS')
    receive('OPTIONS')
    assert.equal(heard.requests.length, 1)
    assert.deepEqual(summary(flow.sent), [200, 200, 200])
    assert.equal(new Set(flow.sent).size, 1)
  })

  test('has no answer to its repetitions while the user thinks', () => {
    const { receive, heard, flow, first } = aServer()
    receive('REGISTER')
    receive('REGISTER')
    assert.deepEqual([heard.requests.length, flow.sent.length], [1, 0])
    first().transaction.respond(answerTo(first().request, 200))
    assert.deepEqual(summary(flow.sent), [200])
  })

  test('repeats its provisional until the final answer', () => {
    const { receive, first, flow } = aServer()
    receive('MESSAGE')
    first().transaction.respond(answerTo(first().request, 100))
    receive('MESSAGE')
    first().transaction.respond(answerTo(first().request, 202))
    receive('MESSAGE')
    assert.deepEqual(summary(flow.sent), [100, 100, 202, 202])
  })

  test('has one final answer: a second one and a late provisional are ignored', () => {
    const { receive, first, flow } = aServer()
    receive('OPTIONS')
    const { transaction, request } = first()
    transaction.respond(answerTo(request, 200))
    transaction.respond(answerTo(request, 500))
    transaction.respond(answerTo(request, 100))
    assert.deepEqual(summary(flow.sent), [200])
    assert.equal(transaction.answered, true)
  })

  test('is forgotten after timer J', () => {
    const { receive, first, heard, clock, figure } = aServer()
    receive('OPTIONS')
    first().transaction.respond(answerTo(first().request, 200))
    clock.advance(31_990)
    receive('OPTIONS')
    assert.equal(heard.requests.length, 1)
    clock.advance(1100)
    assert.deepEqual([figure('answersKept'), clock.armed], [0, 0])
    receive('OPTIONS')
    assert.equal(heard.requests.length, 2)
  })

  test('that its user never answers is let go when its sender has given up', () => {
    const { receive, clock, figure, first, flow } = aServer()
    receive('MESSAGE')
    clock.advance(31_000)
    receive('MESSAGE', { branch: 'z9hG4bKtwo' })
    clock.advance(2000)
    assert.deepEqual([figure('serverTransactions'), figure('abandoned')], [2, 0])
    clock.advance(64_000)
    assert.deepEqual([figure('serverTransactions'), figure('abandoned'), clock.armed], [0, 2, 0])
    first().transaction.respond(answerTo(first().request, 200))
    assert.deepEqual(summary(flow.sent), [200])
  })

  test('is forgotten at once where the transport repeats nothing', () => {
    const { receive, first, clock, figure } = aServer('tcp')
    receive('OPTIONS')
    first().transaction.respond(answerTo(first().request, 200))
    assert.deepEqual([figure('answersKept'), figure('serverTransactions')], [0, 0])
    clock.advance(33_000)
    assert.equal(clock.armed, 0)
  })

  test('is answered 500 when the user breaks over it, and the house lives', () => {
    const { endpoint, clock } = createTestEndpoint({
      user: {
        onRequest: () => {
          throw new Error('bug')
        },
        onAck: () => {},
        onStrayResponse: () => {},
      },
    })
    const flow = createTestFlow()
    endpoint.onData(flow, octetsOf(requestText('OPTIONS')))
    assert.deepEqual(summary(flow.sent), [500])
    assert.equal(endpoint.figures().bugs, 1)
    clock.advance(33_100)
    assert.equal(clock.armed, 0)
  })
})

describe('matching', () => {
  const told = (a: [string, RequestParts], b: [string, RequestParts]): number => {
    const { receive, heard } = aServer()
    receive(...a)
    receive(...b)
    return heard.requests.length
  }
  const via = (host: string, branch: string) => `SIP/2.0/UDP ${host};branch=${branch}`

  test('is by branch, sent-by and method, RFC 3261 §17.2.3', () => {
    const one = { via: via('192.0.2.1', 'z9hG4bKx') }
    assert.equal(told(['OPTIONS', one], ['OPTIONS', { ...one, callId: 'other' }]), 1)
    assert.equal(told(['OPTIONS', one], ['OPTIONS', { via: via('192.0.2.1', 'z9hG4bKy') }]), 2)
    assert.equal(told(['OPTIONS', one], ['OPTIONS', { via: via('192.0.2.2', 'z9hG4bKx') }]), 2)
    assert.equal(told(['OPTIONS', one], ['OPTIONS', { via: via('192.0.2.1:5070', 'z9hG4bKx') }]), 2)
    assert.equal(told(['OPTIONS', one], ['MESSAGE', one]), 2)
    assert.equal(
      told(
        ['OPTIONS', { via: via('A.example', 'z9hG4bKx') }],
        ['OPTIONS', { via: via('a.Example', 'z9hG4bKx') }],
      ),
      1,
    )
  })

  test('of senders without the magic cookie is by all that RFC 2543 had', () => {
    const old = { via: via('192.0.2.1', '1'), callId: 'a' }
    assert.equal(told(['OPTIONS', old], ['OPTIONS', old]), 1)
    assert.equal(told(['OPTIONS', old], ['OPTIONS', { ...old, callId: 'b' }]), 2)
    assert.equal(told(['OPTIONS', old], ['OPTIONS', { ...old, seq: 2 }]), 2)
    assert.equal(told(['OPTIONS', old], ['OPTIONS', { ...old, uri: 'sip:carol@example.com' }]), 2)
    assert.equal(told(['OPTIONS', old], ['OPTIONS', { ...old, from: '<sip:alice@example.com>;tag=z' }]), 2)
    const cookieOnly = { via: via('192.0.2.1', 'z9hG4bK') }
    assert.equal(
      told(['OPTIONS', { ...cookieOnly, callId: 'a' }], ['OPTIONS', { ...cookieOnly, callId: 'b' }]),
      2,
    )
  })

  test('finds the ACK of an RFC 2543 INVITE', () => {
    const { receive, first, heard, flow, clock } = aServer()
    const old = { via: 'SIP/2.0/UDP 192.0.2.1:5060', callId: 'a' }
    receive('INVITE', old)
    first().transaction.respond(answerTo(first().request, 486))
    receive('ACK', { ...old, to: '<sip:bob@example.com>;tag=b' })
    clock.advance(60_000)
    assert.deepEqual([summary(flow.sent), heard.acks.length], [[100, 486], 0])
  })
})

describe('an INVITE', () => {
  test('is answered 100 at once, before the user does anything, with its Timestamp', () => {
    const { receive, flow, heard } = aServer()
    receive('INVITE', { extra: 'Timestamp: 54\r\n' })
    assert.deepEqual([summary(flow.sent), heard.requests.length], [[100], 1])
    assert.equal(parsedResponse(flow.sent[0] ?? '').headers.get('Timestamp'), '54')
  })

  test('gets its last provisional again when it is repeated', () => {
    const { receive, first, flow, heard } = aServer()
    receive('INVITE')
    first().transaction.respond(answerTo(first().request, 180))
    first().transaction.respond(answerTo(first().request, 183))
    receive('INVITE')
    assert.deepEqual([summary(flow.sent), heard.requests.length], [[100, 180, 183, 183], 1])
  })

  test('refused over UDP: the answer is repeated with T1 doubling to T2 until H, then the user is told', () => {
    const { receive, first, flow, clock, figure } = aServer()
    receive('INVITE')
    const { transaction, request } = first()
    const times: number[] = []
    let timeouts = 0
    transaction.onTimeout = () => timeouts++
    transaction.respond(answerTo(request, 486))
    const start = clock.clock.nowMs()
    let seen = flow.sent.length
    for (let ms = 0; ms < 40_000; ms += 10) {
      clock.advance(10)
      if (flow.sent.length > seen) times.push(clock.clock.nowMs() - start)
      seen = flow.sent.length
    }
    assert.deepEqual(times, [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
    assert.deepEqual(
      [timeouts, clock.armed, figure('serverTransactions'), figure('invitingSources')],
      [1, 0, 0, 0],
    )
  })

  test('refused over TCP: nothing is repeated, H still ends it', () => {
    const { receive, first, flow, clock } = aServer('tcp')
    receive('INVITE')
    let timeouts = 0
    first().transaction.onTimeout = () => timeouts++
    first().transaction.respond(answerTo(first().request, 486))
    clock.advance(40_000)
    assert.deepEqual([summary(flow.sent), timeouts, clock.armed], [[100, 486], 1, 0])
  })

  test('refused: its ACK ends the repeating and goes no further, nor do repetitions of the ACK', () => {
    const { receive, first, flow, clock, heard, figure } = aServer()
    receive('INVITE')
    let timeouts = 0
    first().transaction.onTimeout = () => timeouts++
    first().transaction.respond(answerTo(first().request, 486))
    receive('ACK')
    clock.advance(1000)
    receive('ACK')
    receive('INVITE')
    assert.deepEqual([summary(flow.sent), heard.acks.length, heard.requests.length], [[100, 486], 0, 1])
    clock.advance(6000)
    assert.deepEqual([timeouts, clock.armed, figure('confirmedKept')], [0, 0, 0])
  })

  test('refused: a lost ACK is asked for again by the repeated answer', () => {
    const { receive, first, flow, clock } = aServer()
    receive('INVITE')
    first().transaction.respond(answerTo(first().request, 404))
    clock.advance(600)
    receive('INVITE')
    assert.deepEqual(summary(flow.sent), [100, 404, 404, 404])
    receive('ACK')
    clock.advance(10_000)
    assert.equal(flow.sent.length, 4)
  })

  test('accepted: the 2xx is sent when the user says so, and INVITEs are absorbed (RFC 6026)', () => {
    const { receive, first, flow, heard, clock } = aServer()
    receive('INVITE')
    const { transaction, request } = first()
    const response = answerTo(request, 200)
    transaction.respond(response)
    receive('INVITE')
    clock.advance(1000)
    assert.deepEqual(summary(flow.sent), [100, 200])
    transaction.respond(response)
    transaction.respond(answerTo(request, 486))
    transaction.respond(answerTo(request, 180))
    assert.deepEqual([summary(flow.sent), heard.requests.length], [[100, 200, 200], 1])
  })

  test('accepted: its ACK, with a branch of its own, goes up each time and quiets timer L', () => {
    const { receive, first, heard, clock, figure } = aServer()
    receive('INVITE')
    let timeouts = 0
    first().transaction.onTimeout = () => timeouts++
    first().transaction.respond(answerTo(first().request, 200))
    receive('ACK', { branch: 'z9hG4bKack', to: '<sip:bob@example.com>;tag=b' })
    receive('ACK', { branch: 'z9hG4bKack', to: '<sip:bob@example.com>;tag=b' })
    assert.deepEqual([heard.acks.length, figure('unacknowledged')], [2, 0])
    clock.advance(33_100)
    assert.deepEqual([timeouts, clock.armed, figure('acceptedKept')], [0, 0, 0])
  })

  test('accepted: without an ACK the user is told at timer L', () => {
    const { receive, first, clock, figure, flow } = aServer()
    receive('INVITE')
    let timeouts = 0
    const { transaction, request } = first()
    transaction.onTimeout = () => timeouts++
    transaction.respond(answerTo(request, 200))
    clock.advance(31_900)
    assert.equal(timeouts, 0)
    clock.advance(1200)
    assert.deepEqual([timeouts, figure('unacknowledged'), clock.armed], [1, 0, 0])
    transaction.respond(answerTo(request, 200))
    assert.deepEqual(summary(flow.sent), [100, 200])
  })

  test('accepted: an ACK with the INVITE’s own branch is understood too', () => {
    const { receive, first, heard, figure } = aServer()
    receive('INVITE')
    first().transaction.respond(answerTo(first().request, 200))
    receive('ACK', { to: '<sip:bob@example.com>;tag=b' })
    assert.deepEqual([heard.acks.length, figure('unacknowledged')], [1, 0])
  })

  test('an ACK that belongs to nothing goes up: only the dialogue layer can tell', () => {
    const { receive, heard } = aServer()
    receive('ACK')
    assert.equal(heard.acks.length, 1)
  })
})

describe('a CANCEL', () => {
  test('before the answer is answered 200 and told; the user answers 487 with the same tag', () => {
    const { receive, first, flow } = aServer()
    receive('INVITE')
    const { transaction, request } = first()
    transaction.onCancel = (cancel) => {
      assert.equal(cancel.headers.get('Reason'), 'SIP;cause=200')
      transaction.respond(answerTo(request, 487))
    }
    transaction.respond(answerTo(request, 180))
    receive('CANCEL', { extra: 'Reason: SIP;cause=200\r\n' })
    receive('ACK')
    assert.deepEqual(summary(flow.sent), [100, 180, 200, 487])
    const cancelled = parsedResponse(flow.sent[2] ?? '')
    assert.equal(cancelled.headers.get('CSeq'), '1 CANCEL')
    assert.equal(cancelled.headers.get('To'), '<sip:bob@example.com>;tag=b')
  })

  test('is repeated into the same 200, and told once', () => {
    const { receive, first, flow } = aServer()
    receive('INVITE')
    let cancels = 0
    first().transaction.onCancel = () => cancels++
    receive('CANCEL')
    receive('CANCEL')
    assert.deepEqual([summary(flow.sent), cancels], [[100, 200, 200], 1])
    assert.equal(flow.sent[1], flow.sent[2])
  })

  test('ends the INVITE with 487 where the user has no say in it', () => {
    const { receive, flow, clock } = aServer()
    receive('INVITE')
    receive('CANCEL')
    receive('ACK')
    assert.deepEqual(summary(flow.sent), [100, 200, 487])
    const tags = flow.sent.slice(1).map((text) => parsedResponse(text).headers.get('To'))
    assert.equal(tags[0], tags[1])
    assert.match(tags[0] ?? '', /;tag=/)
    clock.advance(40_000)
    assert.equal(clock.armed, 0)
  })

  test('after the answer changes nothing', () => {
    for (const status of [200, 486]) {
      const { receive, first, flow } = aServer()
      receive('INVITE')
      let cancels = 0
      first().transaction.onCancel = () => cancels++
      first().transaction.respond(answerTo(first().request, status))
      receive('CANCEL')
      assert.deepEqual([summary(flow.sent), cancels], [[100, status, 200], 0])
    }
  })

  test('of nothing is answered 481', () => {
    const { receive, flow, heard, clock } = aServer()
    receive('CANCEL')
    assert.deepEqual([summary(flow.sent), heard.requests.length], [[481], 0])
    assert.equal(clock.armed, 0)
  })
})
