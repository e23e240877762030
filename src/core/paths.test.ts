import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Binding } from './bindings.ts'
import { createPaths, MOST_ON_A_PATH } from './paths.ts'
import type { Subscriber } from './subscribers.ts'

const AT = { address: '192.0.2.1', port: 5060 }
const someone = (): Subscriber => ({ proveOnRegisterOnly: true }) as Subscriber
const aBinding = (subscriber = someone()): Binding =>
  ({ subscriber, contact: 'sip:x@192.0.2.1', transport: 'udp', ...AT }) as Binding

describe('a path', () => {
  test('tells its owner, however many contacts of one it leads to', () => {
    const paths = createPaths()
    const [first, other] = [aBinding(), aBinding()]
    const second = aBinding(first.subscriber)
    for (const binding of [first, second]) paths.add(binding)
    assert.equal(paths.ownerOf('udp', AT), first.subscriber)
    paths.add(other)
    assert.equal(paths.ownerOf('udp', AT), undefined)
    paths.remove(first)
    paths.remove(second)
    assert.equal(paths.ownerOf('udp', AT), other.subscriber)
    paths.remove(other)
    assert.equal(paths.size, 0)
  })

  test('of a crowd proves nobody until all have left', () => {
    const paths = createPaths()
    const crowd = Array.from({ length: MOST_ON_A_PATH + 5 }, () => aBinding())
    for (const binding of crowd) paths.add(binding)
    for (const binding of crowd.slice(1)) paths.remove(binding)
    assert.equal(paths.ownerOf('udp', AT), undefined)
    assert.equal(paths.size, 1)
    paths.remove(crowd[0] as Binding)
    assert.equal(paths.size, 0)
    paths.add(crowd[0] as Binding)
    assert.equal(paths.ownerOf('udp', AT), crowd[0]?.subscriber)
  })
})
