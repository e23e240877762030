import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { toHex } from '#lib/bytes'
import { concatOf } from './concat.ts'
import { type Cp, decodeCp, encodeCp } from './cp.ts'
import type { SmsDirection } from './faults.ts'
import { decodeRp, encodeRp, rpReference } from './rp.ts'
import { textOf } from './text.ts'
import { decodeTpdu, encodeTpdu } from './tpdu.ts'

const folder = join(import.meta.dirname, '../../../test/fixtures/sms')
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const bytes = (hex: string) => Uint8Array.fromHex(hex)

let seed = 20_260_304
const random = (below: number) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return (seed >>> 8) % below
}
const noise = (length: number) => Uint8Array.from({ length }, () => random(256))

/** Reads anything; what could be read is written, and reads the same again. */
const chew = (octets: Uint8Array): void => {
  for (const direction of ['mo', 'mt'] as SmsDirection[])
    for (const within of [undefined, 'ack', 'error'] as const) {
      const tpdu = decodeTpdu(octets, direction, within)
      if (!tpdu.ok) continue
      const again = decodeTpdu(encodeTpdu(tpdu.value), direction, within)
      assert.deepStrictEqual(again, tpdu, toHex(octets))
      if (!('userData' in tpdu.value) || !tpdu.value.userData) continue
      textOf(tpdu.value.userData, tpdu.value.dcs ?? 0)
      concatOf(tpdu.value.userData.elements)
    }
  const rp = decodeRp(octets)
  if (rp.ok) assert.deepStrictEqual(decodeRp(encodeRp(rp.value)), rp, toHex(octets))
  const cp = decodeCp(octets)
  if (cp.ok) assert.deepStrictEqual(decodeCp(encodeCp(cp.value as Cp)), cp, toHex(octets))
}

const known: Uint8Array[] = [
  ...read('tpdu.json').items.flatMap(({ tpdu, rpdu }: { tpdu: string; rpdu: string }) => [
    bytes(tpdu),
    bytes(rpdu),
  ]),
  ...read('rp.json').items.map(({ rpdu }: { rpdu: string }) => bytes(rpdu)),
]

describe('whatever comes in', () => {
  test('noise', () => {
    for (let round = 0; round < 4000; round++) chew(noise(random(200)))
  })
  test('vectors with some octets changed', () => {
    for (let round = 0; round < 6000; round++) {
      const octets = (known[random(known.length)] as Uint8Array).slice()
      for (let i = random(4); i >= 0; i--) octets[random(octets.length)] = random(256)
      chew(octets)
    }
  })
  test('vectors cut short are errors, or what was left of their optional parts', () => {
    for (const octets of known)
      for (let length = 0; length < octets.length; length++) chew(octets.subarray(0, length))
  })
  test('nothing is a view of what came in', () => {
    const datagram = Buffer.from(
      '010107912120550591f9001c040b916407281553f80000993092516195800ae8329bfd4697d9ec37',
      'hex',
    )
    const rp = decodeRp(datagram)
    assert.ok(rp.ok && rp.value.kind === 'data')
    const before = toHex(rp.value.tpdu)
    datagram.fill(0xff)
    assert.equal(toHex(rp.value.tpdu), before)
    assert.equal(rp.value.tpdu.constructor, Uint8Array)
  })
})

describe('lengths that lie', () => {
  const fault = (hex: string, direction: SmsDirection) => {
    const got = decodeTpdu(bytes(hex), direction)
    return got.ok ? got.value.kind : got.error
  }
  const deliver = (tail: string, first = '04') => `${first}0b912120550521f300${tail}`
  test('more user data than there is', () => {
    assert.equal(fault(deliver('00623040506070000541e190'), 'mt'), 'short')
    assert.equal(fault(deliver('046230405060700006010203'), 'mt'), 'short')
  })
  test('more user data than there may be', () => {
    assert.equal(fault(deliver(`0062304050607000a1${'00'.repeat(141)}`), 'mt'), 'length')
    assert.equal(fault(deliver(`04623040506070008d${'00'.repeat(141)}`), 'mt'), 'length')
    assert.equal(fault(deliver(`0062304050607000a0${'00'.repeat(140)}`), 'mt'), 'deliver')
  })
  test('less user data than there is', () => {
    const got = decodeTpdu(bytes(deliver('00623040506070000141ffffff')), 'mt')
    assert.ok(got.ok && got.value.kind === 'deliver')
    assert.equal(textOf(got.value.userData, 0), 'A')
  })
  test('a header beyond the data', () => {
    assert.equal(fault(deliver('0062304050607000070700032a010200', '44'), 'mt'), 'length')
    assert.equal(fault(deliver('006230405060700000', '44'), 'mt'), 'deliver')
  })
  test('an element beyond the header: the header is ignored, the text stays', () => {
    const got = decodeTpdu(bytes(deliver('00623040506070000805000a2a010282', '44')), 'mt')
    assert.ok(got.ok && got.value.kind === 'deliver')
    assert.deepEqual(got.value.userData.elements, [])
    assert.equal(textOf(got.value.userData, 0), 'A')
  })
  test('addresses', () => {
    assert.equal(fault('0100ff91', 'mo'), 'length')
    assert.equal(fault('01000b9121', 'mo'), 'short')
  })
  test('types of message', () => {
    assert.equal(fault('03', 'mo'), 'type')
    assert.equal(fault('', 'mt'), 'short')
    // A handset reads the reserved type as a SMS-DELIVER.
    assert.equal(fault(deliver('006230405060700000', '07'), 'mt'), 'deliver')
  })
  test('RP', () => {
    const of = (hex: string) => {
      const got = decodeRp(bytes(hex))
      return got.ok ? got.value.kind : got.error
    }
    assert.equal(of(''), 'short')
    assert.equal(of('00'), 'short')
    assert.equal(of('002a'), 'short')
    assert.equal(of('002a000005aabb'), 'short')
    assert.equal(of('072a'), 'type')
    assert.equal(of('042b00'), 'length')
    assert.equal(of('022b4105aa'), 'short')
    assert.equal(of('002a0d91'), 'length')
    assert.equal(rpReference(bytes('072a')), 0x2a)
  })
  test('RP elements that nobody knows', () => {
    const got = decodeRp(bytes('022b8155020102410200ff'))
    assert.ok(got.ok && got.value.kind === 'ack')
    assert.equal(toHex(got.value.tpdu as Uint8Array), '00ff')
  })
  test('CP', () => {
    const of = (hex: string) => {
      const got = decodeCp(bytes(hex))
      return got.ok ? got.value.kind : got.error
    }
    assert.deepEqual(['', '09', '0801', '0901', '090105aa', '0910', '0902'].map(of), [
      ...['short', 'short', 'type', 'short', 'short', 'short', 'type'],
    ])
  })
})
