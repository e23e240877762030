import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeRtcp, encodeRtp } from '#rtp'
import { ALICE, BOB, CALLEE_SLOT, CALLER_SLOT, createArrayRelay, MALLORY, planCall } from './array-relay.ts'
import { GRACE_MS } from './leg.ts'

const rtp = ({ ssrc = 1, type = 0 } = {}) =>
  encodeRtp({
    ...{ marker: false, payloadType: type, sequence: 1, timestamp: 0, ssrc },
    ...{ csrcs: [], extension: undefined, payload: new Uint8Array(160) },
  })
const rtcp = (ssrc = 1) => encodeRtcp([{ kind: 'rr', ssrc, reports: [] }])

describe('a stranger', () => {
  test('is neither forwarded nor learnt beside the described source', () => {
    const { relay, to, count } = createArrayRelay()
    relay.applyCall(1, planCall())
    to(CALLER_SLOT, ALICE, rtp())
    assert.deepEqual(to(CALLER_SLOT, MALLORY, rtp({ ssrc: 1 })), [])
    assert.deepEqual(to(CALLER_SLOT, '192.0.2.1:4002', rtp({ ssrc: 1 })), [])
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [ALICE])
    assert.equal(count.strangers, 2)
  })

  test('who was first is put out by the described source', () => {
    const { relay, to } = createArrayRelay()
    relay.applyCall(1, planCall())
    assert.deepEqual(to(CALLER_SLOT, MALLORY, rtp()), [BOB])
    assert.deepEqual(to(CALLER_SLOT, ALICE, rtp()), [BOB])
    assert.deepEqual(to(CALLER_SLOT, MALLORY, rtp()), [])
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [ALICE])
  })

  test('is not heard with a payload type that nobody offered, nor with anything but RTP', () => {
    const { relay, to, count } = createArrayRelay()
    relay.applyCall(1, planCall())
    for (const octets of [
      rtp({ type: 8 }),
      new Uint8Array(),
      rtp().slice(0, 11),
      new Uint8Array(200),
      rtcp(),
    ])
      assert.deepEqual(to(CALLER_SLOT, MALLORY, octets), [])
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [ALICE], 'nothing was learnt')
    assert.equal(count.invalid, 5)
  })

  test('cannot take RTCP over, with or without the SSRC', () => {
    const { relay, to } = createArrayRelay()
    relay.applyCall(1, planCall())
    to(CALLER_SLOT, ALICE, rtp({ ssrc: 5 }))
    for (const ssrc of [5, 6]) assert.deepEqual(to(CALLER_SLOT + 1, MALLORY, rtcp(ssrc)), [])
    assert.deepEqual(to(CALLEE_SLOT + 1, '198.51.100.1:5001', rtcp()), ['192.0.2.1:4001'])
  })

  test('learns nothing about a party that is not to send', () => {
    const { relay, to } = createArrayRelay()
    relay.applyCall(1, planCall({ direction: 'recvonly' }, { direction: 'sendonly' }))
    assert.deepEqual(to(CALLER_SLOT, MALLORY, rtp()), [])
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [ALICE])
  })
})

describe('a party behind a translator', () => {
  const OUTSIDE = '203.0.113.5:7000'

  test('is learnt from its first packet, and nobody after it', () => {
    const { relay, to } = createArrayRelay()
    relay.applyCall(1, planCall())
    assert.deepEqual(to(CALLER_SLOT, OUTSIDE, rtp()), [BOB])
    assert.deepEqual(to(CALLER_SLOT, MALLORY, rtp()), [])
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [OUTSIDE])
  })

  test('is learnt for RTCP from the same host with the same SSRC alone', () => {
    const { relay, to } = createArrayRelay()
    relay.applyCall(1, planCall())
    assert.deepEqual(to(CALLER_SLOT + 1, '203.0.113.5:7001', rtcp(9)), [], 'RTP was not seen yet')
    to(CALLER_SLOT, OUTSIDE, rtp({ ssrc: 9 }))
    assert.deepEqual(to(CALLER_SLOT + 1, '203.0.113.5:7001', rtcp(8)), [])
    assert.deepEqual(to(CALLER_SLOT + 1, '203.0.113.5:7001', rtcp(9)), ['198.51.100.1:5001'])
    assert.deepEqual(to(CALLEE_SLOT + 1, '198.51.100.1:5001', rtcp()), ['203.0.113.5:7001'])
  })

  test('may come back from hold by another port: at once with its SSRC, else after a while', () => {
    const { relay, to } = createArrayRelay()
    relay.setNow(0)
    relay.applyCall(1, planCall())
    to(CALLER_SLOT, OUTSIDE, rtp({ ssrc: 9 }))
    relay.applyCall(1, planCall({ direction: 'recvonly' }, { direction: 'sendonly' }))
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [OUTSIDE], 'hold forgets nothing')
    relay.applyCall(1, planCall())
    assert.deepEqual(to(CALLER_SLOT, MALLORY, rtp({ ssrc: 66 })), [])
    assert.deepEqual(to(CALLER_SLOT, '203.0.113.5:7100', rtp({ ssrc: 9 })), [BOB])
    assert.deepEqual(to(CALLER_SLOT, OUTSIDE, rtp({ ssrc: 9 })), [], 'and it is locked again')
    relay.applyCall(1, planCall({ direction: 'inactive' }, { direction: 'inactive' }))
    relay.applyCall(1, planCall())
    relay.setNow(GRACE_MS)
    assert.deepEqual(to(CALLER_SLOT, '203.0.113.5:7200', rtp({ ssrc: 10 })), [BOB])
  })

  test('stays learnt through an offer that repeats the same place', () => {
    const { relay, to } = createArrayRelay()
    relay.applyCall(1, planCall())
    to(CALLER_SLOT, OUTSIDE, rtp())
    relay.applyCall(1, planCall())
    assert.deepEqual(to(CALLER_SLOT, MALLORY, rtp()), [])
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [OUTSIDE])
  })

  test('that gives only a name is not sent to before it is heard', () => {
    const { relay, to } = createArrayRelay()
    const nowhere = { address: '', rtcpAddress: '' }
    relay.applyCall(1, planCall(nowhere))
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [])
    assert.deepEqual(to(CALLER_SLOT, OUTSIDE, rtp()), [BOB])
    relay.applyCall(1, planCall(nowhere))
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), [OUTSIDE])
  })
})
