import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toHex } from '#lib/bytes'
import {
  addressOf,
  addressText,
  encodeAddress,
  encodeRpAddress,
  readAddress,
  readRpAddress,
} from './address.ts'
import { cpCauseName, rpCauseName } from './causes.ts'
import { codingOf, dcsOf, isSeptets, withAlphabet } from './coding.ts'
import { concatElement, concatOf, otherElements } from './concat.ts'
import { decodeElements, encodeElements, portsElement, portsOf } from './header.ts'
import { Reader } from './reader.ts'
import { statusClass, statusName } from './status.ts'
import { decodeTime, encodeTime, smsTime } from './time.ts'
import { encodeValidity, isSingleShot, readValidity, validityOf, validitySeconds } from './validity.ts'

const bytes = (hex: string) => Uint8Array.fromHex(hex)

describe('addresses (TS 23.040 §9.1.2.5)', () => {
  const cases: [text: string, tp: string, rp?: string][] = [
    ['+15550100200', '0b915155100002f0', '07915155100002f0'],
    ['911', '038119f1', '038119f1'],
    ['*100#', '0581 1a00fb', '0481 1a00fb'],
    ['Tandem', '0bd0d4b09b5c6e03'],
    ['Wirkstatt {}', '10d0d7b47c3da787e974'],
    ['+1 (555) 010-0200', '0b915155100002f0', '07915155100002f0'],
  ]
  for (const [text, tp, rp] of cases)
    test(text, () => {
      const address = addressOf(text)
      assert.equal(toHex(encodeAddress(address)), tp.replace(' ', ''))
      assert.deepEqual(readAddress(new Reader(encodeAddress(address))), address)
      if (rp === undefined) return
      assert.equal(toHex(encodeRpAddress(address)), rp.replace(' ', ''))
      assert.deepEqual(readRpAddress(new Reader(encodeRpAddress(address))), address)
    })
  test('read as a person writes them', () => {
    assert.equal(addressText(addressOf('+49301234')), '+49301234')
    assert.equal(addressText(addressOf('7726')), '7726')
    assert.equal(addressText(addressOf('Wirkstatt {}')), 'Wirkstatt')
    assert.equal(addressText({ ton: 2, npi: 1, value: '0612' }), '0612')
  })
  test('all semi-octets', () => {
    const address = { ton: 3, npi: 9, value: '0123456789*#abc' }
    assert.deepEqual(readAddress(new Reader(encodeAddress(address))), address)
  })
  test('too long', () => {
    assert.equal(readAddress(new Reader(bytes(`1591${'00'.repeat(11)}`))), undefined)
    assert.equal(readRpAddress(new Reader(bytes(`0c91${'00'.repeat(11)}`))), 'length')
    assert.equal(addressOf('1'.repeat(21)).ton, 5)
  })
})

describe('validity (TS 23.040 §9.2.3.12)', () => {
  const seconds = (value: number) => validitySeconds({ kind: 'relative', value }, 0)
  test('relative', () => {
    const day = 86_400
    assert.deepEqual([0, 11, 143, 144, 167, 168, 169, 170, 173, 196, 197, 255].map(seconds), [
      300,
      3600,
      day / 2,
      day / 2 + 1800,
      day,
      2 * day,
      3 * day,
      4 * day,
      7 * day,
      30 * day,
      35 * day,
      441 * day,
    ])
  })
  test('relative from seconds is never shorter, and every value comes back', () => {
    for (let value = 0; value < 256; value++)
      assert.deepEqual(validityOf(seconds(value) as number), { kind: 'relative', value })
    let last = 0
    for (let wanted = 1; wanted < 441 * 86_400; wanted = Math.ceil(wanted * 1.07)) {
      const given = validitySeconds(validityOf(wanted), 0) as number
      assert.ok(given >= wanted && given >= last)
      last = given
    }
    assert.deepEqual(validityOf(0), { kind: 'relative', value: 0 })
    assert.deepEqual(validityOf(1e12), { kind: 'relative', value: 255 })
  })
  test('absolute', () => {
    const time = smsTime(Date.UTC(2026, 2, 4, 5, 6, 7), 60)
    const octets = encodeValidity({ kind: 'absolute', time })
    assert.equal(toHex(octets), '62304060607040')
    assert.deepEqual(readValidity(new Reader(octets), 0x18), { kind: 'absolute', time })
    assert.equal(validitySeconds({ kind: 'absolute', time }, time.atMs - 60_000), 60)
    assert.equal(validitySeconds({ kind: 'absolute', time }, time.atMs + 60_000), 0)
    assert.equal(validitySeconds({ kind: 'absolute', time: undefined }, 0), undefined)
  })
  test('enhanced', () => {
    const of = (hex: string) => validitySeconds({ kind: 'enhanced', octets: bytes(hex) }, 0)
    assert.equal(of('01a70000000000'), 86_400)
    assert.equal(of('020a0000000000'), 10)
    assert.equal(of('03214365000000'), 12 * 3600 + 34 * 60 + 56)
    assert.equal(of('00000000000000'), undefined)
    assert.equal(of('07000000000000'), undefined)
    assert.equal(of('82010a00000000'), undefined)
    assert.equal(isSingleShot({ kind: 'enhanced', octets: bytes('40000000000000') }), true)
    assert.equal(isSingleShot(undefined), false)
  })
  test('none', () => assert.equal(validitySeconds(undefined, 0), undefined))
})

describe('times (TS 23.040 §9.2.3.11)', () => {
  const written = (time: ReturnType<typeof decodeTime>) => {
    const out = new Uint8Array(7)
    encodeTime(time, out, 0)
    return toHex(out)
  }
  test('zones east and west, and minus zero', () => {
    for (const [hex, quarters] of [
      ['99309251619580', 8],
      ['6211023295952b', -32],
      ['20806291731408', -0],
      ['62304060607000', 0],
      ['62304060607065', 56],
    ] as const) {
      const time = decodeTime(bytes(hex))
      assert.ok(time && Object.is(time.quarters, quarters), hex)
      assert.equal(written(time), hex)
    }
    // A zone that is none is taken for UTC.
    assert.equal(decodeTime(bytes('623040606070b7'))?.quarters, 0)
    assert.equal(decodeTime(bytes('6211023295952b'))?.atMs, Date.UTC(2026, 10, 21, 7, 59, 59))
  })
  test('no moment', () => {
    for (const hex of [
      '00000000000000',
      'ffffffffffffff',
      '62314060607000',
      '62300460607000',
      '62304042607000',
      '6230',
    ])
      assert.equal(decodeTime(bytes(hex)), undefined, hex)
    assert.equal(written(undefined), '00000000000000')
  })
})

describe('coding (TS 23.038 §4)', () => {
  const gsm7 = { alphabet: 'gsm7', compressed: false, autoDelete: false } as const
  test('groups', () => {
    assert.deepEqual(codingOf(0x00), gsm7)
    assert.deepEqual(codingOf(0x03), gsm7)
    assert.deepEqual(codingOf(0x04), { ...gsm7, alphabet: '8bit' })
    assert.deepEqual(codingOf(0x08), { ...gsm7, alphabet: 'ucs2' })
    assert.deepEqual(codingOf(0x0c), gsm7)
    assert.deepEqual(codingOf(0x18), { ...gsm7, alphabet: 'ucs2', class: 0 })
    assert.deepEqual(codingOf(0x21), { ...gsm7, compressed: true })
    assert.deepEqual(codingOf(0x52), { ...gsm7, autoDelete: true, class: 2 })
    assert.deepEqual(codingOf(0x80), gsm7)
    assert.deepEqual(codingOf(0xb7), gsm7)
    assert.deepEqual(codingOf(0xc8), { ...gsm7, waiting: { kind: 'voicemail', active: true, store: false } })
    assert.deepEqual(codingOf(0xd1), { ...gsm7, waiting: { kind: 'fax', active: false, store: true } })
    assert.deepEqual(codingOf(0xea), {
      ...gsm7,
      alphabet: 'ucs2',
      waiting: { kind: 'email', active: true, store: true },
    })
    assert.deepEqual(codingOf(0xf6), { ...gsm7, alphabet: '8bit', class: 2 })
  })
  test('of septets just where the whole answer says so', () => {
    for (let dcs = 0; dcs < 256; dcs++) {
      const { alphabet, compressed } = codingOf(dcs)
      assert.equal(isSeptets(dcs), alphabet === 'gsm7' && !compressed, dcs.toString(16))
    }
  })
  test('back to an octet that says the same', () => {
    for (let dcs = 0; dcs < 256; dcs++) assert.deepEqual(codingOf(dcsOf(codingOf(dcs))), codingOf(dcs))
    assert.equal(withAlphabet(0xf2, 'ucs2'), 0x1a)
    assert.equal(withAlphabet(0x28, 'ucs2'), 0x08)
  })
})

describe('header elements (TS 23.040 §9.2.3.24)', () => {
  const one = concatElement({ reference: 1, wide: false, total: 2, sequence: 2 })
  test('come back, unknown ones as well', () => {
    const elements = [one, { id: 0x6f, octets: bytes('0102') }, { id: 0x71, octets: bytes('') }]
    assert.equal(toHex(encodeElements(elements)), '00030102026f0201027100')
    assert.deepEqual(decodeElements(encodeElements(elements)), elements)
  })
  test('are ignored as a whole when the last is broken', () => {
    for (const hex of ['0003010202 6f', '0003010202 6f0201', '00040102'])
      assert.deepEqual(decodeElements(bytes(hex.replace(' ', ''))), [], hex)
  })
  test('concatenation: what cannot be is a plain message', () => {
    const of = (id: number, hex: string) => concatOf([{ id, octets: bytes(hex) }])
    assert.deepEqual(of(0, '000201'), { reference: 0, wide: false, total: 2, sequence: 1 })
    assert.deepEqual(of(8, 'abcdffff'), { reference: 0xabcd, wide: true, total: 255, sequence: 255 })
    for (const hex of ['010000', '010200', '010001', '010203', '0102', '01020101'])
      assert.equal(of(0, hex), undefined, hex)
    assert.equal(of(8, '010201'), undefined)
    assert.equal(concatOf([]), undefined)
  })
  test('concatenation: the last that makes sense counts', () => {
    const two = concatElement({ reference: 0x1234, wide: true, total: 3, sequence: 1 })
    assert.equal(concatOf([one, two])?.reference, 0x1234)
    assert.equal(concatOf([one, { id: 0, octets: bytes('010000') }])?.reference, 1)
  })
  test('ports', () => {
    const ports = { destination: 2948, originator: 9200 }
    assert.deepEqual(portsOf([portsElement(ports)]), ports)
    assert.deepEqual(portsOf([{ id: 4, octets: bytes('f1f0') }]), { destination: 0xf1, originator: 0xf0 })
    assert.equal(portsOf([{ id: 5, octets: bytes('0b84') }]), undefined)
    assert.deepEqual(otherElements([one, portsElement(ports)]), [portsElement(ports)])
  })
})

describe('causes and statuses', () => {
  test('classes', () => {
    assert.deepEqual([0x00, 0x01, 0x02, 0x1f].map(statusClass), [
      'delivered',
      'forwarded',
      'delivered',
      'delivered',
    ])
    assert.deepEqual([0x20, 0x25, 0x3f].map(statusClass), ['trying', 'trying', 'trying'])
    assert.deepEqual([0x40, 0x46, 0x60, 0x65, 0xff].map(statusClass), new Array(5).fill('failed'))
  })
  test('names', () => {
    assert.equal(statusName(0x46), 'validity period expired')
    assert.equal(statusName(0x62), 'given up: no response')
    assert.equal(statusName(0x7f), 'status 7f')
    assert.equal(rpCauseName(22), 'Memory capacity exceeded')
    assert.equal(rpCauseName(77), 'RP cause 77')
    assert.equal(cpCauseName(81), 'Invalid transaction identifier value')
  })
})
