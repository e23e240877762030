import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Address, paramOf, parseAddress, printAddress, splitList, tagOf } from './address.ts'

const address = (text: string): Address => {
  const parsed = parseAddress(text)
  assert.ok(parsed.ok, text)
  return parsed.value
}

describe('an address', () => {
  test('has a name, a URI and parameters', () => {
    const { display, uri, params } = address('"A \\"B\\" \\\\" <sip:a@b;lr>;Tag=x ; q = 0.5;flag')
    assert.deepEqual([display, uri], ['A "B" \\', 'sip:a@b;lr'])
    assert.deepEqual(
      [...params],
      [
        ['tag', 'x'],
        ['q', '0.5'],
        ['flag', undefined],
      ],
    )
    assert.equal(address('Bob at Work <sip:b@c>').display, 'Bob at Work')
    assert.equal(address('<sip:b@c>').display, '')
  })

  test('without brackets leaves its parameters to the header', () => {
    const { uri, params } = address('sip:a@b;transport=tcp')
    assert.equal(uri, 'sip:a@b')
    assert.equal(params.get('transport'), 'tcp')
  })

  test('is printed in quotes and brackets', () => {
    const text = '"A \\"B\\" \\\\" <sip:a@b>;tag=x;flag;note="a b"'
    assert.equal(printAddress(address(text)), text)
    assert.equal(printAddress(address('Bob <sip:b@c>')), '"Bob" <sip:b@c>')
    const hostile = { display: 'a"\r\nVia: x', uri: 'sip:a@b', params: new Map([['x', 'y\r\nz']]) }
    assert.equal(printAddress(hostile), '"a\\" Via: x" <sip:a@b>;x="y z"')
  })

  test('keeps the quotes that feature tags must have, RFC 3840 §9', () => {
    const text =
      '<sip:a@b>;+sip.instance="<urn:gsma:imei:1-2-0>";+g.3gpp.icsi-ref="urn%3Aurn-7";+g.3gpp.smsip;audio;methods="INVITE,BYE"'
    assert.equal(printAddress(address(text)), text)
    assert.equal(address(text).params.get('+sip.instance'), '<urn:gsma:imei:1-2-0>')
  })

  test('is refused when it is none', () => {
    for (const text of [
      '',
      '*',
      'a@b',
      '<sip:a@b',
      'sip:a@b>',
      '"a" sip:a@b',
      '"a <sip:a@b>',
      '<sip:a@b>x',
      '<sip:a@b>;=1',
    ])
      assert.equal(parseAddress(text).ok, false, text)
    assert.deepEqual(parseAddress('<sip:a@b>, <sip:c@d>'), { ok: false, error: 'more than one address' })
  })
})

test('a list is parted at commas outside quotes and brackets', () => {
  assert.deepEqual(splitList('a'), ['a'])
  assert.deepEqual(splitList(''), [])
  assert.deepEqual(splitList(' a ,, b\t,'), ['a', 'b'])
  assert.deepEqual(splitList('"x, \\", y" <sip:a,b@c>;p="1,2", <sip:d@e>'), [
    '"x, \\", y" <sip:a,b@c>;p="1,2"',
    '<sip:d@e>',
  ])
  assert.deepEqual(splitList('"never closed, a'), ['"never closed, a'])
})

test('the tag is found wherever it hides, and nowhere else', () => {
  for (const [value, tag] of [
    ['<sip:a@b>;tag=1', '1'],
    ['sip:a@b;tag=1;x=y', '1'],
    ['<sip:a@b> ; TAG = 1', '1'],
    ['"x;tag=2" <sip:a@b;tag=3>;y="z;tag=4";tag=1', '1'],
    ['"x>" <sip:a@b>;tag=1', '1'],
    ['<sip:a@b>;y=">";tag=1', '1'],
    ['<sip:a@b;tag=3>', undefined],
    ['"a;tag=2" <sip:a@b>', undefined],
    ['<sip:a@b>;x="y;tag=4"', undefined],
    ['', undefined],
  ] as const)
    assert.equal(tagOf(value), tag, value)
})

test('a parameter of any value', () => {
  assert.equal(paramOf('application/sdp;charset="utf-8"', 'charset'), 'utf-8')
  assert.equal(paramOf('1800;refresher=uas', 'refresher'), 'uas')
  assert.equal(paramOf('<sip:a@b>;lr', 'lr'), '')
  assert.equal(paramOf('<sip:a@b;lr>', 'lr'), undefined)
  assert.equal(paramOf('a;b;=', 'b'), undefined)
})
