import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table } from './table.ts'

test('a table keeps things by their keys, in the order in which they came', () => {
  const table = new Table<string, { name: string }>()
  const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
  for (const thing of [a, b]) table.set(thing.name, thing)
  table.set('a', c)
  assert.deepEqual([table.size, table.get('a'), table.get('x')], [2, c, undefined])
  assert.deepEqual([...table.values()], [c, b])
  assert.deepEqual(
    [table.delete('a'), table.delete('a'), table.has('a'), table.has('b')],
    [true, false, false, true],
  )
  table.set('a', a)
  assert.deepEqual([...table.values()], [b, a])
})

test('what is taken out or put in while one goes through it is not given twice', () => {
  const table = new Table<number, { at: number }>()
  for (let at = 0; at < 100; at++) table.set(at, { at })
  const seen: number[] = []
  for (const { at } of table.values()) {
    seen.push(at)
    table.delete(at)
    table.delete(at + 1)
  }
  assert.deepEqual([seen.length, table.size], [50, 0])
})
