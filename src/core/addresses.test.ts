import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { candidates, international, isNumber, spellings } from './addresses.ts'

describe('what somebody dials', () => {
  test('is a number when it has nothing but digits, signs and separators', () => {
    for (const yes of ['1001', '+33612345678', '*21#', '06-12.34 (56)'])
      assert.equal(isNumber(yes), true, yes)
    for (const no of ['bob', '06x', '', '1'.repeat(41), '+33a']) assert.equal(isNumber(no), false, no)
  })

  test('has other spellings, none for names', () => {
    assert.deepEqual(spellings('+33-6.12'), ['+33612', '33612'])
    assert.deepEqual(spellings('1001'), ['1001', '+1001'])
    assert.deepEqual(spellings('bob'), [])
  })

  const meant: [number: string, near: string, is: string | undefined][] = [
    ['0612345678', '+33699999999', '+33612345678'],
    ['0612345678', '33699999999', '+33612345678'],
    ['+4915112345678', '+33699999999', '+4915112345678'],
    ['004915112345678', '+33699999999', '+4915112345678'],
    ['0612345678', 'alice', undefined],
    ['0612345678', '', undefined],
  ]
  for (const [number, near, is] of meant)
    test(`${number} near ${near || 'nothing'} is ${is}`, () => assert.equal(international(number, near), is))

  test('may mean several things, the likeliest first', () => {
    assert.equal(candidates('612345678', '+33')[0], '+33612345678')
    assert.deepEqual(candidates('1001').slice(0, 2), ['1001', '+1001'])
    assert.ok(candidates('0033612345678').includes('+33612345678'))
    assert.ok(candidates('0612345678', undefined, '+33699999999').includes('+33612345678'))
    assert.ok(
      candidates('1001', 'tandem.test').includes('1001'),
      'a domain as context leaves the number alone',
    )
  })

  test('is bounded in what it may cost', () => {
    const long = '9'.repeat(40)
    assert.ok(candidates(long, `+${long}`, `+${long}`).length < 20)
  })
})
