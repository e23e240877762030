import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeAnswer } from './client.ts'
import { isSigned } from './integrity.ts'
import { ATTRIBUTE, BINDING_REQUEST, createScan, looksLikeStun, read32, scanStun } from './stun.ts'
import { StunWriter } from './writer.ts'

/** RFC 5769 §2.1 to §2.3. */
const REQUEST = Uint8Array.fromHex(
  '000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff' +
    '80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249' +
    'c1b571a280280004e57a3bcf',
)
const IPV4 = Uint8Array.fromHex(
  '0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643' +
    '000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96',
)
const IPV6 = Uint8Array.fromHex(
  '010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9fa' +
    'a5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c',
)
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt'
const password = new TextEncoder().encode(PASSWORD)
const text = (from: number, length: number): string =>
  new TextDecoder().decode(REQUEST.subarray(from, from + length))

describe('RFC 5769', () => {
  test('2.1 sample request', () => {
    const scan = createScan()
    assert.equal(scanStun(scan, REQUEST, 0, REQUEST.length), undefined)
    assert.equal(scan.type, BINDING_REQUEST)
    assert.equal(text(scan.username, scan.usernameLength), 'evtj:h6vY')
    assert.equal(scan.priority, 0x6e0001ff)
    assert.equal(read32(REQUEST, scan.controlled), 0x932ff9b1)
    assert.equal(scan.controlling, -1)
    assert.ok(isSigned(REQUEST, 0, scan.integrity, password))
    assert.ok(!isSigned(REQUEST, 0, scan.integrity, password.subarray(1)))
  })
  test('2.2 sample IPv4 response', () => {
    const { mapped } = decodeAnswer(IPV4, PASSWORD) ?? {}
    assert.deepEqual(mapped, { address: Uint8Array.of(192, 0, 2, 1), port: 32853 })
  })
  test('2.3 sample IPv6 response', () => {
    const { mapped } = decodeAnswer(IPV6, PASSWORD) ?? {}
    assert.equal(mapped?.address.toHex(), '20010db8123456780011223344556677')
    assert.equal(mapped?.port, 32853)
  })
  test('a writer writes the sample request, but for its filling', () => {
    const writer = new StunWriter()
    writer.begin(BINDING_REQUEST, REQUEST, 8)
    writer.value(ATTRIBUTE.software, new TextEncoder().encode('STUN test client'))
    writer.number(ATTRIBUTE.priority, 0x6e0001ff)
    writer.value(ATTRIBUTE.controlled, Uint8Array.fromHex('932ff9b151263b36'))
    writer.value(ATTRIBUTE.username, new TextEncoder().encode('evtj:h6vY'))
    assert.deepEqual(writer.message().subarray(4, 72), REQUEST.subarray(4, 72))
    writer.integrity(password)
    writer.fingerprint()
    const scan = createScan()
    assert.equal(scanStun(scan, writer.message(), 0, writer.length), undefined)
    assert.ok(isSigned(writer.message(), 0, scan.integrity, password))
  })
})

describe('a STUN message', () => {
  const scan = createScan()
  const errorOf = (bytes: Uint8Array) => scanStun(scan, bytes, 0, bytes.length)
  const changed = (at: number, value: number): Uint8Array => REQUEST.with(at, value)

  test('is read in the middle of other bytes', () => {
    const bytes = new Uint8Array(300).fill(0xff)
    bytes.set(REQUEST, 77)
    assert.equal(scanStun(scan, bytes, 77, REQUEST.length), undefined)
    assert.ok(isSigned(bytes, 77, scan.integrity, password))
    assert.deepEqual(bytes.subarray(77, 77 + REQUEST.length), REQUEST)
  })
  test('is refused when damaged', () => {
    assert.equal(errorOf(REQUEST.subarray(0, 19)), 'short')
    assert.equal(errorOf(changed(4, 0)), 'not-stun')
    assert.equal(errorOf(changed(3, 0x5c)), 'length')
    assert.equal(errorOf(REQUEST.subarray(0, 104)), 'length')
    assert.equal(errorOf(changed(23, 0xf0)), 'attribute')
    assert.equal(errorOf(changed(30, 0)), 'fingerprint')
    assert.equal(scanStun(scan, REQUEST, 4, REQUEST.length), 'not-stun')
  })
  test('may not go on behind its fingerprint', () => {
    const longer = new Uint8Array([...REQUEST, 0x80, 0x22, 0, 0])
    longer[3] = 0x5c
    assert.equal(errorOf(longer), 'attribute')
  })
  test('names what nobody knows, a few of them', () => {
    const writer = new StunWriter()
    writer.begin(BINDING_REQUEST, REQUEST, 8)
    for (let type = 0x7000; type < 0x7020; type++) writer.number(type, 0)
    assert.equal(errorOf(writer.message()), undefined)
    assert.deepEqual(scan.unknown.slice(0, 2), [0x7000, 0x7001])
    assert.equal(scan.unknown.length, 8)
  })
  test('is told from RTP, DTLS and noise', () => {
    assert.ok(looksLikeStun(REQUEST, 0, REQUEST.length))
    assert.ok(!looksLikeStun(changed(0, 0x80), 0, REQUEST.length))
    assert.ok(!looksLikeStun(changed(0, 22), 0, REQUEST.length))
    assert.ok(!looksLikeStun(REQUEST, 0, 12))
  })
  test('of any bytes never throws', () => {
    let seed = 1
    const next = (): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return seed >>> 8
    }
    for (let round = 0; round < 20_000; round++) {
      const bytes = REQUEST.slice(0, next() % (REQUEST.length + 1))
      for (let wounds = next() % 4; wounds > 0 && bytes.length > 0; wounds--)
        bytes[next() % bytes.length] = next()
      errorOf(bytes)
      decodeAnswer(bytes, PASSWORD)
    }
  })
})
