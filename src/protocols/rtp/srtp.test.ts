import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSrtp } from './srtp.ts'
import { rtpOf } from './srtp-fixture.ts'
import { SRTP_PROFILES, SRTP_ROOM, type Srtp, type SrtpProfile } from './srtp-profile.ts'
import { WINDOW } from './srtp-stream.ts'

const PROFILES = Object.keys(SRTP_PROFILES) as SrtpProfile[]
const LENGTH = 172

const make = (profile: SrtpProfile, streams?: number): Srtp => {
  const { keyLength, saltLength } = SRTP_PROFILES[profile]
  const keys = { key: new Uint8Array(keyLength).fill(3), salt: new Uint8Array(saltLength).fill(5) }
  const srtp = createSrtp(profile, keys, streams === undefined ? {} : { streams })
  assert.ok(srtp)
  return srtp
}

const rtcpOf = (ssrc: number, words = 6): Uint8Array => {
  const bytes = new Uint8Array(8 + 4 * words + SRTP_ROOM)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x80c80001 + words)
  view.setUint32(4, ssrc)
  bytes.fill(9, 8, 8 + 4 * words)
  return bytes
}

for (const profile of PROFILES)
  describe(profile, () => {
    const { tag, rtcpTag } = SRTP_PROFILES[profile]
    /** What the network carries. */
    const sealed = (sender: Srtp, sequence: number, ssrc?: number): Uint8Array => {
      const bytes = rtpOf(sequence, ssrc)
      const length = sender.protect(bytes, 0, LENGTH)
      assert.equal(length, LENGTH + tag)
      return bytes.slice(0, length)
    }
    const opened = (receiver: Srtp, bytes: Uint8Array): number =>
      receiver.unprotect(bytes.slice(), 0, bytes.length)

    test('goes there and back in the middle of a block', () => {
      const block = new Uint8Array(4096).fill(0xee)
      block.set(rtpOf(7).subarray(0, LENGTH), 1000)
      const length = make(profile).protect(block, 1000, LENGTH)
      assert.notDeepEqual(block.subarray(1012, 1000 + LENGTH), rtpOf(7).subarray(12, LENGTH))
      assert.deepEqual(block.subarray(1000, 1012), rtpOf(7).subarray(0, 12))
      assert.equal(block[999], 0xee)
      assert.equal(block[1000 + length], 0xee)
      assert.equal(make(profile).unprotect(block, 1000, length), LENGTH)
      assert.deepEqual(block.subarray(1000, 1000 + LENGTH), rtpOf(7).subarray(0, LENGTH))
    })
    test('knows no packet twice and none that is too old', () => {
      const sender = make(profile)
      const receiver = make(profile)
      const packets = Array.from({ length: WINDOW + 10 }, (_, i) => sealed(sender, 1000 + i))
      assert.equal(opened(receiver, packets[0] as Uint8Array), LENGTH)
      assert.equal(opened(receiver, packets[0] as Uint8Array), -1)
      assert.equal(opened(receiver, packets[64] as Uint8Array), LENGTH)
      assert.equal(opened(receiver, packets[1] as Uint8Array), LENGTH)
      assert.equal(opened(receiver, packets[1] as Uint8Array), -1)
      assert.equal(opened(receiver, packets[WINDOW + 9] as Uint8Array), LENGTH)
      assert.equal(opened(receiver, packets[9] as Uint8Array), -1)
      assert.equal(opened(receiver, packets[10] as Uint8Array), LENGTH)
      assert.equal(receiver.counted.replayed, 3)
    })
    test('follows the roll-over, with packets of both sides mixed', () => {
      const sender = make(profile)
      const receiver = make(profile)
      for (let turn = 0, sequence = 60_000; turn < 3; turn++, sequence += 65_536) {
        for (let step = sequence - (turn && 50_000); step < sequence; step += 10_000)
          assert.equal(opened(receiver, sealed(sender, step)), LENGTH)
        const around = [65_530, 65_531, 65_537, 65_533, 65_536, 65_535].map((at) => at - 60_000 + sequence)
        const packets = around.map((at) => sealed(sender, at))
        for (const packet of packets) assert.equal(opened(receiver, packet), LENGTH)
        for (const packet of packets) assert.equal(opened(receiver, packet), -1)
      }
    })
    test('never advances for a forged packet', () => {
      const sender = make(profile)
      const receiver = make(profile)
      assert.equal(opened(receiver, sealed(sender, 10)), LENGTH)
      const real = sealed(sender, 11)
      const next = sealed(sender, 12)
      const ahead = sealed(sender, 30_000)
      for (const at of [5, 20, real.length - 1]) {
        assert.equal(opened(receiver, real.with(at, (real[at] as number) ^ 1)), -1)
        assert.equal(opened(receiver, ahead.with(at, (ahead[at] as number) ^ 1)), -1)
      }
      assert.equal(receiver.counted.forged, 6)
      assert.equal(opened(receiver, real), LENGTH)
      assert.equal(opened(receiver, next), LENGTH)
    })
    test('never uses an index twice', () => {
      const sender = make(profile)
      sealed(sender, 500)
      assert.equal(sender.protect(rtpOf(500), 0, LENGTH), -1)
      sealed(sender, 499)
      assert.equal(sender.protect(rtpOf(499), 0, LENGTH), -1)
      sealed(sender, 500 + WINDOW)
      assert.equal(sender.protect(rtpOf(498), 0, LENGTH), -1)
      assert.equal(sender.counted.replayed, 3)
    })
    test('remembers so many streams, of authentic packets only', () => {
      const sender = make(profile)
      const receiver = make(profile, 4)
      for (let ssrc = 100; ssrc < 120; ssrc++) opened(receiver, sealed(make(profile), 1, ssrc).fill(0, 20))
      assert.deepEqual([receiver.counted.forged, receiver.counted.crowded], [20, 0])
      for (let ssrc = 1; ssrc <= 4; ssrc++) assert.equal(opened(receiver, sealed(sender, 1, ssrc)), LENGTH)
      assert.equal(opened(receiver, sealed(sender, 1, 5)), -1)
      assert.equal(receiver.counted.crowded, 1)
      assert.equal(opened(receiver, sealed(sender, 2, 1)), LENGTH)
    })
    test('does the same for RTCP, with an index of its own', () => {
      const sender = make(profile)
      const receiver = make(profile)
      const packets = Array.from({ length: 3 }, () => {
        const bytes = rtcpOf(77)
        assert.equal(sender.protectRtcp(bytes, 0, 32), 32 + rtcpTag + 4)
        return bytes.slice(0, 32 + rtcpTag + 4)
      })
      const open = (bytes: Uint8Array): number => receiver.unprotectRtcp(bytes, 0, bytes.length)
      const [first, second, third] = packets as [Uint8Array, Uint8Array, Uint8Array]
      assert.equal(open(third.slice()), 32)
      assert.equal(open(second.with(12, 0)), -1)
      assert.equal(open(second.with(6, 1)), -1)
      const opening = second.slice()
      assert.equal(open(opening), 32)
      assert.deepEqual(opening.subarray(0, 32), rtcpOf(77).subarray(0, 32))
      assert.equal(open(second.slice()), -1)
      assert.equal(open(first.slice()), 32)
    })
    test('of any bytes never throws', () => {
      const srtp = make(profile)
      let seed = 3
      const next = (): number => {
        seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
        return seed >>> 8
      }
      for (let round = 0; round < 3000; round++) {
        const bytes = new Uint8Array(next() % 60)
        for (let i = 0; i < bytes.length; i++) bytes[i] = next()
        if (round & 1 && bytes.length > 0) bytes[0] = 0x80 | ((bytes[0] as number) & 0x3f)
        assert.equal(srtp.unprotect(bytes.slice(), 0, bytes.length), -1)
        assert.equal(srtp.unprotectRtcp(bytes.slice(), 0, bytes.length), -1)
        srtp.protect(bytes.slice(), 0, bytes.length)
        srtp.protectRtcp(bytes.slice(), 0, bytes.length)
        srtp.unprotect(bytes.slice(), 10, bytes.length)
      }
    })
  })

test('keys of another length make nothing', () => {
  const keys = { key: new Uint8Array(16), salt: new Uint8Array(12) }
  assert.equal(createSrtp('SRTP_AES128_CM_HMAC_SHA1_80', keys), undefined)
  assert.equal(createSrtp('SRTP_AEAD_AES_256_GCM', keys), undefined)
})
