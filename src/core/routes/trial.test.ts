import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err, ok } from '#lib/result'
import { aGatewayDesk, aSighting } from '../../../test/support/gateway-desk.ts'
import type { Destination, Destinations } from './destinations.ts'
import type { Stage } from './table.ts'
import { createMessageTrial } from './trial.ts'

const gateways = (...targets: string[]): Stage => ({ kind: 'gateway', targets })

/** `queues`: the stages by the names of their queues, in their order; texts to `+1` take the first one. */
const aTrial = (queues: Record<string, Stage>, to = '+1') => {
  const { fleet } = aGatewayDesk()
  for (const line of ['1', '2']) fleet.sight(aSighting(line))
  fleet.lock('box1/2', true)
  const names = Object.keys(queues)
  const destinations = {
    of: (draft) => {
      const user = 'user' in draft.to ? draft.to.user : ''
      const found: Record<string, Destination> = {
        [to]: { queue: names[0] ?? 'inbox', to },
        bob: { queue: 'subscriber:bob@x', to: 'bob' },
      }
      if (user === '0900') return err('forbidden')
      const one = found[user]
      return one ? ok(one) : err('unknown-user')
    },
    after: (queue) => {
      const next = names[names.indexOf(queue) + 1]
      return names.includes(queue) && next !== undefined ? { queue: next } : undefined
    },
    stageOf: (queue) => {
      const stage = queues[queue]
      return stage && { plan: { name: 'out' } as never, stage }
    },
  } satisfies Pick<Destinations, 'of' | 'after' | 'stageOf'>
  const trial = createMessageTrial({ destinations, fleet, wallMs: () => 0 })
  return (...users: string[]) =>
    trial(
      'alice',
      users.map((user) => ({ user, text: user })),
    )
}

describe('a text that is only tried', () => {
  test('says its route, and of each line whether it would do', () => {
    const tried = aTrial({ 'route:out': gateways('box1', 'box2'), 'route:out~1': { kind: 'inbox' } })('+1')
    assert.deepEqual(tried, {
      ...{ accepted: true, why: 'route "out"', route: 'out' },
      targets: [
        { target: 'gateway:box1/1', usable: true },
        { target: 'gateway:box1/2', usable: false, why: 'locked by operator' },
        { target: 'inbox', usable: true },
      ],
    })
  })

  test('says that no line of a gateway has been seen', () => {
    const { targets } = aTrial({ 'route:out': gateways('box9') })('+1')
    assert.deepEqual(targets, [{ target: 'gateway:box9', usable: false, why: 'no line of it has been seen' }])
  })

  test('is for a user, by the second meaning of its address, or for nobody, or forbidden', () => {
    const trial = aTrial({})
    assert.deepEqual(trial('sip:bob', 'bob'), {
      ...{ accepted: true, why: 'it is for a user here' },
      targets: [{ target: 'subscriber:bob@x', usable: true }],
    })
    assert.deepEqual(trial('nobody').accepted, false)
    assert.match(trial('nobody').why, /no route fits/)
    assert.deepEqual(trial('0900'), { accepted: false, why: 'a route refuses it', targets: [] })
  })
})
