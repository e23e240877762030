import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Subscriber } from '#core'
import { createRequest, parseUri } from '#sip'
import { callerOf, identityUri, keyOfUri, presentation } from './identity.ts'

const ann: Subscriber = {
  impi: 'ann@tandem.test',
  domain: 'tandem.test',
  identities: [
    { uri: 'sip:ann', user: 'ann' },
    { uri: 'tel:+33612345678', user: '+33612345678' },
  ],
  proof: 'none',
  multiSim: false,
  anonymous: false,
  ringOnly: false,
  reliable: true,
  proveOnRegisterOnly: false,
}

const anInvite = (fields: [string, string][]) => {
  const request = createRequest('INVITE', 'sip:bob@tandem.test')
  for (const [name, value] of fields) request.headers.add(name, value)
  return request
}
const FROM: [string, string] = ['From', '"Ann" <sip:ann@tandem.test>;tag=1']

describe('a caller', () => {
  const identities: [what: string, fields: [string, string][], is: string][] = [
    ['its From, where that is its own', [FROM], 'sip:ann@tandem.test'],
    ['its number in From', [['From', '<sip:+33612345678@x>;tag=1']], 'tel:+33612345678'],
    [
      'its default, where From is somebody else',
      [['From', '<sip:eve@tandem.test>;tag=1']],
      'sip:ann@tandem.test',
    ],
    ['what it prefers', [FROM, ['P-Preferred-Identity', '<tel:+33612345678>']], 'tel:+33612345678'],
    [
      'its default, where it prefers what is not its own',
      [
        ['From', '<tel:+33612345678>;tag=1'],
        ['P-Preferred-Identity', '<sip:eve@tandem.test>'],
      ],
      'sip:ann@tandem.test',
    ],
    [
      'the first of two preferences that is its own',
      [FROM, ['P-Preferred-Identity', '<sip:eve@x>, <tel:+33612345678>']],
      'tel:+33612345678',
    ],
    [
      'never what it asserts',
      [FROM, ['P-Asserted-Identity', '<sip:boss@tandem.test>']],
      'sip:ann@tandem.test',
    ],
  ]
  for (const [what, fields, is] of identities)
    test(`is ${what}`, () => assert.equal(callerOf(anInvite(fields), ann).identity, is))

  test('that a trusted neighbour vouches for is what it asserts, else its From', () => {
    const asserted: [string, string] = ['P-Asserted-Identity', '<sip:boss@other.test>']
    assert.equal(callerOf(anInvite([FROM, asserted]), undefined).identity, 'sip:boss@other.test')
    assert.equal(callerOf(anInvite([FROM]), undefined).identity, 'sip:ann@tandem.test')
  })

  const privacy: [value: string | undefined, from: string, hidden: boolean][] = [
    [undefined, FROM[1], false],
    ['none', FROM[1], false],
    ['id', FROM[1], true],
    ['header;id', FROM[1], true],
    ['user;critical', FROM[1], true],
    ['session', FROM[1], false],
    [undefined, '<sip:anonymous@Anonymous.invalid>;tag=1', true],
    ['none', '<sip:anonymous@anonymous.invalid>;tag=1', false],
  ]
  for (const [value, from, hidden] of privacy)
    test(`with Privacy ${value} and From ${from} is ${hidden ? 'hidden' : 'shown'}`, () => {
      const fields: [string, string][] = [['From', from]]
      if (value !== undefined) fields.push(['Privacy', value])
      assert.equal(callerOf(anInvite(fields), ann).anonymous, hidden)
    })
})

describe('what the called phone sees', () => {
  const names: [display: string, shown: string][] = [
    ['"Ann"', '"Ann" '],
    ['"A \\"quoted\\" \\\\ name"', '"A \\"quoted\\" \\\\ name" '],
    [
      `"${Buffer.from('Jörg', 'utf8').toString('latin1')}"`,
      `"${Buffer.from('Jörg', 'utf8').toString('latin1')}" `,
    ],
    ['', ''],
  ]
  for (const [display, shown] of names)
    test(`of a caller named ${display || 'nothing'}`, () => {
      const caller = callerOf(anInvite([['From', `${display} <sip:ann@tandem.test>;tag=1`]]), ann)
      const { from, headers } = presentation(caller)
      assert.equal(from, `${shown}<sip:ann@tandem.test>`)
      assert.deepEqual(headers, [['P-Asserted-Identity', from]])
    })

  test('of a hidden caller is nothing', () => {
    const { from, headers } = presentation(callerOf(anInvite([FROM, ['Privacy', 'id']]), ann))
    assert.equal(from, '"Anonymous" <sip:anonymous@anonymous.invalid>')
    assert.deepEqual(headers, [['Privacy', 'id']])
  })
})

describe('an identity', () => {
  test('gets its domain, unless it is a number or has one', () => {
    const uriOf = (uri: string) => identityUri({ uri, user: '' }, 'tandem.test')
    assert.deepEqual(['sip:ann', 'tel:+331', 'sip:ann@x', 'sip:jörg'].map(uriOf), [
      'sip:ann@tandem.test',
      'tel:+331',
      'sip:ann@x',
      'sip:j%C3%B6rg@tandem.test',
    ])
  })

  test('is looked up by user part or number, with its context', () => {
    const keyOf = (text: string) => {
      const uri = parseUri(text)
      assert.ok(uri.ok)
      return keyOfUri(uri.value)
    }
    assert.deepEqual(keyOf('sip:ann@x'), { user: 'ann' })
    assert.deepEqual(keyOf('tel:06-12;phone-context=+33'), { user: '0612', context: '+33' })
    assert.deepEqual(keyOf('sip:0612;phone-context=+33@x;user=phone'), { user: '0612', context: '+33' })
  })
})
