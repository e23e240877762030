import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat } from '#lib/bytes'
import { decodeRtcp, decodeRtp, encodeRtcp, encodeRtp, encodeTelephoneEvent } from '#rtp'
import {
  ALICE,
  BOB,
  CALLEE_SLOT,
  CALLER_SLOT,
  createArrayRelay,
  MALLORY,
  planAudio,
  planCall,
  planLeg,
} from './array-relay.ts'
import type { LegPlan, Report } from './commands.ts'
import { MAX_PER_SECOND } from './leg.ts'
import { MIN_SILENT_MS } from './live-calls.ts'

const rtp = (
  more: { ssrc?: number; type?: number; timestamp?: number; payload?: Uint8Array; sequence?: number } = {},
) =>
  encodeRtp({
    ...{
      marker: false,
      payloadType: more.type ?? 0,
      sequence: more.sequence ?? 1,
      timestamp: more.timestamp ?? 0,
    },
    ...{
      ssrc: more.ssrc ?? 1,
      csrcs: [],
      extension: undefined,
      payload: more.payload ?? new Uint8Array(160),
    },
  })
const rtcp = (ssrc = 1) => encodeRtcp([{ kind: 'rr', ssrc, reports: [] }])

describe('a call', () => {
  test('goes both ways, octet for octet, from the socket that each party knows', () => {
    const { relay, hear } = createArrayRelay()
    relay.applyCall(1, planCall())
    assert.deepEqual(hear(CALLER_SLOT, ALICE, rtp()), [{ slot: CALLEE_SLOT, to: BOB, octets: rtp() }])
    assert.deepEqual(hear(CALLEE_SLOT, BOB, rtp()), [{ slot: CALLER_SLOT, to: ALICE, octets: rtp() }])
    assert.deepEqual(hear(CALLER_SLOT + 1, '192.0.2.1:4001', rtcp()), [
      { slot: CALLEE_SLOT + 1, to: '198.51.100.1:5001', octets: rtcp() },
    ])
  })

  test('counts as dialog_get shows', () => {
    const { relay, hear, stats } = createArrayRelay()
    relay.applyCall(1, planCall({ direction: 'sendonly' }, { direction: 'recvonly' }))
    hear(CALLER_SLOT, ALICE, rtp())
    hear(CALLER_SLOT, ALICE, rtp())
    hear(CALLEE_SLOT + 1, '198.51.100.1:5001', rtcp())
    const counts = { rtpRecv: 2, rtpSend: 0, rtcpRecv: 0, rtcpSend: 1 }
    assert.deepEqual(stats('caller'), [
      { type: 'audio', dir: 'sendonly', rtpAddr: ALICE, rtcpAddr: '192.0.2.1:4001', ...counts },
    ])
    const other = { rtpRecv: 0, rtpSend: 2, rtcpRecv: 1, rtcpSend: 0 }
    assert.deepEqual(stats('callee'), [
      { type: 'audio', dir: 'recvonly', rtpAddr: BOB, rtcpAddr: '198.51.100.1:5001', ...other },
    ])
  })

  test('lets only those directions through that were agreed', () => {
    const flow = (caller: LegPlan['direction'], callee: LegPlan['direction']) => {
      const { relay, to } = createArrayRelay()
      relay.applyCall(1, planCall({ direction: caller }, { direction: callee }))
      return [to(CALLER_SLOT, ALICE, rtp()).length, to(CALLEE_SLOT, BOB, rtp()).length]
    }
    assert.deepEqual(flow('sendrecv', 'sendrecv'), [1, 1])
    assert.deepEqual(flow('sendonly', 'recvonly'), [1, 0])
    assert.deepEqual(flow('recvonly', 'sendrecv'), [0, 1])
    assert.deepEqual(flow('inactive', 'inactive'), [0, 0])
  })

  test('passes RTCP while it is held', () => {
    const { relay, to } = createArrayRelay()
    relay.applyCall(1, planCall({ direction: 'inactive' }, { direction: 'inactive' }))
    assert.deepEqual(to(CALLER_SLOT + 1, '192.0.2.1:4001', rtcp()), ['198.51.100.1:5001'])
  })

  test('has ended when it is closed', () => {
    const { relay, to, count } = createArrayRelay()
    relay.applyCall(1, planCall())
    relay.closeCall(1)
    assert.deepEqual(to(CALLER_SLOT, ALICE, rtp()), [])
    assert.equal(count.idle, 1)
  })

  test('ends media that a later plan does not name', () => {
    const { relay, to } = createArrayRelay()
    relay.applyCall(1, planCall())
    relay.applyCall(1, [])
    assert.deepEqual(to(CALLER_SLOT, ALICE, rtp()), [])
  })

  test('keeps its counters through a new description, and follows it', () => {
    const { relay, to, stats } = createArrayRelay()
    relay.applyCall(1, planCall())
    to(CALLER_SLOT, ALICE, rtp())
    relay.applyCall(1, [
      planAudio({ caller: planLeg(CALLER_SLOT, '192.0.2.9:4000'), callee: planLeg(CALLEE_SLOT, BOB) }),
    ])
    assert.deepEqual(to(CALLEE_SLOT, BOB, rtp()), ['192.0.2.9:4000'])
    assert.deepEqual(to(CALLER_SLOT, '192.0.2.9:4000', rtp()), [BOB])
    assert.deepEqual(to(CALLER_SLOT, ALICE, rtp()), [], 'the old place is a stranger now')
    assert.equal(stats('caller')[0]?.rtpRecv, 2)
  })
})

describe('RTCP on the RTP port, RFC 5761', () => {
  test('is taken from the side that has it and given to the other as that one wants', () => {
    const { relay, hear, stats } = createArrayRelay()
    relay.applyCall(1, planCall({ mux: true }))
    hear(CALLER_SLOT, ALICE, rtp())
    assert.deepEqual(hear(CALLER_SLOT, ALICE, rtcp()), [
      { slot: CALLEE_SLOT + 1, to: '198.51.100.1:5001', octets: rtcp() },
    ])
    assert.deepEqual(hear(CALLEE_SLOT + 1, '198.51.100.1:5001', rtcp()), [
      { slot: CALLER_SLOT, to: ALICE, octets: rtcp() },
    ])
    assert.deepEqual(hear(CALLER_SLOT, MALLORY, rtcp()), [])
    assert.deepEqual(hear(CALLER_SLOT + 1, ALICE, rtcp()), [])
    assert.equal(stats('caller')[0]?.rtcpAddr, ALICE)
  })
})

describe('telephone-events', () => {
  const event = (number: number, timestamp: number, duration: number, end = false) =>
    rtp({ type: 101, timestamp, payload: encodeTelephoneEvent({ event: number, end, volume: 10, duration }) })
  const digits = (reports: Report[]) =>
    reports.map((report) =>
      report.op === 'digit' ? `${report.side} ${report.digit} ${report.durationMs}` : report.op,
    )

  test('pass, and are told once however often their end is repeated', () => {
    const { relay, to, reports } = createArrayRelay()
    relay.applyCall(1, planCall())
    const packets = [event(5, 800, 160), event(5, 800, 640), ...Array(3).fill(event(5, 800, 800, true))]
    for (const packet of packets) assert.deepEqual(to(CALLER_SLOT, ALICE, packet), [BOB])
    to(CALLER_SLOT, ALICE, event(5, 4000, 1600, true))
    to(CALLEE_SLOT, BOB, event(11, 0, 400, true))
    assert.deepEqual(digits(reports), ['caller 5 100', 'caller 5 200', 'callee # 50'])
  })

  test('are told even when every end was lost', () => {
    const { relay, to, reports } = createArrayRelay()
    relay.applyCall(1, planCall())
    to(CALLER_SLOT, ALICE, event(1, 800, 400))
    to(CALLER_SLOT, ALICE, event(2, 4000, 160))
    to(CALLER_SLOT, ALICE, rtp())
    assert.deepEqual(digits(reports), ['caller 1 50', 'caller 2 20'])
  })
})

describe('silence', () => {
  const silent = (reports: Report[]) =>
    reports.splice(0).map((report) => (report.op === 'silent' ? report.silentMs : report.op))

  test('is told each second once it is long enough, and ends with the first packet', () => {
    const { relay, to, reports } = createArrayRelay()
    relay.setNow(0)
    relay.applyCall(1, planCall())
    for (let second = 1; second <= 7; second++) {
      relay.setNow(second * 1000)
      relay.tick()
    }
    assert.deepEqual(
      silent(reports),
      [MIN_SILENT_MS, 6000].map((ms) => ms),
    )
    to(CALLER_SLOT + 1, '192.0.2.1:4001', rtcp())
    relay.setNow(8000)
    relay.tick()
    assert.deepEqual(silent(reports), [])
  })

  test('does not count while the call is held, nor for strangers', () => {
    const { relay, to, reports } = createArrayRelay()
    relay.setNow(0)
    relay.applyCall(1, planCall({ direction: 'sendonly' }, { direction: 'recvonly' }))
    for (const ms of [10_000, 20_000]) {
      relay.setNow(ms)
      relay.tick()
    }
    assert.deepEqual(silent(reports), [])
    relay.applyCall(1, planCall())
    to(CALLER_SLOT, ALICE, rtp())
    relay.tick()
    to(CALLER_SLOT, MALLORY, rtp())
    relay.setNow(26_000)
    relay.tick()
    assert.deepEqual(silent(reports), [6000])
  })
})

describe('an echo', () => {
  const anEcho = () => {
    const made = createArrayRelay()
    made.relay.applyCall(1, [planAudio({ caller: planLeg(CALLER_SLOT, ALICE) })])
    return made
  }

  test('gives back what came, under an SSRC of its own', () => {
    const { hear } = anEcho()
    const [back] = hear(CALLER_SLOT, ALICE, rtp({ ssrc: 7, sequence: 3 }))
    const [again] = hear(CALLER_SLOT, ALICE, rtp({ ssrc: 7, sequence: 4 }))
    assert.equal(back?.to, ALICE)
    const [first, second] = [back, again].map((one) => decodeRtp(one?.octets ?? new Uint8Array()))
    assert.ok(first?.ok && second?.ok)
    assert.notEqual(first.value.ssrc, 7)
    assert.equal(first.value.ssrc, second.value.ssrc)
    assert.equal(first.value.sequence, 3)
  })

  test('answers reports with its own, and a wish for a whole picture with the same wish', () => {
    const { hear } = anEcho()
    for (const sequence of [65_534, 65_535, 1]) hear(CALLER_SLOT, ALICE, rtp({ ssrc: 7, sequence }))
    const sender = {
      ntpSeconds: 0x11112222,
      ntpFraction: 0x33334444,
      rtpTimestamp: 0,
      packets: 3,
      octets: 480,
    }
    const wish = {
      kind: 'feedback',
      type: 206,
      format: 1,
      ssrc: 7,
      media: 1,
      data: new Uint8Array(0),
    } as const
    const theirs = encodeRtcp([{ kind: 'sr', ssrc: 7, sender, reports: [] }, wish])
    const [answer] = hear(CALLER_SLOT + 1, '192.0.2.1:4001', theirs)
    const decoded = decodeRtcp(answer?.octets ?? new Uint8Array())
    assert.ok(decoded.ok)
    const [report, name, back] = decoded.value
    assert.ok(report?.kind === 'sr' && name?.kind === 'sdes' && back?.kind === 'feedback')
    assert.equal(report.sender.packets, 3)
    const { ssrc, lost, highestSequence, lastSr } = report.reports[0] ?? {}
    assert.deepEqual(
      { ssrc, lost, highestSequence, lastSr },
      { ssrc: 7, lost: 1, highestSequence: 65_537, lastSr: 0x22223333 },
    )
    assert.equal(back.media, 7)
  })
})

test('one stream cannot cost more than its share of a second', () => {
  const { relay, hear, count } = createArrayRelay()
  relay.applyCall(1, planCall())
  for (let i = 0; i < MAX_PER_SECOND + 10; i++) hear(CALLER_SLOT, ALICE, rtp())
  assert.equal(count.forwarded, MAX_PER_SECOND)
  assert.equal(count.excess, 10)
  relay.tick()
  assert.equal(hear(CALLER_SLOT, ALICE, rtp()).length, 1)
})

test('random datagrams on every socket never throw', () => {
  const { relay, hear } = createArrayRelay()
  relay.applyCall(1, planCall({ mux: true }))
  relay.applyCall(2, [{ ...planAudio({ caller: planLeg(4, ALICE) }), type: 'video' }])
  let seed = 5
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return seed >>> 8
  }
  const seeds = [
    rtp(),
    rtp({ type: 101, payload: new Uint8Array(2) }),
    concat(rtcp(), rtcp()),
    new Uint8Array(40),
  ]
  for (let round = 0; round < 30_000; round++) {
    const octets = (seeds[random() % seeds.length] as Uint8Array).slice(0, random() % 200)
    for (let changes = random() % 5; changes > 0 && octets.length > 0; changes--)
      octets[random() % octets.length] = random()
    hear(random() % 8, [ALICE, BOB, MALLORY][random() % 3] as string, octets)
  }
})
