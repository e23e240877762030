import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fromHex } from '#lib/bytes'
import { digestFromHa1, digestResponse, ha1Of, ha2Of, hashOf, sessionHa1 } from './digest.ts'

type Case = {
  name: string
  algorithm: string
  nonce: string
  username: string
  realm: string
  method: string
  uri: string
  qop: string | null
  nc: string | null
  cnonce: string | null
  body: string
  password_hex: string
  expect: { ha1: string; ha2: string; response: string; rspauth: string }
}
const file = new URL('../../../../test/fixtures/aka/digest-aka.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }

describe('AKA digests, RFC 3310 and RFC 4169', () => {
  assert.equal(cases.length, 8)
  for (const { name, expect, qop, nc, cnonce, body, password_hex, algorithm, ...rest } of cases)
    test(name, () => {
      const digest = hashOf(algorithm)
      const password = fromHex(password_hex)
      assert.ok(digest && password)
      const input = {
        ...rest,
        algorithm: digest,
        password,
        body: Buffer.from(body, 'latin1'),
        ...(qop !== null && { qop, nc: nc ?? '', cnonce: cnonce ?? '' }),
      }
      assert.equal(ha1Of(input), expect.ha1)
      assert.equal(ha2Of(input), expect.ha2)
      assert.equal(digestResponse(input), expect.response)
      assert.equal(digestFromHa1({ ...input, ha1: expect.ha1 }), expect.response)
      assert.equal(digestResponse({ ...input, method: '' }), expect.rspauth)
    })
})

describe('digests of the RFCs', () => {
  // RFC 7616 §3.9.1, whose example is an HTTP GET.
  const input = {
    username: 'Mufasa',
    realm: 'http-auth@example.org',
    password: Buffer.from('Circle of Life'),
    method: 'GET',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    qop: 'auth',
  }

  test('MD5', () => {
    assert.equal(digestResponse({ ...input, algorithm: 'MD5' }), '8ca523f5e9506fed4657c9700eebdbec')
  })

  test('SHA-256', () => {
    const expected = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'
    assert.equal(digestResponse({ ...input, algorithm: 'SHA-256' }), expected)
  })

  test('SHA-512-256, computed with another library from the same values', () => {
    const expected = '430d05014cecc49cab6fbe03176d41a1da86cbfe24a16580e22aaad928d960d0'
    assert.equal(digestResponse({ ...input, algorithm: 'SHA-512-256' }), expected)
  })

  test('without qop, RFC 2617 §3.5 with the form of RFC 2069', () => {
    const plain = { algorithm: 'MD5' as const, ha1: '939e7578ed9e3c518a452acee763bce9', method: 'GET' }
    const nonce = 'dcd98b7102dd2f0e8b11d0f600bfb0c093'
    const given = digestFromHa1({ ...plain, nonce, uri: '/dir/index.html' })
    assert.equal(given, '670fd8c2df070c60b045671b8b24ff02')
  })

  test('octets above 127 are hashed as octets', () => {
    const name = {
      algorithm: 'MD5' as const,
      username: 'j\xfcrgen',
      realm: 'r',
      password: Uint8Array.of(0, 255),
    }
    assert.equal(ha1Of(name), 'be8cb1b43acc9cefbda0c9224bef5e86')
    assert.notEqual(
      digestFromHa1({ algorithm: 'MD5', ha1: 'x', nonce: 'n', method: 'M', uri: 'sip:\xfc' }),
      digestFromHa1({ algorithm: 'MD5', ha1: 'x', nonce: 'n', method: 'M', uri: 'sip:\xc3\xbc' }),
    )
  })

  test('algorithm names lead to their hash', () => {
    const names = ['MD5', 'md5', 'AKAv1-MD5', 'AKAv2-SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-1', '']
    assert.deepEqual(names.map(hashOf), [
      'MD5',
      'MD5',
      'MD5',
      'SHA-256',
      'SHA-256',
      'SHA-512-256',
      undefined,
      undefined,
    ])
    assert.notEqual(sessionHa1('MD5', 'a', 'n', 'c'), 'a')
  })
})
