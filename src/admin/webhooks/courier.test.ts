import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '#lib/log'
import { createHandClock } from '#lib/timers'
import { memoryOutbox } from '../../../test/support/memory-outbox.ts'
import { wantsOf } from '../events/envelope.ts'
import type { Kept } from './bookmark.ts'
import { createCourier } from './courier.ts'
import type { Post, Posted } from './post.ts'

const OK: Posted = { ok: true }
const FAULT: Posted = { ok: false, status: 500, detail: 'answered 500' }
const RETRY_MS = [1000, 5000, 60_000]
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resume) => setImmediate(resume))
}

/** An endpoint that answers as it is told to, in a house turned by hand. */
const aHouse = (kept: Partial<Kept> = {}, events = ['*']) => {
  const timers = createHandClock()
  const outbox = memoryOutbox()
  const posted: string[] = []
  const bodies: string[] = []
  const house = { answer: (_id: string): Posted | Promise<Posted> => OK }
  let bookmark: (() => Kept) | undefined
  const post: Post = async (headers, body) => {
    const id = headers['webhook-id'] as string
    posted.push(id)
    bodies.push(body)
    return house.answer(id)
  }
  const courier = createCourier(
    {
      ...{ id: 'x', shownUrl: 'http://x/', key: Buffer.from('k'), patterns: events },
      ...{ wants: wantsOf(events), retryMs: RETRY_MS },
    },
    { readTo: 0, paused: false, waiting: [], ...kept },
    {
      ...{ outbox, post, timers, log: silentLog },
      bookmark: {
        save: (now) => {
          bookmark = now
        },
        flush: async () => {},
      },
    },
  )
  outbox.onWritten(() => courier.nudge())
  const pass = async (ms: number): Promise<void> => {
    timers.advance(ms)
    await settle()
  }
  const taken = (): string[] => posted.splice(0)
  return Object.assign(house, { timers, outbox, courier, bodies, pass, taken, bookmark: () => bookmark?.() })
}

describe('a courier', () => {
  test('takes what is wanted, in order, with the body as it was written', async () => {
    const house = aHouse({}, ['message.*'])
    house.outbox.put({ id: 'a' }, { id: 'b', type: 'call.ended' }, { id: 'c' })
    await settle()
    assert.deepEqual(
      [house.taken(), house.bodies],
      [
        ['a', 'c'],
        ['{"id":"a"}', '{"id":"c"}'],
      ],
    )
    assert.deepEqual(house.bookmark(), { readTo: 3, paused: false, waiting: [] })
    const view = await house.courier.view()
    assert.deepEqual([view.state, view.waiting, view.delivered], ['working', 0, 2])
  })

  test('comes again by its plan, lets others pass, and gives up at its end', async () => {
    const house = aHouse()
    house.answer = (id) => (id === 'bad' ? FAULT : OK)
    house.outbox.put({ id: 'bad', subject: 's' }, { id: 'next', subject: 's' }, { id: 'other' })
    await settle()
    assert.deepEqual(house.taken(), ['bad', 'other'])
    for (const [waitMs, seen] of [
      [900, []],
      [100, ['bad']],
      [4900, []],
      [100, ['bad']],
      [59_900, []],
      [100, ['bad', 'next']],
    ] as const) {
      await house.pass(waitMs)
      assert.deepEqual(house.taken(), seen, `after ${waitMs}`)
    }
    const view = await house.courier.view()
    assert.deepEqual([view.givenUp, view.delivered, view.waiting], [1, 2, 0])
    assert.deepEqual([view.lastFailure?.event, view.lastFailure?.status], ['bad', 500])
  })

  test('keeps its plan when the clock is set back, also over a restart', async () => {
    const house = aHouse()
    let backMs = 0
    const { clock } = house.timers
    const wallMs = clock.wallMs
    clock.wallMs = () => wallMs() - backMs
    house.answer = () => FAULT
    house.outbox.put({ id: 'a' })
    await settle()
    assert.deepEqual(house.taken(), ['a'])
    backMs = 365 * 24 * 3_600_000
    await house.pass(1010)
    assert.deepEqual(house.taken(), ['a'], 'one that failed')
    for (let n = 0; n < 9; n++) house.outbox.put({ id: `e${n}` })
    await settle()
    assert.equal((await house.courier.view()).state, 'failing')
    house.taken()
    backMs *= 2
    await house.pass(60_010)
    assert.equal(house.taken().length, 1, 'an endpoint in trouble')
    const nextAtMs = wallMs() + 1e12
    const after = aHouse({ readTo: 1, waiting: [[1, 1, nextAtMs]] })
    after.outbox.put({ id: 'a' })
    await after.courier.begin()
    await settle()
    assert.deepEqual(after.taken(), ['a'])
  })

  test('tries an endpoint in trouble with one event at a time, and goes on when it answers', async () => {
    const house = aHouse()
    house.answer = () => FAULT
    for (let n = 0; n < 40; n++) house.outbox.put({ id: `e${n}` })
    await settle()
    assert.ok(house.taken().length <= 12)
    assert.equal((await house.courier.view()).state, 'failing')
    for (let hour = 0; hour < 4; hour++) {
      await house.pass(60_000)
      assert.ok(house.taken().length <= 3, 'only probes')
    }
    const { waiting, nextAttemptAt } = await house.courier.view()
    assert.equal(waiting, 40)
    assert.ok(nextAttemptAt)
    house.answer = () => OK
    await house.pass(60_000)
    const seen = house.taken()
    assert.equal(new Set(seen).size, 40)
    assert.equal(seen.length, 40, 'each once')
    assert.deepEqual(
      [(await house.courier.view()).state, (await house.courier.view()).waiting],
      ['working', 0],
    )
  })

  test('stops when it is paused, and goes on at once when it is resumed', async () => {
    const house = aHouse()
    await house.courier.pause()
    house.outbox.put({ id: 'a' })
    await house.pass(60_000)
    assert.deepEqual(house.taken(), [])
    assert.deepEqual(
      [(await house.courier.view()).state, (await house.courier.view()).waiting],
      ['paused', 1],
    )
    assert.equal(house.bookmark()?.paused, true)
    await house.courier.resume()
    await settle()
    assert.deepEqual(house.taken(), ['a'])
  })

  test('has no more under way at once than it may, and none of one subject', async () => {
    const house = aHouse()
    const open = new Map<string, (posted: Posted) => void>()
    let most = 0
    house.answer = (id) =>
      new Promise((resolve) => {
        open.set(id, resolve)
        most = Math.max(most, open.size)
      })
    for (let n = 0; n < 600; n++) house.outbox.put({ id: `e${n}`, subject: `s${n % 20}` })
    const order: number[] = []
    while (order.length < 600) {
      await settle()
      const ids = [...open.keys()]
      assert.ok(ids.length > 0, `${order.length} done`)
      assert.equal(new Set(ids.map((id) => Number(id.slice(1)) % 20)).size, ids.length)
      for (const id of ids) {
        open.get(id)?.(OK)
        open.delete(id)
        order.push(Number(id.slice(1)))
      }
    }
    assert.equal(most, 8)
    for (let subject = 0; subject < 20; subject++) {
      const mine = order.filter((n) => n % 20 === subject)
      assert.deepEqual(
        mine,
        mine.toSorted((a, b) => a - b),
      )
    }
  })

  test('takes up after a restart what was not delivered, and only that', async () => {
    const first = aHouse()
    first.answer = (id) => (id === 'bad' ? FAULT : OK)
    first.outbox.put({ id: 'good' }, { id: 'bad', subject: 's' }, { id: 'behind', subject: 's' })
    await settle()
    const kept = first.bookmark()
    assert.deepEqual(
      kept?.waiting.map(([seq, attempts]) => [seq, attempts]),
      [
        [2, 1],
        [3, 0],
      ],
    )
    const second = aHouse(kept)
    second.outbox.put(
      { id: 'good' },
      { id: 'bad', subject: 's' },
      { id: 'behind', subject: 's' },
      { id: 'new' },
    )
    await second.courier.begin()
    await settle()
    assert.deepEqual(second.taken(), ['new'])
    await second.pass(1000)
    assert.deepEqual(second.taken(), ['bad', 'behind'])
  })

  test('tells again from a place on, or one event', async () => {
    const house = aHouse({}, ['message.*'])
    house.outbox.put({ id: 'a' }, { id: 'b', type: 'call.ended' }, { id: 'c' }, { id: 'd' })
    await settle()
    assert.deepEqual(house.taken(), ['a', 'c', 'd'])
    assert.equal(await house.courier.countAfter(1), 2)
    house.courier.rewind(1)
    await settle()
    assert.deepEqual(house.taken(), ['c', 'd'])
    const [event] = await house.outbox.some([1])
    assert.ok(event)
    house.courier.again(event)
    await settle()
    assert.deepEqual(house.taken(), ['a'])
    assert.equal(house.bookmark()?.readTo, 4)
  })

  test('forgets events that retention took, and lives through a store that cannot be read', async () => {
    const house = aHouse({
      readTo: 2,
      waiting: [
        [1, 1, 0],
        [2, 0, 0],
      ],
    })
    await house.courier.begin()
    const { after } = house.outbox
    house.outbox.after = () => Promise.reject(new Error('the disk'))
    house.outbox.put({ id: 'a' }, { id: 'b' }, { id: 'c' })
    await settle()
    assert.deepEqual(house.taken(), [])
    house.outbox.after = after
    house.outbox.put({ id: 'd' })
    await settle()
    assert.deepEqual(house.taken(), ['c', 'd'])
  })

  test('ends with what is under way, and keeps its place', async () => {
    const house = aHouse()
    let answer: (posted: Posted) => void = () => {}
    house.answer = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    house.outbox.put({ id: 'a', subject: 's' }, { id: 'b', subject: 's' })
    await settle()
    const closed = house.courier.close()
    answer(OK)
    await closed
    assert.deepEqual(house.taken(), ['a'])
    assert.deepEqual(house.bookmark()?.waiting, [[2, 0, 0]])
  })
})
