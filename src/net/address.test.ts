import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { test } from 'node:test'
import { canonical, parseAddress, printAddress, splitZone } from './address.ts'
import { ownAddressTowards, scopeOf } from './interfaces.ts'

test('one spelling per address, RFC 5952', () => {
  const table: [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::', '::'],
    ['1::', '1::'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ]
  for (const [text, printed] of table) assert.equal(canonical(text), printed, text)
})

test('what is no address is undefined', () => {
  const wrong = [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.-4',
    '1.2.3.4 ',
    ' ::1',
    ':::',
    '1::2::3',
    '12345::',
  ]
  wrong.push(
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    '1.2.3.4::',
    'example.org',
    '[::1]',
    ':1',
    '1:',
    '::g',
  )
  for (const text of wrong) assert.equal(canonical(text), undefined, text)
  for (let i = 0; i < 2000; i++) {
    const text = randomBytes(i % 40).latin1Slice()
    const value = canonical(text)
    if (value !== undefined) assert.equal(canonical(value), value)
  }
})

test('every address survives printing and parsing', () => {
  for (let i = 0; i < 2000; i++) {
    const octets = new Uint8Array(randomBytes(16))
    for (let k = 0; k < 16; k++) if (((octets[(k * 7) & 15] as number) & 3) === 0) octets[k] = 0
    const [a, b, c, d] = new Int32Array(octets.buffer) as unknown as [number, number, number, number]
    const text = printAddress(a, b, c, d)
    assert.deepEqual(parseAddress(text), [a, b, c, d], text)
    if (text.includes(':')) assert.equal(isIPv6(text), true, text)
  }
})

test('a zone is split off and its index read', () => {
  assert.deepEqual(splitZone('fe80::1%eth0'), ['fe80::1', 'eth0'])
  assert.equal(scopeOf('7'), 7)
  assert.equal(scopeOf('no-such-interface'), 0)
})

test('towards loopback the own address is loopback', () => {
  assert.equal(ownAddressTowards('127.0.0.1'), '127.0.0.1')
  assert.equal(ownAddressTowards('127.9.8.7'), '127.0.0.1')
  assert.equal(parseAddress(ownAddressTowards('192.0.2.1')) !== undefined, true)
})
