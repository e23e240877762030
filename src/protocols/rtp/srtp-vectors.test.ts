import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSrtp, Transform } from './srtp.ts'
import { roomy } from './srtp-fixture.ts'
import { deriveKey, LABEL } from './srtp-keys.ts'
import { createCryptoKit } from './srtp-kit.ts'
import type { SrtpProfile } from './srtp-profile.ts'

const hex = Uint8Array.fromHex
const MASTER = { key: hex('e1f97a0d3e018be0d64fa32c06de4139'), salt: hex('0ec675ad498afeebb6960b3aabe6') }

describe('RFC 3711', () => {
  test('B.3 key derivation', () => {
    assert.equal(deriveKey(MASTER, LABEL.rtpKey, 16).toHex(), 'c61e7a93744f39ee10734afe3ff7a087')
    assert.equal(deriveKey(MASTER, LABEL.rtpSalt, 14).toHex(), '30cbbc08863d8c85d49db34a9ae1')
    assert.equal(
      deriveKey(MASTER, LABEL.rtpAuth, 94).toHex(),
      'cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327ad175578ef722709' +
        '86371c10c9a369ac2f94a8c5fbcdddc256d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2',
    )
  })
  test('B.2 keystream, and the segment counter', () => {
    const kit = createCryptoKit()
    const bytes = new Uint8Array(48)
    kit.iv.set(hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd0000'))
    kit.crypt(hex('2b7e151628aed2a6abf7158809cf4f3c'), bytes, 0, 48)
    assert.equal(
      bytes.toHex(),
      'e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0',
    )
  })
  test('the reference packets of libsrtp', () => {
    const srtp = createSrtp('SRTP_AES128_CM_HMAC_SHA1_80', MASTER)
    const rtp = roomy(`800f1234decafbadcafebabe${'ab'.repeat(16)}`)
    assert.equal(srtp?.protect(rtp, 0, 28), 38)
    assert.equal(
      rtp.subarray(0, 38).toHex(),
      '800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb',
    )
    const rtcp = roomy(`81c8000bcafebabe${'ab'.repeat(16)}`)
    assert.equal(srtp?.protectRtcp(rtcp, 0, 24), 38)
    assert.equal(
      rtcp.subarray(0, 38).toHex(),
      '81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798',
    )
    assert.equal(srtp?.unprotect(rtp, 0, 38), 28)
    assert.equal(srtp?.unprotectRtcp(rtcp, 0, 38), 24)
    assert.equal(rtcp.subarray(0, 24).toHex(), `81c8000bcafebabe${'ab'.repeat(16)}`)
  })
})

/** RFC 7714 §16 and §17 name session keys, so what a master key would give is left out. */
const RTP =
  '8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573'
const RTCP =
  '81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef'
const KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
const INDEX = 0x5d4

const transform = (profile: SrtpProfile): Transform => {
  const session = {
    key: hex(profile === 'SRTP_AEAD_AES_256_GCM' ? KEY : KEY.slice(0, 32)),
    salt: hex('517569642070726f2071756f'),
    auth: new Uint8Array(0),
  }
  return new Transform(profile, { rtp: session, rtcp: session }, createCryptoKit())
}

describe('RFC 7714', () => {
  const vectors: [SrtpProfile, rtp: string, rtcp: string][] = [
    [
      'SRTP_AEAD_AES_128_GCM',
      '8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf' +
        '8833899d7f27beb16a9152cf765ee4390cce',
      '81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded' +
        '0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4',
    ],
    [
      'SRTP_AEAD_AES_256_GCM',
      '8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799' +
        'b87b7aa3db36dfffd6b0f9bb7878d7a76c13',
      '81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de047' +
        '6f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4',
    ],
  ]
  for (const [profile, srtp, srtcp] of vectors) {
    test(`16 SRTP with ${profile}`, () => {
      const bytes = roomy(RTP)
      const length = transform(profile).protect(bytes, 0, RTP.length / 2)
      assert.equal(bytes.subarray(0, length).toHex(), srtp)
      assert.equal(transform(profile).unprotect(bytes, 0, length), RTP.length / 2)
      assert.equal(bytes.subarray(0, RTP.length / 2).toHex(), RTP)
    })
    test(`17 SRTCP with ${profile}`, () => {
      const sender = transform(profile)
      let length = 0
      let bytes = roomy(RTCP)
      for (let index = 1; index <= INDEX; index++) {
        bytes = roomy(RTCP)
        length = sender.protectRtcp(bytes, 0, RTCP.length / 2)
      }
      assert.equal(bytes.subarray(0, length).toHex(), srtcp)
      assert.equal(transform(profile).unprotectRtcp(bytes, 0, length), RTCP.length / 2)
      assert.equal(bytes.subarray(0, RTCP.length / 2).toHex(), RTCP)
    })
  }
  test('17.3 SRTCP that is only tagged', () => {
    const tagged = `${RTCP}841dd9683dd78ec92ae58790125f62b3000005d4`
    const bytes = roomy(tagged)
    const receiver = transform('SRTP_AEAD_AES_128_GCM')
    assert.equal(receiver.unprotectRtcp(bytes, 0, tagged.length / 2), RTCP.length / 2)
    assert.equal(bytes.subarray(0, RTCP.length / 2).toHex(), RTCP)
    const forged = roomy(tagged.replace('deadbeef', 'deadbeee'))
    assert.equal(transform('SRTP_AEAD_AES_128_GCM').unprotectRtcp(forged, 0, tagged.length / 2), -1)
  })
})
