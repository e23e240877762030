import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decodeClientHello,
  decodeServerHello,
  ECDHE_ECDSA_AES128_GCM,
  ECDSA_SHA256,
  encodeClientHello,
  encodeServerHello,
  SECP256R1,
  X25519,
} from './hello.ts'
import { prf } from './prf.ts'

const random = new Uint8Array(32).fill(7)
const hello = encodeClientHello(random, Uint8Array.of(1, 2), [7, 1])

describe('hellos', () => {
  test('say what they are made of', () => {
    const decoded = decodeClientHello(hello)
    assert.deepEqual(decoded, {
      ...{ version: 0xfefd, random, session: new Uint8Array(0), cookie: Uint8Array.of(1, 2) },
      ...{ suites: [ECDHE_ECDSA_AES128_GCM, 0xff], groups: [X25519, SECP256R1], signatures: [ECDSA_SHA256] },
      ...{ srtp: [7, 1], extendedMasterSecret: true },
    })
    assert.ok(decoded)
    const answer = decodeServerHello(encodeServerHello(random, 7, decoded))
    const suite = ECDHE_ECDSA_AES128_GCM
    assert.deepEqual(answer, { version: 0xfefd, random, suite, srtp: 7, extendedMasterSecret: true })
  })
  test('may come without extensions, but not with half of one, or one twice', () => {
    const bare = hello.subarray(0, 46)
    assert.deepEqual(decodeClientHello(bare)?.srtp, [])
    assert.equal(decodeClientHello(bare)?.signatures, undefined)
    for (let length = 47; length < hello.length; length++)
      assert.equal(decodeClientHello(hello.subarray(0, length)), undefined, `${length}`)
    const twice = Uint8Array.fromHex('000800170000' + '00170000')
    assert.equal(decodeClientHello(new Uint8Array([...bare, ...twice])), undefined)
  })
  test('of a server may choose one profile, without a master key identifier', () => {
    const client = decodeClientHello(hello)
    assert.ok(client)
    const server = encodeServerHello(random, 7, client).toHex()
    const changed = (extension: string) => {
      const longer = server.replace('000e00050002000700', extension)
      assert.notEqual(longer, server)
      const more = (extension.length - 18) / 2
      const at = 2 * (2 + 32 + 1 + 2 + 1)
      const length = Number.parseInt(longer.slice(at, at + 4), 16) + more
      return decodeServerHello(
        Uint8Array.fromHex(longer.slice(0, at) + length.toString(16).padStart(4, '0') + longer.slice(at + 4)),
      )
    }
    assert.equal(changed('000e00050002000100')?.srtp, 1)
    assert.equal(changed('000e0007000400070001' + '00'), undefined)
    assert.equal(changed('000e00060002000701' + 'aa'), undefined)
  })
})

test('the PRF is that of the known vector for SHA-256', () => {
  // Published by Mike Hamburg on the TLS working group's list, and used by most implementations since.
  const made = prf(
    Uint8Array.fromHex('9bbe436ba940f017b17652849a71db35'),
    'test label',
    Uint8Array.fromHex('a0ba9f936cda311827a6f796ffd5198c'),
    100,
  )
  assert.equal(
    made.toHex(),
    'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0f' +
      'a022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff7018734' +
      '7b66',
  )
})
