import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDialable, numberFor } from './numbers.ts'

test('numbers as operators want them', () => {
  for (const [to, format, own, said] of [
    ['+15550100900', 'plus', '', '+15550100900'],
    ['+15550100900', 'bare', '', '15550100900'],
    ['+4917112345678', 'national:49', '', '017112345678'],
    ['+15550100900', 'national:49', '', '+15550100900'],
    ['+4917112345678', 'national', '+4917198765432', '017112345678'],
    ['+15550100900', 'national', '+4917198765432', '+15550100900'],
    ['+4917112345678', 'national', '', '+4917112345678'],
    ['+15550100900', '00', '', '0015550100900'],
    ['+15550100900', 'prefix:011', '', '01115550100900'],
    ['12345', '00', '', '12345'],
    ['*100#', 'bare', '', '*100#'],
    ['BANK', 'bare', '', 'BANK'],
  ] as const)
    assert.equal(numberFor(to, format, own), said, `${to} ${format}`)
})

test('what a SIM can send to', () => {
  for (const number of ['+15550100900', '110', '*100#']) assert.equal(isDialable(number), true)
  for (const number of ['', '+', 'BANK', '1 2', '1\n2', '1'.repeat(33)])
    assert.equal(isDialable(number), false)
})
