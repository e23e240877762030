import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat } from '#lib/bytes'
import { decodeRtcp, decodeRtp, encodeRtcp, encodeRtp, encodeTelephoneEvent } from '#rtp'
import type { LegPlan, MediumPlan, Report } from './commands.ts'
import { GRACE_MS } from './leg.ts'
import { createMemory, PACKET, printSockaddr, SOURCE, writeSockaddr } from './memory.ts'
import { createRelay, MAX_PER_SECOND, MIN_SILENT_MS } from './relay.ts'
import { statsOf } from './stats.ts'

const CALLER = 0
const CALLEE = 2
const [ALICE, BOB, MALLORY] = ['192.0.2.1:4000', '198.51.100.1:5000', '203.0.113.66:6666']

/** A relay on arrays: what it sends is told as "SLOT ADDRESS OCTETS". */
const aRelay = () => {
  const memory = createMemory(16)
  const sent: { slot: number; to: string; octets: Uint8Array }[] = []
  const reports: Report[] = []
  const count = { forwarded: 0, invalid: 0, strangers: 0, idle: 0, excess: 0, unsent: 0 }
  const sockets = {
    ...{ memory, open: () => {}, shut: () => {}, close: () => {} },
    send: (slot: number, at: number, length: number, target: number) => {
      sent.push({ slot, to: printSockaddr(memory, target), octets: memory.bytes.slice(at, at + length) })
      return true
    },
  }
  const relay = createRelay({ sockets, count, report: (told) => reports.push(told), wallMs: () => 1e12 })
  const hear = (slot: number, from: string, octets: Uint8Array) => {
    memory.bytes.set(octets, PACKET)
    const colon = from.lastIndexOf(':')
    writeSockaddr(memory, SOURCE, from.slice(0, colon).replace(/[[\]]/g, ''), Number(from.slice(colon + 1)))
    relay.onDatagram(slot, octets.length)
    return sent.splice(0)
  }
  const to = (slot: number, from: string, octets: Uint8Array) => hear(slot, from, octets).map((one) => one.to)
  const stats = (side: 'caller' | 'callee') => statsOf(memory, relay.callOf(1), side)
  return { relay, hear, to, stats, count, reports }
}

const leg = (slot: number, place: string, more: Partial<LegPlan> = {}): LegPlan => {
  const colon = place.lastIndexOf(':')
  const [address, port] = [place.slice(0, colon), Number(place.slice(colon + 1))]
  const rtcp = { rtcpAddress: address, rtcpPort: port + 1 }
  return { slot, address, port, ...rtcp, mux: false, direction: 'sendrecv', ...more }
}
const audio = (legs: Partial<MediumPlan>): MediumPlan => ({
  ...{ index: 0, type: 'audio', types: [0, 101], events: [[101, 8000]] },
  ...legs,
})
const aCall = (caller: Partial<LegPlan> = {}, callee: Partial<LegPlan> = {}): MediumPlan[] => [
  audio({ caller: leg(CALLER, ALICE, caller), callee: leg(CALLEE, BOB, callee) }),
]

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
    const { relay, hear } = aRelay()
    relay.applyCall(1, aCall())
    assert.deepEqual(hear(CALLER, ALICE, rtp()), [{ slot: CALLEE, to: BOB, octets: rtp() }])
    assert.deepEqual(hear(CALLEE, BOB, rtp()), [{ slot: CALLER, to: ALICE, octets: rtp() }])
    assert.deepEqual(hear(CALLER + 1, '192.0.2.1:4001', rtcp()), [
      { slot: CALLEE + 1, to: '198.51.100.1:5001', octets: rtcp() },
    ])
  })

  test('counts as dialog_get shows', () => {
    const { relay, hear, stats } = aRelay()
    relay.applyCall(1, aCall({ direction: 'sendonly' }, { direction: 'recvonly' }))
    hear(CALLER, ALICE, rtp())
    hear(CALLER, ALICE, rtp())
    hear(CALLEE + 1, '198.51.100.1:5001', rtcp())
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
      const { relay, to } = aRelay()
      relay.applyCall(1, aCall({ direction: caller }, { direction: callee }))
      return [to(CALLER, ALICE, rtp()).length, to(CALLEE, BOB, rtp()).length]
    }
    assert.deepEqual(flow('sendrecv', 'sendrecv'), [1, 1])
    assert.deepEqual(flow('sendonly', 'recvonly'), [1, 0])
    assert.deepEqual(flow('recvonly', 'sendrecv'), [0, 1])
    assert.deepEqual(flow('inactive', 'inactive'), [0, 0])
  })

  test('passes RTCP while it is held', () => {
    const { relay, to } = aRelay()
    relay.applyCall(1, aCall({ direction: 'inactive' }, { direction: 'inactive' }))
    assert.deepEqual(to(CALLER + 1, '192.0.2.1:4001', rtcp()), ['198.51.100.1:5001'])
  })

  test('has ended when it is closed', () => {
    const { relay, to, count } = aRelay()
    relay.applyCall(1, aCall())
    relay.closeCall(1)
    assert.deepEqual(to(CALLER, ALICE, rtp()), [])
    assert.equal(count.idle, 1)
  })

  test('ends media that a later plan does not name', () => {
    const { relay, to } = aRelay()
    relay.applyCall(1, aCall())
    relay.applyCall(1, [])
    assert.deepEqual(to(CALLER, ALICE, rtp()), [])
  })

  test('keeps its counters through a new description, and follows it', () => {
    const { relay, to, stats } = aRelay()
    relay.applyCall(1, aCall())
    to(CALLER, ALICE, rtp())
    relay.applyCall(1, [audio({ caller: leg(CALLER, '192.0.2.9:4000'), callee: leg(CALLEE, BOB) })])
    assert.deepEqual(to(CALLEE, BOB, rtp()), ['192.0.2.9:4000'])
    assert.deepEqual(to(CALLER, '192.0.2.9:4000', rtp()), [BOB])
    assert.deepEqual(to(CALLER, ALICE, rtp()), [], 'the old place is a stranger now')
    assert.equal(stats('caller')[0]?.rtpRecv, 2)
  })
})

describe('a stranger', () => {
  test('is neither forwarded nor learnt beside the described source', () => {
    const { relay, to, count } = aRelay()
    relay.applyCall(1, aCall())
    to(CALLER, ALICE, rtp())
    assert.deepEqual(to(CALLER, MALLORY, rtp({ ssrc: 1 })), [])
    assert.deepEqual(to(CALLER, '192.0.2.1:4002', rtp({ ssrc: 1 })), [])
    assert.deepEqual(to(CALLEE, BOB, rtp()), [ALICE])
    assert.equal(count.strangers, 2)
  })

  test('who was first is put out by the described source', () => {
    const { relay, to } = aRelay()
    relay.applyCall(1, aCall())
    assert.deepEqual(to(CALLER, MALLORY, rtp()), [BOB])
    assert.deepEqual(to(CALLER, ALICE, rtp()), [BOB])
    assert.deepEqual(to(CALLER, MALLORY, rtp()), [])
    assert.deepEqual(to(CALLEE, BOB, rtp()), [ALICE])
  })

  test('is not heard with a payload type that nobody offered, nor with anything but RTP', () => {
    const { relay, to, count } = aRelay()
    relay.applyCall(1, aCall())
    for (const octets of [
      rtp({ type: 8 }),
      new Uint8Array(),
      rtp().slice(0, 11),
      new Uint8Array(200),
      rtcp(),
    ])
      assert.deepEqual(to(CALLER, MALLORY, octets), [])
    assert.deepEqual(to(CALLEE, BOB, rtp()), [ALICE], 'nothing was learnt')
    assert.equal(count.invalid, 5)
  })

  test('cannot take RTCP over, with or without the SSRC', () => {
    const { relay, to } = aRelay()
    relay.applyCall(1, aCall())
    to(CALLER, ALICE, rtp({ ssrc: 5 }))
    for (const ssrc of [5, 6]) assert.deepEqual(to(CALLER + 1, MALLORY, rtcp(ssrc)), [])
    assert.deepEqual(to(CALLEE + 1, '198.51.100.1:5001', rtcp()), ['192.0.2.1:4001'])
  })

  test('learns nothing about a party that is not to send', () => {
    const { relay, to } = aRelay()
    relay.applyCall(1, aCall({ direction: 'recvonly' }, { direction: 'sendonly' }))
    assert.deepEqual(to(CALLER, MALLORY, rtp()), [])
    assert.deepEqual(to(CALLEE, BOB, rtp()), [ALICE])
  })
})

describe('a party behind a translator', () => {
  const OUTSIDE = '203.0.113.5:7000'

  test('is learnt from its first packet, and nobody after it', () => {
    const { relay, to } = aRelay()
    relay.applyCall(1, aCall())
    assert.deepEqual(to(CALLER, OUTSIDE, rtp()), [BOB])
    assert.deepEqual(to(CALLER, MALLORY, rtp()), [])
    assert.deepEqual(to(CALLEE, BOB, rtp()), [OUTSIDE])
  })

  test('is learnt for RTCP from the same host with the same SSRC alone', () => {
    const { relay, to } = aRelay()
    relay.applyCall(1, aCall())
    assert.deepEqual(to(CALLER + 1, '203.0.113.5:7001', rtcp(9)), [], 'RTP was not seen yet')
    to(CALLER, OUTSIDE, rtp({ ssrc: 9 }))
    assert.deepEqual(to(CALLER + 1, '203.0.113.5:7001', rtcp(8)), [])
    assert.deepEqual(to(CALLER + 1, '203.0.113.5:7001', rtcp(9)), ['198.51.100.1:5001'])
    assert.deepEqual(to(CALLEE + 1, '198.51.100.1:5001', rtcp()), ['203.0.113.5:7001'])
  })

  test('may come back from hold by another port: at once with its SSRC, else after a while', () => {
    const { relay, to } = aRelay()
    relay.setNow(0)
    relay.applyCall(1, aCall())
    to(CALLER, OUTSIDE, rtp({ ssrc: 9 }))
    relay.applyCall(1, aCall({ direction: 'recvonly' }, { direction: 'sendonly' }))
    assert.deepEqual(to(CALLEE, BOB, rtp()), [OUTSIDE], 'hold forgets nothing')
    relay.applyCall(1, aCall())
    assert.deepEqual(to(CALLER, MALLORY, rtp({ ssrc: 66 })), [])
    assert.deepEqual(to(CALLER, '203.0.113.5:7100', rtp({ ssrc: 9 })), [BOB])
    assert.deepEqual(to(CALLER, OUTSIDE, rtp({ ssrc: 9 })), [], 'and it is locked again')
    relay.applyCall(1, aCall({ direction: 'inactive' }, { direction: 'inactive' }))
    relay.applyCall(1, aCall())
    relay.setNow(GRACE_MS)
    assert.deepEqual(to(CALLER, '203.0.113.5:7200', rtp({ ssrc: 10 })), [BOB])
  })

  test('stays learnt through an offer that repeats the same place', () => {
    const { relay, to } = aRelay()
    relay.applyCall(1, aCall())
    to(CALLER, OUTSIDE, rtp())
    relay.applyCall(1, aCall())
    assert.deepEqual(to(CALLER, MALLORY, rtp()), [])
    assert.deepEqual(to(CALLEE, BOB, rtp()), [OUTSIDE])
  })

  test('that gives only a name is not sent to before it is heard', () => {
    const { relay, to } = aRelay()
    const nowhere = { address: '', rtcpAddress: '' }
    relay.applyCall(1, aCall(nowhere))
    assert.deepEqual(to(CALLEE, BOB, rtp()), [])
    assert.deepEqual(to(CALLER, OUTSIDE, rtp()), [BOB])
    relay.applyCall(1, aCall(nowhere))
    assert.deepEqual(to(CALLEE, BOB, rtp()), [OUTSIDE])
  })
})

describe('RTCP on the RTP port, RFC 5761', () => {
  test('is taken from the side that has it and given to the other as that one wants', () => {
    const { relay, hear, stats } = aRelay()
    relay.applyCall(1, aCall({ mux: true }))
    hear(CALLER, ALICE, rtp())
    assert.deepEqual(hear(CALLER, ALICE, rtcp()), [
      { slot: CALLEE + 1, to: '198.51.100.1:5001', octets: rtcp() },
    ])
    assert.deepEqual(hear(CALLEE + 1, '198.51.100.1:5001', rtcp()), [
      { slot: CALLER, to: ALICE, octets: rtcp() },
    ])
    assert.deepEqual(hear(CALLER, MALLORY, rtcp()), [])
    assert.deepEqual(hear(CALLER + 1, ALICE, rtcp()), [])
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
    const { relay, to, reports } = aRelay()
    relay.applyCall(1, aCall())
    const packets = [event(5, 800, 160), event(5, 800, 640), ...Array(3).fill(event(5, 800, 800, true))]
    for (const packet of packets) assert.deepEqual(to(CALLER, ALICE, packet), [BOB])
    to(CALLER, ALICE, event(5, 4000, 1600, true))
    to(CALLEE, BOB, event(11, 0, 400, true))
    assert.deepEqual(digits(reports), ['caller 5 100', 'caller 5 200', 'callee # 50'])
  })

  test('are told even when every end was lost', () => {
    const { relay, to, reports } = aRelay()
    relay.applyCall(1, aCall())
    to(CALLER, ALICE, event(1, 800, 400))
    to(CALLER, ALICE, event(2, 4000, 160))
    to(CALLER, ALICE, rtp())
    assert.deepEqual(digits(reports), ['caller 1 50', 'caller 2 20'])
  })
})

describe('silence', () => {
  const silent = (reports: Report[]) =>
    reports.splice(0).map((report) => (report.op === 'silent' ? report.silentMs : report.op))

  test('is told each second once it is long enough, and ends with the first packet', () => {
    const { relay, to, reports } = aRelay()
    relay.setNow(0)
    relay.applyCall(1, aCall())
    for (let second = 1; second <= 7; second++) {
      relay.setNow(second * 1000)
      relay.tick()
    }
    assert.deepEqual(
      silent(reports),
      [MIN_SILENT_MS, 6000].map((ms) => ms),
    )
    to(CALLER + 1, '192.0.2.1:4001', rtcp())
    relay.setNow(8000)
    relay.tick()
    assert.deepEqual(silent(reports), [])
  })

  test('does not count while the call is held, nor for strangers', () => {
    const { relay, to, reports } = aRelay()
    relay.setNow(0)
    relay.applyCall(1, aCall({ direction: 'sendonly' }, { direction: 'recvonly' }))
    for (const ms of [10_000, 20_000]) {
      relay.setNow(ms)
      relay.tick()
    }
    assert.deepEqual(silent(reports), [])
    relay.applyCall(1, aCall())
    to(CALLER, ALICE, rtp())
    relay.tick()
    to(CALLER, MALLORY, rtp())
    relay.setNow(26_000)
    relay.tick()
    assert.deepEqual(silent(reports), [6000])
  })
})

describe('an echo', () => {
  const anEcho = () => {
    const made = aRelay()
    made.relay.applyCall(1, [audio({ caller: leg(CALLER, ALICE) })])
    return made
  }

  test('gives back what came, under an SSRC of its own', () => {
    const { hear } = anEcho()
    const [back] = hear(CALLER, ALICE, rtp({ ssrc: 7, sequence: 3 }))
    const [again] = hear(CALLER, ALICE, rtp({ ssrc: 7, sequence: 4 }))
    assert.equal(back?.to, ALICE)
    const [first, second] = [back, again].map((one) => decodeRtp(one?.octets ?? new Uint8Array()))
    assert.ok(first?.ok && second?.ok)
    assert.notEqual(first.value.ssrc, 7)
    assert.equal(first.value.ssrc, second.value.ssrc)
    assert.equal(first.value.sequence, 3)
  })

  test('answers reports with its own, and a wish for a whole picture with the same wish', () => {
    const { hear } = anEcho()
    for (const sequence of [65_534, 65_535, 1]) hear(CALLER, ALICE, rtp({ ssrc: 7, sequence }))
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
    const [answer] = hear(CALLER + 1, '192.0.2.1:4001', theirs)
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
  const { relay, hear, count } = aRelay()
  relay.applyCall(1, aCall())
  for (let i = 0; i < MAX_PER_SECOND + 10; i++) hear(CALLER, ALICE, rtp())
  assert.equal(count.forwarded, MAX_PER_SECOND)
  assert.equal(count.excess, 10)
  relay.tick()
  assert.equal(hear(CALLER, ALICE, rtp()).length, 1)
})

test('random datagrams on every socket never throw', () => {
  const { relay, hear } = aRelay()
  relay.applyCall(1, aCall({ mux: true }))
  relay.applyCall(2, [{ ...audio({ caller: leg(4, ALICE) }), type: 'video' }])
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
