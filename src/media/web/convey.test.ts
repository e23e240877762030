import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeRtcp, decodeRtp, encodeRtcp, encodeRtp, encodeTelephoneEvent, type RtcpPacket } from '#rtp'
import { ALICE, BOB, CALLEE_SLOT, CALLER_SLOT, createArrayRelay, planLeg } from '../array-relay.ts'
import type { MediumPlan, Turn, WebLeg } from '../commands.ts'

const LIMITS = { talking: 30, video: 40, hold: 600 }
const turn = (type: number, to: number, more: Partial<Turn> = {}): Turn => ({
  ...{ type, to, how: 'pass', rate: 8000, toRate: 8000, codec: 'pcmu' },
  ...more,
})
const side = (turns: Turn[], more: Partial<WebLeg> = {}): WebLeg => ({ turns, feedback: false, ...more })

/** Two telephones whose media go the way of calls with browsers, so that nothing is sealed. */
const aRelay = (caller: WebLeg, callee: WebLeg, more: Partial<MediumPlan> = {}) => {
  const made = createArrayRelay()
  made.relay.setNow(1000)
  made.relay.applyCall(1, [
    {
      ...{ index: 0, type: 'audio', types: [], events: [] },
      ...{ caller: planLeg(CALLER_SLOT, ALICE), callee: planLeg(CALLEE_SLOT, BOB) },
      ...more,
      web: { caller, callee, limits: LIMITS },
    },
  ])
  return made
}

const packet = (type: number, sequence: number, timestamp: number, payload: Uint8Array, marker = false) =>
  encodeRtp({
    ...{ marker, payloadType: type, sequence, timestamp, ssrc: 5, csrcs: [9] },
    extension: { profile: 0xbede, data: Uint8Array.of(0x10, 1, 0, 0) },
    payload,
  })
const read = (octets: Uint8Array | undefined) => {
  const decoded = decodeRtp(octets ?? new Uint8Array(0))
  assert.ok(decoded.ok)
  return decoded.value
}
const compound = (octets: Uint8Array | undefined): RtcpPacket[] => {
  const decoded = decodeRtcp(octets ?? new Uint8Array(0))
  assert.ok(decoded.ok)
  return decoded.value
}

describe('a packet on its way', () => {
  test('gets the number of the other side, our SSRC, and a header as short as can be', () => {
    const { hear } = aRelay(side([turn(0, 96)]), side([]))
    const [one] = hear(CALLER_SLOT, ALICE, packet(0, 1, 160, Uint8Array.of(1, 2, 3)))
    assert.equal(one?.to, BOB)
    const { payloadType, payload, ssrc, csrcs, extension, marker } = read(one?.octets)
    assert.deepEqual(
      [payloadType, [...payload], csrcs, extension, marker],
      [96, [1, 2, 3], [], undefined, true],
    )
    assert.notEqual(ssrc, 5)
    const [two] = hear(CALLER_SLOT, ALICE, packet(0, 2, 320, Uint8Array.of(4)))
    assert.equal(read(two?.octets).marker, false)
    assert.equal(read(two?.octets).ssrc, ssrc)
  })

  test('of a type that the other side has not goes nowhere', () => {
    const { to, count } = aRelay(side([turn(0, 0)]), side([]))
    assert.deepEqual(to(CALLER_SLOT, ALICE, packet(9, 1, 160, Uint8Array.of(1))), [])
    assert.equal(count.invalid, 1)
  })

  test('of the other law is put into words that the phone knows', () => {
    const { hear } = aRelay(side([turn(0, 8, { how: 'to-alaw', codec: 'pcma' })]), side([]))
    const [one] = hear(CALLER_SLOT, ALICE, packet(0, 1, 160, Uint8Array.of(0xff, 0x80, 0x00)))
    const { payloadType, payload } = read(one?.octets)
    assert.deepEqual([payloadType, [...payload]], [8, [0xd5, 0xaa, 0x2a]])
  })

  test('with a key at another clock lasts as long there, under one timestamp', () => {
    const event = turn(101, 110, { how: 'event', rate: 8000, toRate: 48_000, codec: 'telephone-event' })
    const { hear } = aRelay(side([turn(0, 111), event]), side([]))
    hear(CALLER_SLOT, ALICE, packet(0, 1, 160, new Uint8Array(160)))
    const key = (sequence: number, duration: number, end = false) =>
      read(
        hear(
          CALLER_SLOT,
          ALICE,
          packet(101, sequence, 320, encodeTelephoneEvent({ event: 5, end, volume: 10, duration })),
        )[0]?.octets,
      )
    const [one, two, three] = [key(2, 160), key(3, 320), key(4, 480, true)]
    assert.deepEqual([...one.payload.subarray(2)], [960 >> 8, 960 & 255])
    assert.deepEqual([...three.payload.subarray(1)], [0x8a, 2880 >> 8, 2880 & 255])
    assert.equal(one.timestamp, two.timestamp)
    assert.equal((three.sequence - one.sequence) & 0xffff, 2)
    const after = read(hear(CALLER_SLOT, ALICE, packet(0, 5, 800, new Uint8Array(160)))[0]?.octets)
    assert.equal((after.sequence - three.sequence) & 0xffff, 1)
  })
})

describe('pictures', () => {
  const video = { index: 1, type: 'video' as const }
  const SETS = [Uint8Array.of(0x67, 1, 2), Uint8Array.of(0x68, 3)]
  const h264 = turn(102, 103, { rate: 90_000, toRate: 90_000, codec: 'h264' })
  const fromPhone = side([h264], { sprop: SETS.map((set) => set.toBase64()) })

  test('whole ones get the parameter sets that only the description has', () => {
    const { hear } = aRelay(fromPhone, side([], { feedback: true }), video)
    hear(CALLER_SLOT, ALICE, packet(102, 1, 0, Uint8Array.of(0x41, 9)))
    const [sets, first] = hear(CALLER_SLOT, ALICE, packet(102, 2, 3000, Uint8Array.of(0x7c, 0x85, 7)))
    assert.deepEqual([...read(sets?.octets).payload], [0x78, 0, 3, 0x67, 1, 2, 0, 2, 0x68, 3])
    assert.deepEqual([...read(first?.octets).payload], [0x7c, 0x85, 7])
    assert.equal(read(sets?.octets).timestamp, read(first?.octets).timestamp)
    assert.equal((read(first?.octets).sequence - read(sets?.octets).sequence) & 0xffff, 1)
    const [next] = hear(CALLER_SLOT, ALICE, packet(102, 3, 3000, Uint8Array.of(0x7c, 0x05, 8)))
    assert.equal((read(next?.octets).sequence - read(first?.octets).sequence) & 0xffff, 1)
  })

  test('those that have them already stay as they are', () => {
    const { hear } = aRelay(fromPhone, side([]), video)
    hear(CALLER_SLOT, ALICE, packet(102, 1, 3000, Uint8Array.of(0x67, 1, 2)))
    assert.equal(hear(CALLER_SLOT, ALICE, packet(102, 2, 3000, Uint8Array.of(0x65, 1))).length, 1)
  })

  test('are asked of who sends them: by feedback where it is known, by signalling where not, once a second', () => {
    const { relay, hear, reports } = aRelay(side([h264], { feedback: true }), side([h264]), video)
    relay.applyWeb({ op: 'picture', call: 1, side: 'callee' })
    relay.applyWeb({ op: 'picture', call: 1, side: 'callee' })
    assert.deepEqual(reports, [{ op: 'picture', call: 1, side: 'callee' }])
    const [picture] = hear(CALLER_SLOT, ALICE, packet(102, 1, 3000, Uint8Array.of(0x41, 1)))
    const ours = read(picture?.octets).ssrc
    relay.setNow(3000)
    const request = encodeRtcp([
      { kind: 'rr', ssrc: 6, reports: [] },
      { kind: 'feedback', type: 206, format: 1, ssrc: 6, media: ours, data: new Uint8Array(0) },
    ])
    const [asked, ...more] = hear(CALLEE_SLOT + 1, BOB.replace('5000', '5001'), request)
    assert.equal(more.length, 0)
    const kinds = compound(asked?.octets).map((one) =>
      one.kind === 'feedback' ? `${one.format} ${one.media}` : one.kind,
    )
    assert.deepEqual(kinds, ['rr', '1 5', '4 0'])
  })
})

describe('keys of our own', () => {
  test('come every 20 ms, grow, and end three times; speech waits for them', () => {
    const { relay, hear, sent } = aRelay(side([turn(0, 0)]), side([turn(0, 0)], { event: [101, 8000] }))
    hear(CALLER_SLOT, ALICE, packet(0, 1, 160, new Uint8Array(160)))
    relay.applyWeb({ op: 'dtmf', call: 1, towards: 'callee', digit: '5', ms: 60 })
    assert.deepEqual(
      hear(CALLER_SLOT, ALICE, packet(0, 2, 320, new Uint8Array(160))).length,
      1,
      'the first of the key',
    )
    assert.ok(relay.patienceMs() < 20)
    for (let now = 1020; now <= 1200; now += 20) {
      relay.setNow(now)
      relay.pulse()
    }
    const keys = sent.splice(0).map(({ octets }) => read(octets))
    assert.deepEqual(
      keys.map(({ payload }) => [
        payload[0],
        (payload[1] ?? 0) >> 7,
        ((payload[2] ?? 0) << 8) | (payload[3] ?? 0),
      ]),
      [
        [5, 0, 320],
        [5, 1, 480],
        [5, 1, 480],
        [5, 1, 480],
      ],
    )
    assert.equal(new Set(keys.map(({ timestamp }) => timestamp)).size, 1)
    assert.equal(hear(CALLER_SLOT, ALICE, packet(0, 3, 480, new Uint8Array(160))).length, 1)
    assert.equal(relay.patienceMs(), Number.POSITIVE_INFINITY)
  })
})

describe('reports of our own', () => {
  test('tell each side of what it sends and of what it gets', () => {
    const { relay, hear, sent } = aRelay(side([turn(0, 0)]), side([turn(0, 0)]))
    for (const sequence of [1, 2, 4])
      hear(CALLER_SLOT, ALICE, packet(0, sequence, sequence * 160, new Uint8Array(160)))
    sent.length = 0
    for (let ticks = 0; ticks < 3; ticks++) relay.tick()
    const told = sent.splice(0)
    const toAlice = told.find(({ slot }) => slot === CALLER_SLOT + 1)
    const toBob = told.find(({ slot }) => slot === CALLEE_SLOT + 1)
    const [rr] = compound(toAlice?.octets)
    const [sr] = compound(toBob?.octets)
    assert.ok(rr?.kind === 'rr' && sr?.kind === 'sr')
    assert.deepEqual([rr.reports[0]?.ssrc, rr.reports[0]?.lost, rr.reports[0]?.highestSequence], [5, 1, 4])
    assert.deepEqual([sr.sender.packets, sr.sender.octets], [3, 480])
  })
})

describe('silence', () => {
  test('of either side counts, by the limit of talking; a held call has its own', () => {
    const { relay, hear, reports } = aRelay(side([turn(0, 0)]), side([turn(0, 0)]))
    relay.setNow(20_000)
    hear(CALLER_SLOT, ALICE, packet(0, 1, 160, new Uint8Array(160)))
    relay.tick()
    assert.deepEqual(reports.splice(0), [{ op: 'silent', call: 1, silentMs: 19_000, limitMs: 30_000 }])
    relay.applyCall(1, [
      {
        ...{ index: 0, type: 'audio', types: [], events: [] },
        caller: planLeg(CALLER_SLOT, ALICE),
        callee: planLeg(CALLEE_SLOT, BOB, { direction: 'inactive' }),
        web: { caller: side([turn(0, 0)]), callee: side([turn(0, 0)]), limits: LIMITS },
      },
    ])
    relay.setNow(60_000)
    relay.tick()
    assert.deepEqual(reports.splice(0), [{ op: 'silent', call: 1, silentMs: 40_000, limitMs: 600_000 }])
  })
})

test('whatever comes, nothing is thrown, and nothing goes to strangers', () => {
  const event = turn(101, 110, { how: 'event', toRate: 48_000, codec: 'telephone-event' })
  const law = turn(8, 0, { how: 'to-ulaw' })
  const h264 = turn(102, 102, { rate: 90_000, toRate: 90_000, codec: 'h264' })
  const all = side([turn(0, 0), law, event, h264], { event: [101, 8000], sprop: ['Z0I='] })
  const { relay, hear } = aRelay(all, all, { index: 1, type: 'video' })
  let seed = 9
  const next = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return seed >>> 8
  }
  const types = [0, 8, 101, 102, 72, 73, 205 - 128, 206 - 128]
  for (let round = 0; round < 20_000; round++) {
    const octets = Uint8Array.from({ length: next() % 64 }, () => next())
    if (octets.length > 1) {
      octets[0] = 0x80 | (next() & 0x3f)
      octets[1] = (next() & 0x80) | (types[next() % types.length] as number)
    }
    relay.setNow(1000 + round)
    const slot = CALLER_SLOT + (next() % 4)
    const from = ['192.0.2.1:4000', '192.0.2.1:4001', '198.51.100.1:5000', '198.51.100.1:5001'][
      slot
    ] as string
    for (const { to } of hear(slot, from, octets))
      assert.match(to, /^(192\.0\.2\.1:400|198\.51\.100\.1:500)[01]$/)
    if (round % 100 === 0) relay.pulse()
    if (round % 500 === 0) relay.tick()
  }
})
