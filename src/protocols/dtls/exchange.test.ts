import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createShare, GROUPS } from './exchange.ts'
import { SECP256R1, X25519 } from './hello.ts'

describe('a key share', () => {
  for (const group of GROUPS)
    test(`of group ${group} agrees with another, and with nothing that is no point`, () => {
      const [ours, theirs] = [createShare(group), createShare(group)]
      assert.notDeepEqual(ours.publicKey, theirs.publicKey)
      assert.deepEqual(ours.agree(theirs.publicKey), theirs.agree(ours.publicKey))
      const share = createShare(group)
      assert.equal(share.agree(new Uint8Array(0)), undefined)
      assert.equal(share.agree(theirs.publicKey.subarray(1)), undefined)
      assert.equal(share.agree(new Uint8Array(theirs.publicKey.length)), undefined)
    })
  test('of P-256 takes no point beside the curve, and none that is compressed', () => {
    const share = createShare(SECP256R1)
    const point = new Uint8Array(createShare(SECP256R1).publicKey)
    assert.equal(share.agree(point.with(64, (point[64] as number) ^ 1)), undefined)
    assert.equal(share.agree(Uint8Array.of(2, ...point.subarray(1, 33))), undefined)
  })
  test('of X25519 takes no point of small order', () => {
    for (const last of [0, 1]) {
      const point = new Uint8Array(32)
      point[0] = last
      assert.equal(createShare(X25519).agree(point), undefined)
    }
  })
})
