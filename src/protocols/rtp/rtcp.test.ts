import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromHex, toHex } from '#lib/bytes'
import { decodeRtcp, encodeRtcp, looksLikeRtcp, type RtcpPacket } from './rtcp.ts'

const report = {
  ssrc: 7,
  fractionLost: 3,
  lost: -2,
  highestSequence: 0x1fffe,
  jitter: 5,
  lastSr: 6,
  delay: 7,
}
const sender = { ntpSeconds: 0xe0000000, ntpFraction: 1, rtpTimestamp: 2, packets: 3, octets: 4 }
const all: RtcpPacket[] = [
  { kind: 'sr', ssrc: 1, sender, reports: [report] },
  { kind: 'rr', ssrc: 1, reports: [report, { ...report, ssrc: 8, lost: 9 }] },
  { kind: 'sdes', ssrc: 1, cname: 'someone@example' },
  { kind: 'feedback', type: 206, format: 1, ssrc: 1, media: 2, data: new Uint8Array(0) },
  { kind: 'other', type: 204, count: 0, data: Uint8Array.of(0, 0, 0, 1, 1, 2, 3, 4) },
  { kind: 'bye', ssrcs: [1] },
]

describe('an RTCP compound', () => {
  test('is read as it was written', () => {
    const octets = encodeRtcp(all)
    assert.ok(looksLikeRtcp(octets, 0, octets.length))
    assert.deepEqual(decodeRtcp(octets), { ok: true, value: all })
  })

  test('is laid out as RFC 3550 §6.4.2 and §6.5 draw it', () => {
    const octets = encodeRtcp([
      { kind: 'rr', ssrc: 0x01020304, reports: [] },
      { kind: 'sdes', ssrc: 0x01020304, cname: 'ab' },
    ])
    assert.equal(toHex(octets), '80c9000101020304' + '81ca0003' + '01020304' + '01026162' + '00000000')
  })

  test('names its faults', () => {
    const errorOf = (text: string) => {
      const result = decodeRtcp(fromHex(text) as Uint8Array)
      return result.ok ? undefined : result.error
    }
    assert.equal(errorOf(''), 'short')
    assert.equal(errorOf('80c9'), 'short')
    assert.equal(errorOf('40c90000'), 'version')
    assert.equal(errorOf('80000000'), 'type')
    assert.equal(errorOf('80c9000201020304'), 'length')
  })

  test('never throws, whatever the octets', () => {
    let seed = 11
    const seeded = encodeRtcp(all)
    for (let round = 0; round < 20_000; round++) {
      const octets = seeded.slice(0, round % (seeded.length + 1))
      for (let changes = 0; changes < 4 && octets.length > 0; changes++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
        octets[(seed >>> 8) % octets.length] = seed >>> 24
      }
      decodeRtcp(octets)
      looksLikeRtcp(octets, 0, octets.length)
    }
  })
})
