import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { printMessage } from '../grammar/print.ts'
import { aClient, aRequest } from './client-fixture.ts'
import {
  answerTo,
  createTestEndpoint,
  createTestFlow,
  octetsOf,
  parsedRequest,
  summary,
  type TestFlow,
} from './testing.ts'

describe('a request of ours', () => {
  test('gets a Via with a new branch and rport on top, and stays the user’s own', () => {
    const { flow, given } = aClient('OPTIONS')
    const via = parsedRequest(flow.sent[0] ?? '').headers.get('Via') ?? ''
    assert.match(via, /^SIP\/2\.0\/UDP 192\.0\.2\.5:5060;branch=z9hG4bK\w{14};rport$/)
    assert.equal(given.headers.has('Via'), false)
  })

  test('names the transport, and the address its house advertises', () => {
    const { flow } = aClient('OPTIONS', {
      transport: 'wss',
      ports: { advertise: () => 'ims.example.com:443' },
    })
    assert.match(flow.sent[0] ?? '', /Via: SIP\/2\.0\/WSS ims\.example\.com:443;branch/)
  })

  test('writes an IPv6 address of ours in brackets', () => {
    const { endpoint } = createTestEndpoint()
    const flow = createTestFlow('udp', { address: '2001:db8::1', port: 5060 })
    endpoint.request(aRequest('OPTIONS'), flow, { onResponse: () => {}, onFailure: () => {} })
    assert.match(flow.sent[0] ?? '', /Via: SIP\/2\.0\/UDP \[2001:db8::5\]:5060;branch/)
  })
})

describe('a request that is not an INVITE', () => {
  test('is repeated with T1 doubling to T2 until timer F (E, RFC 3261 §17.1.2.2)', () => {
    const { times, failures, figure } = aClient('OPTIONS')
    assert.deepEqual(times(), [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
    assert.deepEqual([failures, figure('clientTransactions'), figure('timeouts')], [['timeout'], 0, 1])
  })

  test('is repeated every T2 once a provisional came', () => {
    const { times, answer, statuses, clock } = aClient('OPTIONS')
    clock.advance(600)
    answer(183)
    assert.deepEqual(times().slice(0, 3), [900, 4900, 8900])
    assert.deepEqual(statuses(), [183])
  })

  test('over TCP is sent once, and ends by timer F all the same', () => {
    const { flow, clock, failures } = aClient('OPTIONS', { transport: 'tcp' })
    clock.advance(31_990)
    assert.deepEqual([flow.sent.length, failures], [1, []])
    clock.advance(20)
    assert.deepEqual([failures, clock.armed], [['timeout'], 0])
  })

  test('takes one final answer: repetitions are dropped, nothing is left behind', () => {
    const { answer, statuses, clock, figure } = aClient('REGISTER')
    answer(100)
    answer(200)
    answer(200)
    answer(500)
    assert.deepEqual(
      [statuses(), figure('strays'), clock.armed, figure('clientTransactions')],
      [[200], 2, 0, 0],
    )
  })

  test('takes no answer with another branch or another method', () => {
    const { endpoint, flow, statuses } = aClient('OPTIONS')
    const sent = flow.sent[0] ?? ''
    const reply = printMessage(answerTo(parsedRequest(sent), 200))
    endpoint.onData(flow, octetsOf(reply.replace(/branch=\w+/, 'branch=z9hG4bKother')))
    endpoint.onData(flow, octetsOf(reply.replace('7 OPTIONS', '7 MESSAGE')))
    endpoint.onData(
      flow,
      octetsOf(reply.replace('SIP/2.0/UDP', 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx, SIP/2.0/UDP')),
    )
    assert.deepEqual(statuses(), [])
    endpoint.onData(flow, octetsOf(reply))
    assert.deepEqual(statuses(), [200])
  })

  test('fails at once, but not before the call returns, where the flow takes nothing', () => {
    const { endpoint, clock } = createTestEndpoint()
    const flow = createTestFlow('tcp', undefined, 9)
    flow.open = false
    const failures: string[] = []
    endpoint.request(aRequest('OPTIONS'), flow, {
      onResponse: () => {},
      onFailure: (why) => failures.push(why),
    })
    assert.deepEqual(failures, [])
    clock.advance(20)
    assert.deepEqual([failures, clock.armed, endpoint.figures().clientConnections], [['transport'], 0, 0])
  })

  test('fails when its connection closes, and only then', () => {
    const { endpoint, flow, failures, clock, figure } = aClient('OPTIONS', { transport: 'tcp' })
    endpoint.onClose(createTestFlow('tcp', undefined, 8))
    assert.deepEqual(failures, [])
    endpoint.onClose(flow)
    assert.deepEqual([failures, clock.armed, figure('clientTransactions')], [['transport'], 0, 0])
  })

  test('survives a user that breaks', () => {
    const { endpoint, clock } = createTestEndpoint()
    const flow = createTestFlow()
    const bug = () => {
      throw new Error('bug')
    }
    endpoint.request(aRequest('OPTIONS'), flow, { onResponse: bug, onFailure: bug })
    endpoint.request(aRequest('INVITE'), flow, { onResponse: bug, onFailure: bug })
    for (const text of flow.sent.slice())
      endpoint.onData(flow, octetsOf(printMessage(answerTo(parsedRequest(text), 200))))
    clock.advance(40_000)
    assert.deepEqual([endpoint.figures().bugs, clock.armed], [2, 0])
  })
})

describe('an INVITE of ours', () => {
  test('is repeated with T1 doubling without cap until timer B (A, RFC 3261 §17.1.1.2)', () => {
    const { times, failures, figure } = aClient('INVITE')
    assert.deepEqual(times(), [500, 1500, 3500, 7500, 15500, 31500])
    assert.deepEqual([failures, figure('clientTransactions')], [['timeout'], 0])
  })

  test('is not repeated any more once a provisional came, 100 included, which is not told', () => {
    const { flow, answer, statuses, clock } = aClient('INVITE')
    answer(100)
    answer(180)
    answer(183)
    clock.advance(60_000)
    assert.deepEqual([summary(flow.sent), statuses()], [['INVITE'], [180, 183]])
  })

  test('refused: is acknowledged below, with its own branch, route and number, for every repetition', () => {
    const { flow, answer, statuses, clock, figure } = aClient('INVITE')
    answer(486)
    answer(486)
    assert.deepEqual([summary(flow.sent), statuses()], [['INVITE', 'ACK', 'ACK'], [486]])
    const [invite, ack] = flow.sent.map(parsedRequest)
    assert.equal(ack?.uri, 'sip:bob@192.0.2.1')
    for (const name of ['Via', 'Route', 'From', 'Call-ID'])
      assert.equal(ack?.headers.get(name), invite?.headers.get(name))
    assert.equal(ack?.headers.get('To'), '<sip:bob@example.com>;tag=b')
    assert.equal(ack?.headers.get('CSeq'), '7 ACK')
    clock.advance(34_000)
    assert.deepEqual([figure('clientKept'), clock.armed], [0, 0])
    answer(486)
    assert.deepEqual([flow.sent.length, statuses()], [3, [486]])
  })

  test('refused over TCP: nothing is kept', () => {
    const { flow, answer, clock, figure } = aClient('INVITE', { transport: 'tcp' })
    answer(486)
    assert.deepEqual([summary(flow.sent), clock.armed, figure('clientKept')], [['INVITE', 'ACK'], 0, 0])
  })

  test('accepted: every 2xx goes up, repeated or of another fork, and none is acknowledged here (RFC 6026)', () => {
    const { flow, answer, responses, heard, clock } = aClient('INVITE')
    answer(180)
    answer(200, 'b')
    answer(200, 'b')
    answer(200, 'c')
    answer(180, 'd')
    answer(486, 'e')
    assert.deepEqual(summary(flow.sent), ['INVITE'])
    const tags = responses.map(
      (response) => `${response.status} ${response.headers.get('To')?.split('tag=')[1]}`,
    )
    assert.deepEqual(tags, ['180 b', '200 b', '200 b', '200 c'])
    clock.advance(34_000)
    answer(200, 'f')
    assert.deepEqual([heard.strays.length, responses.length, clock.armed], [0, 4, 0])
  })

  test('cancelled before any answer: the CANCEL waits for a provisional', () => {
    const { flow, transaction, answer, statuses, clock } = aClient('INVITE')
    transaction.cancel([['Reason', 'SIP;cause=200']])
    transaction.cancel()
    assert.deepEqual(summary(flow.sent), ['INVITE'])
    answer(100)
    assert.deepEqual(summary(flow.sent), ['INVITE', 'CANCEL'])
    const [invite, cancel] = flow.sent.map(parsedRequest)
    for (const name of ['Via', 'Route', 'From', 'To', 'Call-ID'])
      assert.equal(cancel?.headers.get(name), invite?.headers.get(name))
    assert.deepEqual(
      [cancel?.headers.get('CSeq'), cancel?.headers.get('Reason')],
      ['7 CANCEL', 'SIP;cause=200'],
    )
    answer(200, 'b', cancel)
    answer(487)
    assert.deepEqual([summary(flow.sent), statuses()], [['INVITE', 'CANCEL', 'ACK'], [487]])
    clock.advance(34_000)
    assert.equal(clock.armed, 0)
  })

  test('cancelled while ringing, and the answer is faster: the 2xx goes up', () => {
    const { flow, transaction, answer, statuses } = aClient('INVITE')
    answer(180)
    transaction.cancel()
    answer(200)
    assert.deepEqual(
      [summary(flow.sent), statuses()],
      [
        ['INVITE', 'CANCEL'],
        [180, 200],
      ],
    )
  })

  test('cancelled, and the CANCEL or its answers are lost: repeated, and ended after 64 T1', () => {
    const { flow, transaction, answer, failures, clock, figure } = aClient('INVITE')
    answer(180)
    transaction.cancel()
    clock.advance(32_100)
    assert.deepEqual(failures, ['timeout'])
    assert.deepEqual(summary(flow.sent).filter((what) => what === 'CANCEL').length, 11)
    assert.deepEqual([figure('clientTransactions'), clock.armed], [0, 0])
  })

  test('cancelled after its answer: nothing is sent', () => {
    const { flow, transaction, answer } = aClient('INVITE')
    answer(200)
    transaction.cancel()
    assert.deepEqual(summary(flow.sent), ['INVITE'])
  })

  test('that only rings is cancelled by timer C', () => {
    const { flow, answer, failures, clock } = aClient('INVITE', { transport: 'tcp' })
    answer(180)
    clock.advance(599_000)
    assert.deepEqual(summary(flow.sent), ['INVITE'])
    answer(180)
    clock.advance(599_000)
    assert.deepEqual(summary(flow.sent), ['INVITE'])
    clock.advance(33_100)
    assert.deepEqual([summary(flow.sent), failures, clock.armed], [['INVITE', 'CANCEL'], ['timeout'], 0])
  })

  test('fails when its connection closes while it rings', () => {
    const { endpoint, flow, answer, failures, clock } = aClient('INVITE', { transport: 'tcp' })
    answer(180)
    endpoint.onClose(flow)
    assert.deepEqual([failures, clock.armed], [['transport'], 0])
  })
})

describe('a request too large for UDP', () => {
  const large = (refuseTcp = false) => {
    const house = createTestEndpoint()
    if (refuseTcp) house.wire.refused.add('tcp')
    const flow = createTestFlow()
    const failures: string[] = []
    const statuses: number[] = []
    const transaction = house.endpoint.request(aRequest('MESSAGE', 1500), flow, {
      onResponse: ({ status }) => statuses.push(status),
      onFailure: (why) => failures.push(why),
    })
    const stream = house.wire.flows.get('tcp 192.0.2.1 5060')
    return { ...house, flow, failures, statuses, transaction, stream }
  }

  test('goes by TCP to the same place, and says so in its Via (RFC 3261 §18.1.1)', () => {
    const { flow, stream, transaction } = large()
    assert.equal(flow.sent.length, 0)
    assert.match(stream?.sent[0] ?? '', /Via: SIP\/2\.0\/TCP /)
    assert.equal(transaction.flow.transport, 'tcp')
  })

  test('goes by UDP where the connection fails before any answer, and is repeated there', () => {
    const { endpoint, flow, stream, failures, clock, statuses, transaction } = large()
    assert.ok(stream)
    stream.close()
    endpoint.onClose(stream)
    clock.advance(600)
    assert.deepEqual([summary(flow.sent), failures], [['MESSAGE', 'MESSAGE'], []])
    assert.match(flow.sent[0] ?? '', /Via: SIP\/2\.0\/UDP /)
    assert.equal(transaction.flow, flow)
    endpoint.onData(flow, octetsOf(printMessage(answerTo(parsedRequest(flow.sent[0] ?? ''), 202))))
    assert.deepEqual([statuses, clock.armed, endpoint.figures().clientConnections], [[202], 0, 0])
  })

  test('goes by UDP once, whether the closed connection is noticed by sending, by closing, or by both', () => {
    for (const closing of [false, true]) {
      const house = createTestEndpoint()
      const dead = house.wire.wire.flowTo('tcp', { address: '192.0.2.1', port: 5060 }) as TestFlow
      dead.deaf = true
      const flow = createTestFlow()
      const failures: string[] = []
      const events = { onResponse: () => {}, onFailure: (why: string) => failures.push(why) }
      house.endpoint.request(aRequest('MESSAGE', 1500), flow, events)
      if (closing) house.endpoint.onClose(dead)
      house.clock.advance(20)
      assert.deepEqual([summary(flow.sent), house.endpoint.figures().clientConnections], [['MESSAGE'], 0])
      house.endpoint.onClose(dead)
      house.clock.advance(600)
      assert.deepEqual([summary(flow.sent), failures], [['MESSAGE', 'MESSAGE'], []])
    }
  })

  test('fails where the connection closes after a provisional', () => {
    const { endpoint, flow, stream, failures } = large()
    assert.ok(stream)
    endpoint.onData(stream, octetsOf(printMessage(answerTo(parsedRequest(stream.sent[0] ?? ''), 183))))
    endpoint.onClose(stream)
    assert.deepEqual([failures, flow.sent.length], [['transport'], 0])
  })

  test('goes by UDP where the wire has no TCP', () => {
    const { flow } = large(true)
    assert.deepEqual(summary(flow.sent), ['MESSAGE'])
  })

  test('at the threshold stays on UDP', () => {
    const measured = aClient('MESSAGE', { size: 500 }).flow.sent[0]?.length ?? 0
    const at = aClient('MESSAGE', { size: 500, ports: { tcpThreshold: measured } })
    const above = aClient('MESSAGE', { size: 501, ports: { tcpThreshold: measured } })
    assert.deepEqual([at.flow.sent.length, above.flow.sent.length], [1, 0])
  })
})

describe('the ACK of a 2xx', () => {
  test('is sent outside every transaction with a branch of its own', () => {
    const { endpoint, flow, clock } = aClient('INVITE')
    const armed = clock.armed
    endpoint.sendAck(aRequest('ACK'), flow)
    const branches = flow.sent.map((text) => /branch=(\w+)/.exec(text)?.[1])
    assert.notEqual(branches[0], branches[1])
    assert.equal(clock.armed, armed)
  })
})
