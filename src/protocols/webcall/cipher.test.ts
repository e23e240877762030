import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { describe, test } from 'node:test'
import { decipher, encipher } from './cipher.ts'

const at = { nonce: '0123456789abcdef', tel: '1001' }

describe('the password of an old client', () => {
  test('AES-128, ECB, zero padding: the key is KEY, nonce and tel, cut to 16 characters', () => {
    const wish = { cipher: 'aes128ecb', key: 'Operator', ...at } as const
    const by = createCipheriv('aes-128-ecb', Buffer.from('Operator01234567'), null).setAutoPadding(false)
    const expected = Buffer.concat([by.update('secret\0\0\0\0\0\0\0\0\0\0'), by.final()]).toString('hex')
    assert.equal(encipher('secret', wish), expected)
    assert.deepEqual(decipher(expected.toUpperCase(), wish), { ok: true, value: 'secret' })
  })

  test('FIPS 197 appendix C.1', () => {
    const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex').toString('latin1')
    const text = Buffer.from('00112233445566778899aabbccddeeff', 'hex').toString('latin1')
    const wish = { cipher: 'aes128ecb', key, nonce: '', tel: '' } as const
    assert.equal(encipher(text, wish), '69c4e0d86a7b0430d8cdb78070b4c55a')
  })

  test('a short key is filled with blanks, 16 characters are one block, none are none', () => {
    const wish = { cipher: 'aes128ecb', key: '', nonce: 'n', tel: '1' } as const
    assert.equal(encipher('', wish), '')
    assert.equal(encipher('0123456789abcdef', wish).length, 32)
    assert.deepEqual(decipher('', wish), { ok: true, value: '' })
  })

  test('single DES with the first 8 characters: the known answer of FIPS 81', () => {
    const key = Buffer.from('0123456789abcdef', 'hex').toString('latin1')
    const wish = { cipher: 'des', key, nonce: 'x', tel: 'y' } as const
    assert.equal(
      encipher('Now is the time for all ', wish),
      '3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53',
    )
    assert.deepEqual(decipher('3fa40e8a984d4815', wish), { ok: true, value: 'Now is t' })
  })

  test('another key gives another text, nonsense an error', () => {
    const wish = { cipher: 'aes128ecb', key: 'a', ...at } as const
    const other = decipher(encipher('secret', wish), { ...wish, key: 'b' })
    assert.equal(other.ok && other.value !== 'secret', true)
    assert.deepEqual(decipher('xyz', wish), { ok: false, error: 'not-hex' })
    assert.deepEqual(decipher('00', wish), { ok: false, error: 'length' })
    assert.deepEqual(decipher('00'.repeat(272), wish), { ok: false, error: 'length' })
  })
})
