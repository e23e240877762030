import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSrtp, SRTP_PROFILES, type SrtpProfile } from '#rtp'
import { hasNativeLayout } from './libc.ts'

const skip = hasNativeLayout ? false : 'no native calls on this system'

/** What node:crypto does is the measure: the vectors of the standards are checked with it. */
describe('the native kit', { skip }, () => {
  test('is found to be right', async () => {
    const { provedKit } = await import('./libcrypto.ts')
    assert.ok(provedKit())
  })
  for (const profile of Object.keys(SRTP_PROFILES) as SrtpProfile[])
    test(`does with ${profile} what node:crypto does`, async () => {
      const { createNativeKit } = await import('./libcrypto.ts')
      const { keyLength, saltLength } = SRTP_PROFILES[profile]
      const keys = { key: new Uint8Array(keyLength).fill(3), salt: new Uint8Array(saltLength).fill(5) }
      const kit = createNativeKit()
      const native = { sends: createSrtp(profile, keys, { kit }), takes: createSrtp(profile, keys, { kit }) }
      const plain = { sends: createSrtp(profile, keys), takes: createSrtp(profile, keys) }
      const block = new Uint8Array(4096)
      for (let round = 0; round < 200; round++) {
        const length = 12 + ((round * 37) % 1300)
        const packet = new Uint8Array(1400).fill(round, 0, length)
        packet.set([0x80, 0, 0, round, 1, 2, 3, 4, 5, 6, 7, round % 3])
        const there = packet.slice()
        block.set(packet, 64)
        const size = native.sends?.protect(block, 64, length) ?? -1
        assert.equal(plain.sends?.protect(there, 0, length), size)
        assert.deepEqual(block.subarray(64, 64 + size), there.subarray(0, size))
        const forged = there.with(size - 1, (there[size - 1] as number) ^ 1)
        assert.equal(native.takes?.unprotect(forged, 0, size), -1)
        assert.equal(native.takes?.unprotect(there, 0, size), length)
        assert.deepEqual(there.subarray(0, length), packet.subarray(0, length))
        assert.equal(plain.takes?.unprotect(block, 64, size), length)
        const rtcp = packet.with(1, 200)
        const reported = native.sends?.protectRtcp(rtcp, 0, length) ?? -1
        assert.equal(plain.takes?.unprotectRtcp(rtcp.slice(), 0, reported), length)
        assert.equal(native.takes?.unprotectRtcp(rtcp, 0, reported), length)
        assert.deepEqual(rtcp.subarray(0, length), packet.with(1, 200).subarray(0, length))
      }
    })
})
