import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { asKeys, clockOf, dialled, fitting, initialsOf, peopleOf } from './numbers.ts'

describe('numbers', () => {
  test('what is pasted is cleaned', () => {
    assert.equal(dialled(' tel:+886 (2) 2345-6789 '), '+886223456789')
    assert.equal(dialled('0912–345–678'), '0912345678')
    assert.equal(dialled('sip:bob@example.org'), 'bob@example.org')
    assert.equal(dialled('*43#'), '*43#')
    assert.equal(dialled('<script>'), 'script')
  })
  test('what is nobody’s is nobody else’s', () => {
    for (const text of ['Zoë', 'Zoe\u0308', '王小明', '王小明 1001', '١٠٠١', 'bob@exämple.org', '@', 'a@b@c'])
      assert.equal(dialled(text), '', text)
    assert.equal(dialled('1'.repeat(65)), '', 'no part of a number')
  })
  test('of a URI the address is dialled, whole', () => {
    for (const more of ['', ';x=1', ';transport=tcp;lr', ':5060', ':5060;x=1?Subject=hello'])
      assert.equal(dialled(`sip:1001@tandem.local${more}`), '1001@tandem.local', more)
    assert.equal(dialled('tel:+886-2-2345;phone-context=x'), '+88622345')
    assert.equal(dialled('sip:anna-lena@my-pbx.example'), 'anna-lena@my-pbx.example')
    assert.equal(dialled('sip:+886 (2) 23-45@pbx'), '+88622345@pbx')
    assert.equal(dialled('１００１＃'), '1001#')
  })
  const people = peopleOf([
    { name: 'Company', entries: [{ name: 'Bob Stone', tel: '1002', blf: false }] },
    {
      name: 'Friends',
      entries: [
        { name: 'Bob Stone', tel: '1002', blf: true },
        { name: '王小明', tel: '2621', blf: false },
      ],
    },
  ])
  test('a person in two groups is one, with a lamp if any group says so', () => {
    assert.deepEqual(
      people.map(({ tel, blf }) => [tel, blf]),
      [
        ['1002', true],
        ['2621', false],
      ],
    )
  })
  test('people are found by name, number and keys', () => {
    const found = (typed: string) => fitting(people, typed).map(({ tel }) => tel)
    assert.deepEqual(found('sto'), ['1002'])
    assert.deepEqual(found('100'), ['1002'])
    assert.deepEqual(found('262'), ['2621', '1002'])
    assert.deepEqual(found('小明'), ['2621'])
    assert.deepEqual(found(''), [])
    assert.equal(asKeys('Bob'), '262')
  })
  test('times and initials', () => {
    assert.deepEqual([clockOf(65_000), clockOf(3_723_000), clockOf(-5)], ['1:05', '1:02:03', '0:00'])
    assert.deepEqual([initialsOf('Bob Stone', ''), initialsOf('', '1002')], ['BS', '02'])
  })
})
