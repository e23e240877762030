import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSrtp, SRTP_PROFILES, type SrtpProfile } from '#rtp'
import { createLibsrtp, withoutLibsrtp } from '../support/libsrtp.ts'

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))

/** RTP with a contributor and an extension now and then; the sequence numbers pass their end twice. */
const rtpOf = (turn: number): { bytes: Uint8Array; length: number } => {
  const bytes = new Uint8Array(1600)
  const head = turn % 3 === 0 ? 12 : turn % 3 === 1 ? 16 : 24
  const length = head + ((turn * 31) % 1200)
  bytes.set(random(length))
  const view = new DataView(bytes.buffer)
  const first = [0x80, 0x81, 0x90][turn % 3] as number
  view.setUint16(0, (first << 8) | 96)
  view.setUint16(2, (60_000 + turn * 40) & 0xffff)
  view.setUint32(8, 0x1000 + (turn % 2))
  if (head === 24) view.setUint32(12, 0xbede0002)
  return { bytes, length }
}

const rtcpOf = (turn: number): { bytes: Uint8Array; length: number } => {
  const bytes = new Uint8Array(256)
  const length = 8 + 4 * (turn % 20)
  bytes.set(random(length))
  new DataView(bytes.buffer).setUint32(0, (0x80c8 << 16) | (length / 4 - 1))
  // One SSRC: libsrtp counts for each, we for all of a direction.
  new DataView(bytes.buffer).setUint32(4, 0x2000)
  return { bytes, length }
}

const TURNS = 3000
const RTP = ['protect', 'unprotect'] as const
const RTCP = ['protectRtcp', 'unprotectRtcp'] as const

describe('libsrtp', { skip: withoutLibsrtp() }, () => {
  for (const profile of Object.keys(SRTP_PROFILES) as SrtpProfile[]) {
    const { keyLength, saltLength } = SRTP_PROFILES[profile]
    const keys = { key: random(keyLength), salt: random(saltLength) }

    test(`reads our ${profile}, and we its`, () => {
      const ours = createSrtp(profile, keys)
      const reader = createSrtp(profile, keys)
      const [sends, takes] = [createLibsrtp(profile, keys, 'out'), createLibsrtp(profile, keys, 'in')]
      assert.ok(ours && reader)
      for (let turn = 0; turn < TURNS; turn++) {
        for (const kind of ['rtp', 'rtcp'] as const) {
          const packet = kind === 'rtp' ? rtpOf(turn) : rtcpOf(turn)
          const { length } = packet
          const [a, b] = [packet.bytes, packet.bytes.slice()]
          const plain = a.slice(0, length)
          const [seal, open] = kind === 'rtp' ? RTP : RTCP
          const there: number = ours[seal](a, 0, length)
          const back: number = sends[seal](b, 0, length)
          assert.equal(there, back)
          assert.deepEqual(a.subarray(0, there), b.subarray(0, back), `${kind} ${turn}`)
          const read: number[] = [takes[open](a, 0, there), reader[open](b, 0, back)]
          assert.deepEqual(read, [length, length], `${kind} ${turn}`)
          assert.deepEqual(b.subarray(0, length), plain)
        }
      }
    })
  }
})
