import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Binding, RegistrationChange, Subscriber } from '#core'
import { err, ok } from '#lib/result'
import type { Flow } from '#lib/wire'
import { createRequest, type Grant, type Notifier, type ServerTransaction, type Subscription } from '#sip'
import { Changes } from './changes.ts'
import type { EventPackage } from './event-package.ts'
import { createSubscribe } from './index.ts'

const eventPackage = (name: string): EventPackage => ({
  name,
  contentType: `application/${name}+xml`,
  usualS: 3600,
  open: (uri) =>
    uri.user === 'alice'
      ? ok({
          watched: { contentType: '', paceMs: 0, compose: () => new Uint8Array(0), onEnd: () => {} },
          begun: () => {},
        })
      : err(403),
})

/** What a SUBSCRIBE comes to: the seconds that it was granted, or the refusal. */
const outcomeOf = (headers: Record<string, string>, { size = 0, most = 0, uri = 'sip:alice@home' } = {}) => {
  const outcome: { expiresS?: number; status?: number; headers?: [string, string][] } = {}
  const notifier: Notifier = {
    size,
    onSubscribe: (transaction, grant) => {
      const granted: Grant = grant(transaction.request)
      Object.assign(outcome, granted)
      return true
    },
    begin: (_transaction, expiresS) => {
      outcome.expiresS = expiresS
      return {} as Subscription
    },
  }
  const subscribe = createSubscribe({
    notifier,
    packages: [eventPackage('reg'), eventPackage('dialog')],
    subscribeExpires: () => most,
    refuse: (_transaction, status, refusal = []) => Object.assign(outcome, { status, headers: refusal }),
  })
  const request = createRequest('SUBSCRIBE', uri)
  const all = { Event: 'reg', Contact: '<sip:alice@192.0.2.1>', From: '<sip:alice@home>;tag=a', ...headers }
  for (const [name, value] of Object.entries(all)) if (value !== '') request.headers.add(name, value)
  const transaction = { request, flow: {} as Flow, answered: false } as ServerTransaction
  return {
    begun: () => {
      subscribe.begin(transaction, {} as Subscriber)
      return outcome
    },
    within: () => {
      subscribe.within(transaction)
      return outcome
    },
  }
}

describe('a SUBSCRIBE', () => {
  test('finds its package among several, which Allow-Events names', () => {
    assert.deepEqual(outcomeOf({ Event: 'Dialog;id=1' }).begun(), { expiresS: 3600 })
    assert.deepEqual(outcomeOf({ Event: 'presence' }).begun(), {
      status: 489,
      headers: [['Allow-Events', 'reg, dialog']],
    })
    assert.deepEqual(outcomeOf({ Event: 'dialog', Accept: 'application/reg+xml' }).begun(), {
      status: 406,
      headers: [['Accept', 'application/dialog+xml']],
    })
  })

  const grants: [asked: string, most: number, expiresS: number][] = [
    ['', 0, 3600],
    ['', 60, 60],
    ['600', 0, 600],
    ['600', 60, 60],
    ['600', 6000, 600],
    ['0', 60, 0],
    ['4294967295', 0, 864_000],
    ['nonsense', 0, 3600],
  ]
  for (const [asked, most, expiresS] of grants)
    test(`of ${asked === '' ? 'no' : asked} seconds lasts ${expiresS} where ${most} are the most, begun or gone on with`, () => {
      assert.deepEqual(outcomeOf({ Expires: asked }, { most }).begun(), { expiresS })
      assert.deepEqual(outcomeOf({ Expires: asked }, { most }).within(), { expiresS })
    })

  test('that cannot be served is refused before anything is kept', () => {
    const status = (headers: Record<string, string>, options = {}) =>
      outcomeOf(headers, options).begun().status
    assert.equal(status({ Expires: '9' }), 423)
    assert.equal(status({ Contact: '' }), 400)
    assert.equal(status({ Contact: '*' }), 400)
    assert.equal(status({ Contact: '<tel:+4930111>' }), 400)
    assert.equal(status({ 'Record-Route': `<sip:${'x'.repeat(4000)}@edge;lr>` }), 400)
    assert.equal(status({}, { uri: 'sip:bob@home' }), 403)
    assert.equal(status({}, { size: 200_000 }), 503)
    assert.equal(status({}, { size: 199_999 }), undefined)
  })
})

describe('what a watcher has still to hear', () => {
  const binding = (contact: string): Binding => ({ contact }) as Binding
  const listOf = (changes: Changes): string[] =>
    [...(changes.take() ?? [])].map(([contact, { change }]) => `${contact} ${change}`)
  const note = (changes: Changes, ...all: [string, RegistrationChange][]): void => {
    for (const [contact, change] of all) changes.note(binding(contact), change)
  }

  test('is kept until it is confirmed, and the latest of each contact counts', () => {
    const changes = new Changes()
    assert.deepEqual(listOf(changes), [])
    note(changes, ['a', 'registered'], ['b', 'registered'], ['a', 'expired'])
    assert.deepEqual(listOf(changes), ['b registered', 'a expired'])
    note(changes, ['b', 'unregistered'])
    assert.deepEqual(listOf(changes), ['a expired', 'b unregistered'])
    note(changes, ['c', 'registered'])
    changes.told()
    assert.deepEqual(listOf(changes), ['c registered'])
    changes.told()
    assert.deepEqual(listOf(changes), [])
  })

  test('is urgent when the network ended it', () => {
    const changes = new Changes()
    note(changes, ['a', 'expired'])
    assert.equal(changes.urgent, false)
    note(changes, ['b', 'deregistered'])
    assert.equal(changes.urgent, true)
    changes.take()
    assert.equal(changes.urgent, false)
  })

  test('never grows beyond its bound, whatever comes and goes', () => {
    const changes = new Changes()
    for (let i = 0; i < 100; i++) note(changes, [`${i}`, 'registered'], [`${i}`, 'unregistered'])
    assert.equal(listOf(changes).length, 32)
    for (let i = 100; i < 150; i++) note(changes, [`${i}`, 'expired'])
    const all = listOf(changes)
    assert.deepEqual([all.length, all.at(-1)], [32, '149 expired'])
  })
})
