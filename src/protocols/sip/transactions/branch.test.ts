import assert from 'node:assert/strict'
import { test } from 'node:test'
import { branchOf, tokenOf } from './branch.ts'

test('a branch made of a name is always the same, and that of no other name', () => {
  assert.equal(branchOf('m1.0.0 sip:bob@192.0.2.1'), branchOf('m1.0.0 sip:bob@192.0.2.1'))
  const many = new Set(Array.from({ length: 5000 }, (_, at) => branchOf(`m${at}`)))
  assert.equal(many.size, 5000)
  for (const branch of many) assert.match(branch, /^z9hG4bK[A-Za-z0-9]{24}$/)
  assert.match(tokenOf('ü 😀'), /^[A-Za-z0-9]{24}$/)
})
