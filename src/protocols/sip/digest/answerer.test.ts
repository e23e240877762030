import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { octets } from '#lib/text'
import { createRequest, createResponse } from '../grammar/message.ts'
import { createDigestAnswerer } from './answerer.ts'
import { parseCredentials } from './credentials.ts'
import { digestResponse } from './digest.ts'

const login = { username: 'bob', password: 'zanzibar' }
const invite = () => createRequest('INVITE', 'sip:bob@biloxi.com')
const asked = (status: number, ...challenges: string[]) => {
  const response = createResponse(invite(), status, '')
  const name = status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate'
  for (const challenge of challenges) response.headers.add(name, challenge)
  return response
}
const CHALLENGE = 'Digest realm="biloxi.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
const credentialsIn = (value = '') => {
  const parsed = parseCredentials(value)
  assert.ok(parsed.ok)
  return parsed.value
}

describe('proof to those who ask', () => {
  test('without qop is the published one', () => {
    // draft-smith-sipping-auth-examples-01 §3.1.
    const proof = createDigestAnswerer(login, createRandom()).answer(invite(), asked(401, CHALLENGE))
    const [[name, value] = []] = proof ?? []
    assert.equal(name, 'Authorization')
    const { response, opaque, uri, qop } = credentialsIn(value)
    assert.deepEqual(
      [response, opaque, uri, qop],
      [...['bf57e4e0d0bffc0fbaedce64d59add5e', '5ccc', 'sip:bob@biloxi.com', undefined]],
    )
  })

  test('counts with qop, and takes the first algorithm that it knows', () => {
    const answerer = createDigestAnswerer(login, createRandom())
    const request = invite()
    const response = asked(
      407,
      'Digest realm="x", nonce="n", algorithm=AKAv1-MD5, qop="auth"',
      'Basic realm="x"',
      'Digest realm="x", nonce="n", algorithm=SHA-256, qop="auth-int,auth"',
      'Digest realm="x", nonce="n", algorithm=MD5',
    )
    const [[name, value] = []] = answerer.answer(request, response) ?? []
    assert.equal(name, 'Proxy-Authorization')
    const { nc, cnonce, qop, algorithm, response: said } = credentialsIn(value)
    assert.deepEqual([nc, qop, algorithm], ['00000001', 'auth', 'SHA-256'])
    assert.equal(
      said,
      digestResponse({
        ...{ algorithm: 'SHA-256', username: 'bob', realm: 'x', password: octets('zanzibar'), nonce: 'n' },
        ...{ method: 'INVITE', uri: 'sip:bob@biloxi.com', qop: 'auth', nc: '00000001', cnonce: cnonce ?? '' },
      }),
    )
    const [[, next] = []] = answerer.again(request)
    assert.equal(credentialsIn(next).nc, '00000002')
  })

  test('is not given twice for one nonce, unless that was stale', () => {
    const answerer = createDigestAnswerer(login, createRandom())
    const request = invite()
    for (const [name, value] of answerer.answer(request, asked(401, CHALLENGE)) ?? [])
      request.headers.add(name, value)
    assert.equal(answerer.answer(request, asked(401, CHALLENGE)), undefined)
    assert.ok(answerer.answer(request, asked(401, `${CHALLENGE}, stale=TRUE`)))
  })

  test('is kept for the proxy while the server behind it asks as well', () => {
    const answerer = createDigestAnswerer(login, createRandom())
    answerer.answer(invite(), asked(407, CHALLENGE))
    const both = answerer.answer(invite(), asked(401, CHALLENGE)) ?? []
    assert.deepEqual(
      both.map(([name]) => name),
      ['Proxy-Authorization', 'Authorization'],
    )
  })

  test('is not given for what nobody understands', () => {
    const answerer = createDigestAnswerer(login, createRandom())
    for (const challenge of [
      '',
      'Basic realm="x"',
      'Digest nonce="x"',
      'Digest realm="x", nonce="n", algorithm=FOO',
    ])
      assert.equal(answerer.answer(invite(), asked(401, challenge)), undefined)
    assert.equal(answerer.answer(invite(), asked(500, CHALLENGE)), undefined)
    assert.deepEqual(answerer.again(invite()), [])
  })
})
