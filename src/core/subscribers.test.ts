import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSubscribers, type Subscriber } from './subscribers.ts'

const aSubscriber = (impi: string, users: string[], more: Partial<Subscriber> = {}): Subscriber => ({
  impi,
  domain: 'tandem.test',
  identities: users.map((user) => ({ uri: `${user.startsWith('+') ? 'tel' : 'sip'}:${user}`, user })),
  proof: 'none',
  multiSim: false,
  anonymous: false,
  ringOnly: false,
  reliable: true,
  proveOnRegisterOnly: false,
  ...more,
})
const ann = aSubscriber('ann@one.test', ['ann', '+33612345678'], { msisdn: '33700000001' })
const bob = aSubscriber('bob@one.test', ['1001'])
const other = aSubscriber('bob@two.test', ['bob', '33612345678'])
const all = createSubscribers([ann, bob, other])

describe('a subscriber', () => {
  test('is found by the whole private identity, or by its user part where only one has it', () => {
    assert.equal(all.byImpi('ann@one.test'), ann)
    assert.equal(all.byImpi('ann'), ann)
    assert.equal(all.byImpi('bob'), undefined)
    assert.equal(all.byImpi('bob@two.test'), other)
    assert.equal(all.byImpi('nobody'), undefined)
  })

  const ways: [dialled: string, who: Subscriber | undefined, context?: string | undefined, near?: string][] =
    [
      ['ann', ann],
      ['Ann', undefined],
      ['+33612345678', ann],
      ['0612345678', ann, undefined, '+33699999999'],
      ['612345678', ann, '+33'],
      ['33612345678', other],
      ['33700000001', ann],
      ['+33700000001', ann],
      ['+1001', bob],
      ['1001', bob, 'tandem.test'],
      ['', undefined],
    ]
  for (const [dialled, who, context, near] of ways)
    test(`dialled as "${dialled}"${context ? ` in ${context}` : ''}: ${who?.impi}`, () =>
      assert.equal(all.byIdentity(dialled, context, near)?.subscriber, who))

  test('with letters of any kind is found by the octets that a message holds', () => {
    const jo = aSubscriber('jö@one.test', ['jö'])
    const some = createSubscribers([jo])
    const wire = Buffer.from('jö', 'utf8').toString('latin1')
    assert.equal(some.byImpi(`${wire}@one.test`), jo)
    assert.equal(some.byImpi(wire), jo)
    assert.equal(some.byIdentity(wire)?.subscriber, jo)
  })
})
