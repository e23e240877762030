import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dialectOf, JSON_DIALECT, LINES } from './dialects.ts'

describe('the JSON dialect', () => {
  test('says the same commands as the lines', () => {
    const lines = LINES.parse('op=1013\nseq=3\ncid=a\nrec=1\n')
    assert.deepEqual(lines, { ok: true, value: { op: 1013, seq: '3', cid: 'a', on: true } })
    assert.deepEqual(JSON_DIALECT.parse('{"op":1013,"seq":3,"cid":"a","rec":1,"more":{}}'), {
      ok: true,
      value: { op: 1013, seq: 3, cid: 'a', on: true },
    })
  })

  test('has lists and truth', () => {
    const blf = JSON_DIALECT.parse('{"op":1014,"seq":1,"blf":1,"ext":["1001","1002","1001"]}')
    assert.deepEqual(blf.ok && blf.value, { op: 1014, seq: 1, what: 'start', ext: ['1001', '1002'] })
    const register = JSON_DIALECT.parse('{"op":1001,"tel":"1001","token":"t","waiting":true,"mwi":1}')
    assert.equal(
      register.ok && register.value.op === 1001 && register.value.waiting && register.value.mwi,
      true,
    )
  })

  test('is chosen by the first message', () => {
    assert.equal(dialectOf(' {"op":1000}').name, 'json')
    assert.equal(dialectOf('op=1000\n').name, 'lines')
  })

  test('what is no object, or too much, is a fault and not an end', () => {
    for (const text of ['', '[]', 'null', '5', '"x"', '{', '{"op":"x"}', `{"op":${'['.repeat(30_000)}`])
      assert.equal(JSON_DIALECT.parse(text).ok, false, text.slice(0, 20))
    assert.equal(JSON_DIALECT.parse(`{"op":1000,"x":"${'y'.repeat(70_000)}"}`).ok, false)
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`m${i}`, 1]))
    assert.equal(JSON_DIALECT.parse(JSON.stringify({ op: 1000, ...many })).ok, false)
    assert.equal(JSON_DIALECT.parse('{"op":1006,"cid":{"__proto__":1}}').ok, false)
  })

  test('prints members as they are, without what is for old clients', () => {
    const text = JSON_DIALECT.print({ op: 9012, ext: '1', state: 0, lamp: 'busy', blfxml: '<x/>' })
    assert.deepEqual(JSON.parse(text ?? ''), { op: 9012, ext: '1', state: 0, lamp: 'busy' })
  })
})
