import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toHex } from '#lib/bytes'
import { alphabetOf, septetsIn, septetsOf, textOfSeptets } from './alphabet.ts'
import { DEFAULT, LANGUAGES, lockingTable, singleTable } from './national.ts'
import { pack, packedLength, unpack } from './septets.ts'

const packed = (text: string) => {
  const septets = septetsOf(text, alphabetOf())
  const out = new Uint8Array(packedLength(septets.length))
  pack(septets, out)
  return toHex(out).toUpperCase()
}

describe('packing', () => {
  test('known texts', () => {
    assert.equal(packed('hellohello'), 'E8329BFD4697D9EC37')
    assert.equal(packed('ABCDEFG'), '41E19058341E01')
    assert.equal(packed('ABCDEFGH'), '41E19058341E91')
  })
  test('any length, from any bit, comes back', () => {
    for (let bit = 0; bit < 21; bit++)
      for (let length = 0; length < 20; length++) {
        const septets = Uint8Array.from({ length }, (_, i) => (i * 37 + bit) & 0x7f)
        const out = new Uint8Array((bit + length * 7 + 7) >> 3)
        pack(septets, out, bit)
        assert.deepEqual(unpack(out, length, bit), septets)
      }
  })
})

describe('the default alphabet', () => {
  const alphabet = alphabetOf()
  test('has 128 positions, each its own', () => {
    assert.equal(DEFAULT.length, 128)
    assert.equal(new Set(DEFAULT).size, 128)
  })
  test('comes back with its extension', () => {
    const text = `${DEFAULT.replace('\u001b', '')}\f^{}\\[~]|€`
    assert.equal(septetsIn(text, alphabet), 127 + 20)
    assert.equal(textOfSeptets(septetsOf(text, alphabet), alphabet), text)
  })
  test('lacks what is not in it', () => {
    for (const text of ['ç', 'ő', '日', '😀', '`', '\u001b', '\ud800'])
      assert.equal(septetsIn(text, alphabet), undefined, text)
    assert.equal(textOfSeptets(septetsOf('a日b', alphabet), alphabet), 'a?b')
  })
  test('reads an escape as the standard says', () => {
    const read = (...septets: number[]) => textOfSeptets(Uint8Array.from(septets), alphabet)
    assert.equal(read(0x1b, 0x65), '€')
    // No such character in the extension: the one of the default table.
    assert.equal(read(0x1b, 0x41), 'A')
    assert.equal(read(0x1b, 0x1b, 0x65), ' e')
    assert.equal(read(0x41, 0x1b), 'A')
    // Octets are taken for septets.
    assert.equal(read(0xc1), 'A')
  })
})

/** The Unicode block each Indic table keeps to; Urdu uses that of Arabic. */
const BLOCKS = [0x980, 0xa80, 0x900, 0xc80, 0xd00, 0xb00, 0xa00, 0xb80, 0xc00, 0x600]

describe('national tables (TS 23.038 Annex A)', () => {
  for (const [language, name] of LANGUAGES.entries())
    test(name, () => {
      const [locking, single] = [lockingTable(language), singleTable(language)]
      assert.deepEqual([locking.length, single.length], [128, 128])
      const known = locking.filter((character) => character !== ' ')
      assert.equal(new Set(known).size, known.length, 'twice the same')
      assert.equal(locking[0x1b], '\u001b')
      assert.deepEqual([locking[0x0a], locking[0x0d], locking[0x20]], ['\n', '\r', ' '])
      assert.deepEqual([single[0x65], single[0x14], single[0x2f], single[0x1b]], ['€', '^', '\\', undefined])
      const block = BLOCKS[language - 4]
      if (block === undefined) return
      const end = block === 0x600 ? 0x700 : block + 0x80
      for (const character of [...locking, ...single]) {
        const code: number = character?.charCodeAt(0) ?? 0
        const isOwn: boolean = code >= block && code < end
        assert.ok(code < 0x100 || isOwn || [0x20ac, 0x964, 0x965].includes(code), code.toString(16))
      }
      // How many positions are taken, as another library counts them.
      assert.equal(known.length + 1, [115, 121, 128, 121, 121, 117, 111, 103, 121, 128][language - 4])
      const shifted = single.filter((character) => character !== undefined)
      assert.equal(shifted.length, [82, 70, 88, 73, 82, 75, 76, 77, 78, 90][language - 4])
    })

  test('places that tables get wrong', () => {
    const locking = (language: number, at: number) => lockingTable(language)[at]
    const single = (language: number, at: number) => singleTable(language)[at]
    assert.deepEqual(
      [locking(1, 0x40), locking(1, 0x60), locking(1, 0x07), single(1, 0x49), single(1, 0x69)],
      ['İ', 'ç', 'ı', 'İ', 'ı'],
    )
    assert.equal(single(2, 0x09), 'ç')
    assert.deepEqual([locking(3, 0x15), locking(3, 0x1a), locking(3, 0x7d)], ['∞', '|', '`'])
    assert.deepEqual([single(3, 0x12), single(3, 0x1f), single(3, 0x7f)], ['Φ', 'Ê', 'â'])
    assert.equal(locking(6, 0x00), '\u0901')
    // Misprints of TS 23.038 itself.
    assert.equal(locking(7, 0x24), '\u0ca1')
    assert.equal(single(11, 0x24), '\u0bee')
    assert.deepEqual([single(12, 0x22), single(12, 0x23)], ['\u0c6c', '\u0c6d'])
    assert.deepEqual([locking(13, 0x28), locking(13, 0x7f), single(13, 0x3f)], [')', '\u0670', '\u06d4'])
  })

  test('every character of every table comes back', () => {
    for (let language = 0; language < LANGUAGES.length; language++)
      for (const [locking, single] of [
        [language, 0],
        [0, language],
        [language, language],
      ] as const) {
        const alphabet = alphabetOf(locking, single)
        const all = [...alphabet.plain, ...alphabet.shifted.filter((c) => c !== undefined)]
        const text = all.filter((character) => character !== '\u001b').join('')
        assert.equal(textOfSeptets(septetsOf(text, alphabet), alphabet), text)
      }
  })
  test('unknown ones are the default', () => {
    assert.equal(alphabetOf(200, 77), alphabetOf())
    assert.equal(textOfSeptets(Uint8Array.of(0x1b, 0x65, 0x00), alphabetOf(14, 255)), '€@')
  })
})
