import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSubscribers } from '#core'
import { parseAddress, parseUri } from '#sip'
import { aSubscriber } from './fixture.ts'
import { addressOfSender, senderOf, shortNameOf } from './names.ts'

const alice = aSubscriber('alice', {
  identities: [
    { uri: 'sip:alice', user: 'alice' },
    { uri: 'tel:+15550100', user: '+15550100' },
  ],
})
const handset = aSubscriber('001010000000001', {
  imsi: '001010000000001',
  identities: [{ uri: 'sip:001010000000001', user: '001010000000001' }],
  msisdn: '+15550101',
})
const subscribers = createSubscribers([alice, handset, aSubscriber('1001')])

describe('a sender', () => {
  for (const [what, identity, subscriber, sms, from] of [
    [
      'a phone writes from the identity it uses',
      'sip:alice@tandem.test',
      alice,
      false,
      'sip:alice@tandem.test',
    ],
    ['a handset from its number', 'sip:alice@tandem.test', alice, true, '+15550100'],
    ['a number is a number', 'sip:+15550100@tandem.test;user=phone', alice, false, '+15550100'],
    ['an IMSI is none', 'sip:001010000000001@tandem.test', handset, false, '+15550101'],
    ['an extension is one', 'sip:1001@tandem.test', aSubscriber('1001'), true, '1001'],
    ['a stranger is whom it says', 'tel:+15559999', undefined, false, '+15559999'],
    ['a stranger without number too', 'sip:x@example.org', undefined, true, 'sip:x@example.org'],
  ] as const)
    test(what, () => assert.equal(senderOf(identity, subscriber, sms), from))
})

describe('what a SIP phone is shown', () => {
  for (const [from, shown] of [
    ['sip:alice@tandem.test', '<sip:alice@tandem.test>'],
    ['alice', '<sip:alice@tandem.test>'],
    ['1001', '<sip:1001@tandem.test>'],
    ['+15550100', '<sip:+15550100@tandem.test;user=phone>'],
    ['+1 (555) 9999', '<sip:+15559999@tandem.test;user=phone>'],
    ['*100#', '<sip:*100%23@tandem.test;user=phone>'],
    ['Tandem', '"Tandem" <sip:Tandem@tandem.test>'],
    ['a "b" c', '"a \\"b\\" c" <sip:a%20%22b%22%20c@tandem.test>'],
  ] as const)
    test(`of ${from}`, () => assert.equal(addressOfSender(from, subscribers, 'tandem.test'), shown))

  for (const from of [
    'x\r\nVia: evil',
    'sip:a@b\r\nX: y',
    '<>',
    '"',
    '\\',
    '😀',
    '\ud83d',
    '',
    ' ',
    'a@b',
    '%',
    'sip:',
    '\0',
    '()',
  ])
    test(`is one address, whatever the sender calls itself: ${JSON.stringify(from)}`, () => {
      const shown = addressOfSender(from, subscribers, 'tandem.test')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
      assert.doesNotMatch(shown, /[\x00-\x1f]/)
      const address = parseAddress(shown)
      assert.ok(address.ok, shown)
      assert.ok(parseUri(address.value.uri).ok, shown)
    })
})

test('a handset is shown a number where there is one, else a name', () => {
  assert.equal(shortNameOf('sip:alice@tandem.test', alice), '+15550100')
  assert.equal(shortNameOf('sip:bob@tandem.test', aSubscriber('bob')), 'bob')
  assert.equal(shortNameOf('sip:+15550100@tandem.test;user=phone'), '+15550100')
  assert.equal(shortNameOf('sip:anonymous@anonymous.invalid', alice), 'Anonymous')
  assert.equal(shortNameOf('Tandem'), 'Tandem')
})
