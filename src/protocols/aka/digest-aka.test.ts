import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { concat, fromBase64, fromHex, toBase64, toHex } from '#lib/bytes'
import {
  type AkaAlgorithm,
  akaAlgorithmOf,
  akaPassword,
  akaV2SessionKeys,
  decodeAuts,
  decodeNonce,
  encodeAuts,
  encodeNonce,
} from './digest-aka.ts'

const { cases } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/aka/digest-aka.json', import.meta.url), 'utf8'),
)
const hex = (text: string) => fromHex(text) as Uint8Array
const latin = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
const md5 = (...parts: (string | Uint8Array)[]) =>
  createHash('md5')
    .update(concat(...parts.map((part) => (typeof part === 'string' ? latin(part) : part))))
    .digest('hex')

/** RFC 2617 §3.2.2, written here anew: the digest proper lives in another library. */
const responseOf = (c: Record<string, string>, password: Uint8Array) => {
  const ha1 = md5(`${c.username}:${c.realm}:`, password)
  const ha2 =
    c.qop === 'auth-int' ? md5(`${c.method}:${c.uri}:${md5(c.body as string)}`) : md5(`${c.method}:${c.uri}`)
  return {
    ha1,
    ha2,
    response: c.qop
      ? md5(`${ha1}:${c.nonce}:${c.nc}:${c.cnonce}:${c.qop}:${ha2}`)
      : md5(`${ha1}:${c.nonce}:${ha2}`),
  }
}

describe('digest with AKA', () => {
  for (const c of cases)
    test(c.name, () => {
      const keys = { res: hex(c.res), ck: hex(c.ck), ik: hex(c.ik) }
      assert.equal(encodeNonce(hex(c.rand), hex(c.autn)), c.nonce)
      const nonce = decodeNonce(c.nonce)
      assert.ok(nonce.ok)
      assert.deepEqual([toHex(nonce.value.rand), toHex(nonce.value.autn)], [c.rand, c.autn])

      // With auts the response is made with an empty password (RFC 3310 §3.4): the AKA keys play no part.
      const password = c.auts_hex ? new Uint8Array(0) : akaPassword(c.algorithm, keys)
      assert.equal(toHex(password), c.password_hex)
      const { ha1, ha2, response } = responseOf(c, password)
      assert.deepEqual(
        { ha1, ha2, response },
        { ha1: c.expect.ha1, ha2: c.expect.ha2, response: c.expect.response },
      )
      if (c.auts_hex) assert.equal(encodeAuts(hex(c.auts_hex)), c.auts_b64)
      if (c.ik_prime) {
        const prime = akaV2SessionKeys(c.algorithm, keys)
        assert.deepEqual([toHex(prime.ik), toHex(prime.ck)], [c.ik_prime, c.ck_prime])
      }
    })

  const set1 = {
    res: hex('a54211d5e3ba50bf'),
    ck: hex('b40ba9a3c58b2a05bbf0d987b21bf8cb'),
    ik: hex('f769bcd751044604127672711c6d3441'),
  }

  test('gives the passwords known for set 1 of TS 35.208', () => {
    const text = (algorithm: AkaAlgorithm) => new TextDecoder().decode(akaPassword(algorithm, set1))
    assert.equal(text('AKAv2-MD5'), 'shzt3q8CWaZnCAWqs3WmEQ==')
    assert.equal(text('AKAv2-SHA-256'), 'wpC+5dv/7kC35JEI2hluv8XcBd+vf8XcfedJBan1buk=')
    assert.deepEqual(akaPassword('AKAv1-MD5', set1), set1.res)
  })

  test('gives the responses known for set 1, with and without qop', () => {
    const realm = 'ims.mnc001.mcc001.3gppnetwork.org'
    const common = { username: `001010123456789@${realm}`, realm, uri: `sip:${realm}`, method: 'REGISTER' }
    const nonce = 'I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M='
    const both = (password: Uint8Array) => [
      responseOf({ ...common, nonce }, password).response,
      responseOf({ ...common, nonce, qop: 'auth', nc: '00000001', cnonce: 'abcdef' }, password).response,
    ]
    assert.deepEqual(both(akaPassword('AKAv1-MD5', set1)), [
      '486f3ee163ac4a424493c7ee626d3794',
      'bdd41e7cff59a5505eb230ff9b234963',
    ])
    assert.deepEqual(both(akaPassword('AKAv2-MD5', set1)), [
      '8975deb6a8bfc100292443870426e9f8',
      '63f6fbfb2d1e8d6cc9b37adbd04d6f3d',
    ])
    assert.deepEqual(both(new Uint8Array(0)), [
      '180933893eb8c4519e87ae2c9d5a1955',
      '92a362ad3c2b6891e55822cac0a2cce7',
    ])
  })
})

describe('the nonce', () => {
  test('keeps what the server appended', () => {
    const [rand, autn, more] = [
      new Uint8Array(16).fill(1),
      new Uint8Array(16).fill(2),
      Uint8Array.of(3, 4, 5),
    ]
    const decoded = decodeNonce(encodeNonce(rand, autn, more))
    assert.deepEqual(decoded, { ok: true, value: { rand, autn, serverData: more } })
    assert.equal(encodeNonce(rand, autn).length, 44)
  })

  test('that is none gives a typed error', () => {
    assert.deepEqual(decodeNonce('not base64!'), { ok: false, error: 'base64' })
    assert.deepEqual(decodeNonce(toBase64(new Uint8Array(31))), { ok: false, error: 'short' })
    assert.deepEqual(decodeAuts(toBase64(new Uint8Array(13))), { ok: false, error: 'length' })
    assert.deepEqual(decodeAuts('*'), { ok: false, error: 'base64' })
    assert.equal(fromBase64('')?.length, 0)
  })

  test('algorithm tokens match in any case', () => {
    assert.equal(akaAlgorithmOf('akaV1-md5'), 'AKAv1-MD5')
    assert.equal(akaAlgorithmOf('MD5'), undefined)
  })
})
