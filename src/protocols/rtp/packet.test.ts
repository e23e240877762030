import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat, fromHex, toHex } from '#lib/bytes'
import { decodeRtp, encodeRtp, isRtcpType, type RtpPacket, rtpHeaderLength } from './packet.ts'

const plain: RtpPacket = {
  ...{ marker: true, payloadType: 96, sequence: 0xfffe, timestamp: 0xfffffff0, ssrc: 0xdeadbeef },
  ...{ csrcs: [], extension: undefined, payload: Uint8Array.of(1, 2, 3) },
}
const hex = (text: string) => fromHex(text) as Uint8Array

describe('an RTP packet', () => {
  test('is laid out as RFC 3550 §5.1 draws it', () => {
    assert.equal(toHex(encodeRtp(plain)), '80e0fffefffffff0deadbeef010203')
    assert.deepEqual(decodeRtp(encodeRtp(plain)), { ok: true, value: plain })
  })

  test('carries sources and an extension', () => {
    const extension = { profile: 0xbede, data: Uint8Array.of(0x10, 0xff, 0, 0) }
    const rich: RtpPacket = { ...plain, csrcs: [1, 0xffffffff], extension }
    assert.deepEqual(decodeRtp(encodeRtp(rich)), { ok: true, value: rich })
    assert.equal(rtpHeaderLength(encodeRtp(rich), 0, encodeRtp(rich).length), 28)
  })

  test('loses its padding', () => {
    const padded = decodeRtp(concat(hex('a000000100000002000000030102'), Uint8Array.of(0, 2)))
    assert.deepEqual(padded.ok && padded.value.payload, Uint8Array.of(1, 2))
  })
})

test('what is no RTP is named by its fault', () => {
  const errorOf = (text: string) => {
    const result = decodeRtp(hex(text))
    return result.ok ? undefined : result.error
  }
  assert.equal(errorOf('8000'), 'short')
  assert.equal(errorOf(`40${'00'.repeat(11)}`), 'version')
  assert.equal(errorOf(`81${'00'.repeat(11)}`), 'length')
  assert.equal(errorOf(`90${'00'.repeat(11)}bede0001`), 'length')
  assert.equal(errorOf(`a0${'00'.repeat(12)}`), 'padding')
  assert.equal(errorOf(`a0${'00'.repeat(11)}05`), 'padding')
})

test('RTCP is told from RTP by its second octet, RFC 5761 §4', () => {
  assert.deepEqual([191, 192, 200, 223, 224].map(isRtcpType), [false, true, true, true, false])
})

test('random octets never throw, and the two readers agree', () => {
  let seed = 3
  for (let round = 0; round < 20_000; round++) {
    const octets = new Uint8Array(round % 48)
    for (let i = 0; i < octets.length; i++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      octets[i] = i === 0 ? 0x80 | (seed >>> 24) : seed >>> 16
    }
    const decoded = decodeRtp(octets)
    const head = rtpHeaderLength(octets, 0, octets.length)
    assert.equal(head >= 0, decoded.ok || decoded.error === 'padding')
  }
})
