import assert from 'node:assert/strict'
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto'
import { describe, test } from 'node:test'
import { encryptPush } from './encrypt.ts'
import { createVapid, generateVapidKey } from './vapid.ts'

/** RFC 8291 §5 and appendix A. */
const EXAMPLE = {
  plain: 'When I grow up, I want to be a watermelon',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  theirs: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  own: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  sealed:
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
}

const hmac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac('sha256', key).update(data).digest()

/** As a browser reads it, written apart from what it reads. */
const decrypt = (sealed: Uint8Array, auth: Buffer, receiver: ReturnType<typeof createECDH>): string => {
  const body = Buffer.from(sealed)
  const [salt, point, rest] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)]
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiver.getPublicKey(), point, Buffer.of(1)])
  const prk = hmac(salt, hmac(hmac(auth, receiver.computeSecret(point)), info))
  const derive = (name: string): Buffer => hmac(prk, Buffer.from(`Content-Encoding: ${name}\0\x01`))
  const decipher = createDecipheriv(
    'aes-128-gcm',
    derive('aes128gcm').subarray(0, 16),
    derive('nonce').subarray(0, 12),
  )
  decipher.setAuthTag(rest.subarray(-16))
  const plain = Buffer.concat([decipher.update(rest.subarray(0, -16)), decipher.final()])
  assert.equal(plain.at(-1), 2)
  return plain.subarray(0, -1).toString()
}

describe('a push message', () => {
  test('is the octets of the example in RFC 8291', () => {
    const own = createECDH('prime256v1')
    own.setPrivateKey(Buffer.from(EXAMPLE.own, 'base64url'))
    const keys = { p256dh: EXAMPLE.theirs, auth: EXAMPLE.auth }
    const sealed = encryptPush(Buffer.from(EXAMPLE.plain), keys, {
      salt: Buffer.from(EXAMPLE.salt, 'base64url'),
      own,
    })
    assert.ok(sealed.ok)
    assert.equal(Buffer.from(sealed.value).toString('base64url'), EXAMPLE.sealed)
  })
  test('is read by the browser whose keys they are, each time under another salt', () => {
    const receiver = createECDH('prime256v1')
    const p256dh = receiver.generateKeys().toString('base64url')
    const auth = randomBytes(16)
    const keys = { p256dh, auth: auth.toString('base64url') }
    const [one, other] = [encryptPush(Buffer.from('ü'), keys), encryptPush(Buffer.from('ü'), keys)]
    assert.ok(one.ok && other.ok)
    assert.equal(decrypt(one.value, auth, receiver), 'ü')
    assert.notDeepEqual(one.value, other.value)
  })
  test('is refused for keys that are none, and when it is too long', () => {
    const random = Buffer.concat([Buffer.of(4), randomBytes(64)]).toString('base64url')
    const auth = EXAMPLE.auth
    for (const p256dh of ['', 'x', random, EXAMPLE.theirs.slice(2)])
      assert.deepEqual(encryptPush(Buffer.of(), { p256dh, auth }), { ok: false, error: 'keys' })
    assert.equal(encryptPush(Buffer.of(), { p256dh: EXAMPLE.theirs, auth: 'AAAA' }).ok, false)
    const keys = { p256dh: EXAMPLE.theirs, auth }
    assert.deepEqual(encryptPush(Buffer.alloc(4000), keys), { ok: false, error: 'size' })
  })
})

describe('the server tells push services who it is', () => {
  test('with a signed word for their own site, good for half a day', () => {
    const made = createVapid(generateVapidKey(), 'mailto:admin@example.org')
    assert.ok(made.ok)
    const [, token = '', key = ''] = /^vapid t=(\S+), k=(\S+)$/.exec(
      made.value.authorization('https://push.example.net/a/b?c', 1_000_000_000_000),
    ) as string[]
    assert.equal(key, made.value.publicKey)
    const point = Buffer.from(key, 'base64url')
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    }
    const [head = '', claims = '', signature = ''] = token.split('.')
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
    assert.ok(
      verify(
        'sha256',
        Buffer.from(`${head}.${claims}`),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ),
    )
    assert.deepEqual(JSON.parse(Buffer.from(claims, 'base64url').toString()), {
      aud: 'https://push.example.net',
      exp: 1_000_043_200,
      sub: 'mailto:admin@example.org',
    })
    assert.deepEqual(createVapid('nonsense', 'mailto:a@b'), { ok: false, error: 'key' })
  })
})
