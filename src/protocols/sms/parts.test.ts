import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dcsOf } from './coding.ts'
import { concatOf, otherElements } from './concat.ts'
import { ELEMENT, portsElement } from './header.ts'
import { countParts, dataParts, type Parts, type TextOptions, textParts } from './parts.ts'
import { Reader } from './reader.ts'
import { textOf } from './text.ts'
import { encodeUserData, readUserData } from './user-data.ts'

const made = (text: string, options?: TextOptions): Parts => {
  const parts = textParts(text, options)
  assert.ok(parts.ok, text)
  return parts.value
}
const lengths = (text: string, options?: TextOptions) =>
  made(text, options).parts.map(({ payload }) => payload.length)

/** Over the wire and back, each part by itself. */
const readBack = ({ dcs, parts }: Parts): string => {
  const texts = parts.map((part) => {
    const octets = encodeUserData(part, dcs)
    assert.ok(octets.length <= 141)
    const read = readUserData(new Reader(octets), dcs, part.elements.length > 0)
    assert.ok(typeof read !== 'string')
    assert.deepEqual(read, { elements: part.elements, payload: new Uint8Array(part.payload) })
    const text = textOf(read, dcs)
    assert.ok(text?.isWellFormed())
    return text
  })
  return texts.join('')
}

describe('a text as parts', () => {
  test('has the capacities of the standard', () => {
    const ports = [portsElement({ destination: 80, originator: 80 })]
    assert.deepEqual(lengths('a'.repeat(160)), [160])
    assert.deepEqual(lengths('a'.repeat(161)), [153, 8])
    assert.deepEqual(lengths('a'.repeat(161), { wide: true }), [152, 9])
    assert.deepEqual(lengths('a'.repeat(161), { reference: 256 }), [152, 9])
    assert.deepEqual(lengths('a'.repeat(153), { elements: ports }), [146, 7])
    assert.deepEqual(lengths('я'.repeat(70)), [140])
    assert.deepEqual(lengths('я'.repeat(71)), [134, 8])
    assert.deepEqual(lengths('я'.repeat(71), { wide: true }), [132, 10])
    assert.deepEqual(lengths('я'.repeat(67), { elements: ports }), [128, 6])
    assert.deepEqual(lengths(''), [0])
  })

  test('names its parts', () => {
    const { parts } = made('a'.repeat(400), { reference: 0x2a })
    assert.deepEqual(
      parts.map(({ elements }) => concatOf(elements)),
      [1, 2, 3].map((sequence) => ({ reference: 0x2a, wide: false, total: 3, sequence })),
    )
    assert.equal(
      concatOf(made('я'.repeat(71), { reference: 0x1234 }).parts[1]?.elements ?? [])?.reference,
      0x1234,
    )
  })

  test('is never cut within a character', () => {
    // The escape would be the 153rd septet, or its partner would.
    assert.deepEqual(lengths(`${'a'.repeat(152)}€${'b'.repeat(8)}`), [152, 10])
    assert.deepEqual(lengths(`${'a'.repeat(151)}€${'b'.repeat(8)}`), [153, 8])
    assert.deepEqual(lengths('€'.repeat(81)), [152, 10])
    // 66 units, then both halves of a pair.
    assert.deepEqual(lengths(`${'я'.repeat(66)}😀${'я'.repeat(5)}`), [132, 14])
    assert.equal(readBack(made('😀'.repeat(100))), '😀'.repeat(100))
  })

  test('keeps together what a reader takes for one character', () => {
    const family = '👨‍👩‍👧‍👦'
    const text = `${'я'.repeat(60)}${family}${'я'.repeat(10)}`
    const { dcs, parts } = made(text)
    assert.deepEqual(
      parts.map((part) => textOf(part, dcs)),
      ['я'.repeat(60), `${family}${'я'.repeat(10)}`],
    )
    const accents = `${'я'.repeat(67)}\u0301${'я'.repeat(10)}`
    assert.equal(textOf(made(accents).parts[0] as never, 8), 'я'.repeat(66))
  })

  test('is cut anyhow when one character is longer than that', () => {
    const tower = `日${'\u0301'.repeat(200)}`
    const parts = made(tower)
    assert.equal(parts.parts.length, 3)
    assert.equal(readBack(parts), tower)
    assert.equal(readBack(made(`日${'\u{e0101}'.repeat(200)}`)), `日${'\u{e0101}'.repeat(200)}`)
  })

  test('is said in the shortest alphabet that may be used', () => {
    const turkish = 'Iğdır şehri ı İ '.repeat(6)
    assert.equal(made(turkish).parts.length, 2)
    const national = made(turkish, { national: [2, 1] })
    assert.deepEqual([national.dcs, national.parts.length], [0, 1])
    assert.equal(readBack(national), turkish)
    // One part anyhow: the alphabet everybody knows.
    assert.equal(made('ğış', { national: [1] }).dcs, 8)
    // Nothing of the language in it.
    assert.equal(made('日'.repeat(90), { national: [1] }).dcs, 8)
    const hindi = 'नमस्ते दुनिया, यह एक लंबा संदेश है। '.repeat(12)
    const both = made(hindi, { national: [6], reference: 7 })
    assert.deepEqual(
      both.parts[0]?.elements.map(({ id }) => id),
      [ELEMENT.concat, ELEMENT.lockingShift, ELEMENT.singleShift],
    )
    assert.ok(both.parts.length < made(hindi).parts.length)
    assert.equal(readBack(both), hindi)
    // 146, less one where an escape would have stood alone.
    for (const { payload } of both.parts.slice(0, -1))
      assert.ok(payload.length === 146 || payload.length === 145)
    assert.deepEqual(otherElements(both.parts[0]?.elements ?? []), [])
  })

  test('keeps class and waiting indication', () => {
    assert.equal(made('flash', { dcs: 0x10 }).dcs, 0x10)
    assert.equal(made('flash', { dcs: 0xf0 }).dcs, 0xf0)
    assert.equal(made('вспышка', { dcs: 0x10 }).dcs, 0x18)
    assert.equal(made('вспышка', { dcs: 0xf0 }).dcs, 0x18)
    assert.equal(made('plain', { dcs: 0x08 }).dcs, 0x08)
    assert.equal(made('wait', { dcs: 0xd8 }).dcs, 0xd8)
    assert.equal(made('ждёт', { dcs: 0xd8 }).dcs, 0xe8)
    assert.equal(made('text', { dcs: 0x04 }).dcs, 0x00)
    assert.equal(dcsOf({ alphabet: 'ucs2', class: 0 }), 0x18)
  })

  test('has at most 255 parts', () => {
    assert.equal(made('a'.repeat(255 * 153)).parts.length, 255)
    assert.deepEqual(textParts('a'.repeat(255 * 153 + 1)), { ok: false, error: 'too-long' })
    assert.equal(made('я'.repeat(255 * 67)).parts.length, 255)
    assert.deepEqual(textParts('я'.repeat(255 * 67 + 1)), { ok: false, error: 'too-long' })
    assert.deepEqual(countParts('a'.repeat(10_000_000)), { ok: false, error: 'too-long' })
  })

  test('wants some room', () => {
    const fat = [{ id: 0x70, octets: new Uint8Array(136) }]
    assert.deepEqual(textParts('я', { elements: fat }), { ok: false, error: 'no-room' })
    assert.deepEqual(textParts('abc', { elements: fat }), { ok: false, error: 'no-room' })
    assert.equal(textParts('a', { elements: fat }).ok, true)
    assert.deepEqual(dataParts(new Uint8Array(9), { elements: fat }), { ok: false, error: 'no-room' })
  })

  test('is counted as it is made', () => {
    assert.deepEqual(countParts('hello'), {
      ok: true,
      value: { alphabet: 'gsm7', parts: 1, units: 5, perPart: 160 },
    })
    assert.deepEqual(countParts('€'.repeat(81)), {
      ok: true,
      value: { alphabet: 'gsm7', parts: 2, units: 162, perPart: 153 },
    })
    assert.deepEqual(countParts('я'.repeat(135)), {
      ok: true,
      value: { alphabet: 'ucs2', parts: 3, units: 135, perPart: 67 },
    })
  })

  test('comes back whatever it is', () => {
    const pieces = ['a', '€', '{', 'я', '日', '😀', '👍🏽', 'e\u0301', '\n', '👨‍👩‍👧', 'ğ', ' ', '🇩🇪']
    let seed = 7
    const next = (below: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return (seed >> 8) % below
    }
    for (let round = 0; round < 300; round++) {
      const kinds = 1 + next(pieces.length)
      const text = Array.from({ length: next(400) }, () => pieces[next(kinds)]).join('')
      const options: TextOptions = { reference: next(600), national: [1], ...(next(2) && { wide: true }) }
      const parts = made(text, options)
      assert.equal(readBack(parts), text)
      const count = countParts(text, options)
      assert.equal(count.ok && count.value.parts, parts.parts.length)
    }
  })
})

describe('data as parts', () => {
  const octets = (length: number) => Uint8Array.from({ length }, (_, i) => i & 0xff)
  test('has the capacities of the standard', () => {
    const sizes = (length: number, options = {}) => {
      const parts = dataParts(octets(length), options)
      assert.ok(parts.ok)
      return parts.value.parts.map(({ payload }) => payload.length)
    }
    assert.deepEqual(sizes(140), [140])
    assert.deepEqual(sizes(141), [134, 7])
    assert.deepEqual(sizes(141, { wide: true }), [133, 8])
    assert.deepEqual(sizes(141, { wide: true, dcs: 8 }), [132, 9])
    assert.deepEqual(sizes(140, { elements: [portsElement({ destination: 1, originator: 2 })] }), [128, 12])
    assert.deepEqual(sizes(255 * 134).length, 255)
    assert.deepEqual(dataParts(octets(255 * 134 + 1)), { ok: false, error: 'too-long' })
  })
  test('may be packed septets', () => {
    const packed = dataParts(Uint8Array.fromHex('e8329bfd4697d9ec37'), { dcs: 0 })
    assert.ok(packed.ok)
    assert.equal(textOf(packed.value.parts[0] as never, 0), 'hellohello')
  })
})
