import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import { toHex } from '#lib/bytes'
import { addressBytes, addressKind, isGroup, isUnspecified } from './address.ts'

test('literal addresses become octets', () => {
  const hex = (text: string) => toHex(addressBytes(text) ?? new Uint8Array())
  assert.equal(hex('192.0.2.255'), 'c00002ff')
  assert.equal(hex('::'), '0'.repeat(32))
  assert.equal(hex('::1'), `${'0'.repeat(31)}1`)
  assert.equal(hex('2001:db8::ff00:42:8329'), '20010db8000000000000ff0000428329')
  assert.equal(hex('::ffff:192.0.2.1'), '00000000000000000000ffffc0000201')
  assert.equal(hex('fe80::'), `fe80${'0'.repeat(28)}`)
})

test("what is an address agrees with Node's own judgement", () => {
  const texts = [
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1..2.3',
    'a.b.c.d',
    '',
    ':',
    ':::',
    '1:2',
    '::1::',
    'example.org',
  ]
  texts.push(
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1.2.3',
    '1.2.3.4::',
    '::1.2.3.4',
  )
  for (const text of texts) assert.equal(addressBytes(text) !== undefined, isIP(text) !== 0, text)
})

test('what an address is can be told from its text', () => {
  const kinds = {
    name: ['', 'a.example', '1.2.3', '00.0.0.0', '1::2::3', '::g'],
    unspecified: ['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::0.0.0.0'],
    group: ['224.0.0.1', '255.255.255.255', 'ff02::1'],
    host4: ['192.0.2.1', '0.0.0.1', '223.255.255.255'],
    host6: ['::1', '2001:db8::1', '::ffff:192.0.2.1'],
  }
  for (const [kind, texts] of Object.entries(kinds))
    for (const text of texts) assert.equal(addressKind(text), kind, text)
})

test('nobody and everybody are recognised', () => {
  const is = (check: (octets: Uint8Array) => boolean, text: string) => check(addressBytes(text) as Uint8Array)
  assert.ok(is(isUnspecified, '0.0.0.0') && is(isUnspecified, '::') && !is(isUnspecified, '::1'))
  assert.ok(is(isGroup, '224.0.0.1') && is(isGroup, '255.255.255.255') && is(isGroup, 'ff02::1'))
  assert.ok(!is(isGroup, '223.255.255.255') && !is(isGroup, 'fe80::1'))
})
