import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  authSchemeOf,
  parseAuthFields,
  parseChallenge,
  parseCredentials,
  printChallenge,
  printCredentials,
} from './credentials.ts'

describe('credentials', () => {
  test('of a SIM card', () => {
    const text =
      'Digest username="001@ims.example", realm="ims.example", nonce="I1U8==", uri="sip:ims.example", response="ab", ' +
      'algorithm=AKAv1-MD5, cnonce="x", qop=auth, nc=00000001, opaque="o", auts="Qk==", integrity-protected="yes"'
    const parsed = parseCredentials(text)
    assert.ok(parsed.ok)
    const { fields, ...named } = parsed.value
    assert.deepEqual(named, {
      username: '001@ims.example',
      realm: 'ims.example',
      nonce: 'I1U8==',
      uri: 'sip:ims.example',
      response: 'ab',
      algorithm: 'AKAv1-MD5',
      cnonce: 'x',
      qop: 'auth',
      nc: '00000001',
      opaque: 'o',
      auts: 'Qk==',
      integrityProtected: 'yes',
    })
    assert.equal(fields.get('qop'), 'auth')
    assert.equal(printCredentials(named), text)
  })

  test('of the first REGISTER are empty but there', () => {
    const parsed = parseCredentials('Digest username="u",realm="r",uri="sip:r",nonce="",response=""')
    assert.ok(parsed.ok)
    assert.deepEqual([parsed.value.nonce, parsed.value.response, parsed.value.algorithm], ['', '', undefined])
  })

  test('may be spelt in odd ways', () => {
    const text =
      'digest\tUserName = "a \\"b\\", c" ,realm="", nonce=n, , uri=sip:x;y=1 ,response="",qop="auth",'
    const parsed = parseCredentials(text)
    assert.ok(parsed.ok, JSON.stringify(parsed))
    assert.deepEqual([parsed.value.username, parsed.value.qop], ['a "b", c', 'auth'])
  })

  test('are refused with what is missing', () => {
    for (const [text, error] of [
      ['', 'not Digest'],
      ['Digest', 'not Digest'],
      ['Basic YTpi', 'not Digest'],
      ['Digest username="u"', 'no realm'],
      ['Digest username="u, realm="r"', 'malformed'],
      ['Digest username', 'malformed'],
      ['Digest realm="r", nonce="n", uri="u", response="r"', 'no username'],
    ] as const)
      assert.deepEqual(parseCredentials(text), { ok: false, error }, text)
    assert.equal(authSchemeOf('NoOneKnowsThisScheme opaque-data=here'), 'NoOneKnowsThisScheme')
  })
})

test('a challenge', () => {
  const challenge = {
    realm: 'a"b',
    nonce: 'n==',
    opaque: 'o',
    stale: true,
    algorithm: 'AKAv1-MD5',
    qop: 'auth,auth-int',
    ck: '00',
    ik: 'ff',
  }
  const text = printChallenge(challenge)
  assert.equal(
    text,
    'Digest realm="a\\"b", nonce="n==", opaque="o", stale=true, algorithm=AKAv1-MD5, qop="auth,auth-int", ck="00", ik="ff"',
  )
  assert.deepEqual(parseChallenge(text), { ok: true, value: challenge })
  assert.deepEqual(parseChallenge('Digest realm="r"'), { ok: false, error: 'no nonce' })
})

test('Authentication-Info has fields without a scheme', () => {
  assert.equal(parseAuthFields('nextnonce="x", rspauth="ab"')?.get('rspauth'), 'ab')
  assert.equal(parseAuthFields('nonsense'), undefined)
})
