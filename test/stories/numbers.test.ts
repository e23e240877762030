import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, aSubscriber } from '../support/house.ts'
import { aPhone } from '../support/phone.ts'

const NUMBER = '+33612345678'

describe('a subscriber is found', () => {
  const spellings: [what: string, uri: string][] = [
    ['by name', 'sip:bob@tandem.test'],
    ['whatever the host', 'sip:bob@203.0.113.9:5080'],
    ['by tel URI', `tel:${NUMBER}`],
    ['with visual separators', 'tel:+33-6-12-34-56-78'],
    ['by number in a sip URI', `sip:${NUMBER}@tandem.test;user=phone`],
    ['without the plus', 'sip:33612345678@tandem.test'],
    ['with the international prefix', 'sip:0033612345678@tandem.test'],
    ['by national number of the caller', 'sip:0612345678@tandem.test'],
    ['by local number with its context', 'tel:612345678;phone-context=+33'],
    ['by national number with its context', 'tel:0612345678;phone-context=+33'],
    ['by a number with context inside a sip URI', 'sip:0612345678;phone-context=+33@tandem.test;user=phone'],
    ['with an escaped user part', 'sip:b%6Fb@tandem.test'],
  ]
  for (const [what, uri] of spellings)
    test(`${what}: ${uri}`, async () => {
      const house = aHouse({
        subscribers: [
          aSubscriber('alice', { proof: 'none', msisdn: '+33699999999' }),
          aSubscriber('bob', {
            proof: 'none',
            identities: [
              { uri: 'sip:bob', user: 'bob' },
              { uri: `tel:${NUMBER}`, user: NUMBER },
            ],
          }),
        ],
      })
      const alice = aPhone(house, 'alice', '192.0.2.10')
      const bob = aPhone(house, 'bob', '192.0.2.11')
      await bob.register()
      await alice.call(uri)
      assert.deepEqual(bob.heard, ['invite'], alice.heard.join())
    })
})
