import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runawayIn } from './runaway.ts'

test('expressions that a stranger could make run for ever are found', () => {
  for (const bad of [
    '(a+)+$',
    '(a|a)*$',
    '(a|aa)+$',
    '((\\d+)x)*',
    '(?:x*y?){2,}',
    '(\\w+\\s?)*$',
    '\\d*\\d*\\d*\\d*x',
    '(\\d{1,})+',
    '(a)\\1',
    '^(?=.*x)',
    '(?<n>a)\\k<n>',
    'a{1000}',
    'x'.repeat(201),
  ])
    assert.ok(runawayIn(bad) !== undefined, bad)
})

test('expressions on numbers are let pass, and take no time', () => {
  const longest = '9'.repeat(64)
  for (const good of [
    '^\\+',
    '^\\+49(15|16|17)\\d+$',
    '^(?:\\+|00)1555\\d{7}$',
    '^[+*#()|]+$',
    '^.*INFO.*$',
    '\\d+\\d+\\d+x',
    '^(49)?30',
    '^\\d{3,6}$',
    '^[\\]()+*]+$',
  ]) {
    assert.equal(runawayIn(good), undefined, good)
    new RegExp(good, 'u').test(longest)
  }
})
