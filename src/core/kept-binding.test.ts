import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BindingRequest } from './bindings.ts'
import { KeptBinding, printOf } from './kept-binding.ts'
import { bindingOfStored, storedOf } from './stored-bindings.ts'
import type { Subscriber } from './subscribers.ts'

const WISH: BindingRequest = {
  contact: 'sip:a@192.0.2.1',
  expiresS: 600,
  q: 1000,
  callId: 'call',
  cseq: 5,
  transport: 'udp',
  address: '192.0.2.1',
  port: 5060,
  listener: 0,
  path: ['<sip:p;lr>'],
  instance: undefined,
  regId: undefined,
  features: ';audio',
  userAgent: 'phone',
}
const ANN = { impi: 'ann' } as Subscriber
const bound = (more: Partial<BindingRequest> = {}): KeptBinding =>
  new KeptBinding(ANN, { ...WISH, ...more }, 600_000, printOf(WISH.callId))
const kindOf = ({ q, transport, listener, path, instance, regId, features, userAgent }: KeptBinding) => ({
  ...{ q, transport, listener, path, instance, regId, features, userAgent },
})

describe('a kept binding', () => {
  test('says what was asked for, whether others are like it or not', () => {
    const others: Partial<BindingRequest>[] = [
      { q: 500 },
      { transport: 'tcp' },
      { listener: 1 },
      { path: [] },
      { instance: '<urn:x>' },
      { regId: 1 },
      { features: '' },
      { userAgent: '' },
    ]
    for (const more of [{}, {}, ...others, ...others]) {
      const { q, transport, listener, path, instance, regId, features, userAgent } = { ...WISH, ...more }
      assert.deepEqual(kindOf(bound(more)), {
        ...{ q, transport, listener, path, instance, regId, features, userAgent },
      })
    }
    for (const more of others) {
      const binding = bound()
      binding.renew(WISH, 600_000)
      binding.stored()
      assert.equal(binding.renew(WISH, 600_001), false)
      assert.equal(binding.renew({ ...WISH, ...more }, 600_002), true, JSON.stringify(more))
      assert.deepEqual(kindOf(binding), kindOf(bound(more)))
    }
    assert.deepEqual(kindOf(bound()), kindOf(bound()), 'nobody changed what is shared')
  })

  test('keeps a long name of a program in part, and is not written again for it', () => {
    const wish = { ...WISH, userAgent: 'x'.repeat(5000) }
    const binding = bound(wish)
    binding.stored()
    assert.equal(binding.userAgent.length, 200)
    assert.equal(binding.renew(wish, 600_000), false)
  })

  test('comes back from the store, also from a row with the whole Call-ID', () => {
    const binding = bound({ instance: '<urn:x>', regId: 3 })
    const stored = storedOf(binding)
    const again = bindingOfStored(stored, ANN)
    assert.deepEqual(again && storedOf(again), stored)
    const row = JSON.parse(stored.data)
    row[1] = WISH.callId
    const older = bindingOfStored({ ...stored, data: JSON.stringify(row) }, ANN)
    for (const one of [again, older])
      assert.deepEqual(
        [one?.isLate({ callId: 'call', cseq: 4 }), one?.isLate({ callId: 'call', cseq: 5 })],
        [true, false],
      )
    assert.equal(older?.isLate({ callId: 'other', cseq: 1 }), false)
  })
})
