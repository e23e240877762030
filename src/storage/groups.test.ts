import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MessageRecord } from '#core'
import { silentLog } from '#lib/log'
import { createHandClock } from '#lib/timers'
import type { Batch, Value } from './batch.ts'
import { StoreFailure } from './faults.ts'
import { createGroups } from './groups.ts'
import { createPending } from './pending.ts'

const turn = () => new Promise((resume) => setImmediate(resume))

/** A disk turned by hand: writes wait in `jobs` until they are ended. */
const aHouse = (maxCalls = 100) => {
  const jobs: { batch: Batch; end: PromiseWithResolvers<Value[]> }[] = []
  const timers = createHandClock()
  const pending = createPending(maxCalls)
  const write = (batch: Batch): Promise<Value[]> => {
    const end = Promise.withResolvers<Value[]>()
    jobs.push({ batch, end })
    return end.promise
  }
  const groups = createGroups({ onCommit: () => {}, pending, write, timers, log: silentLog })
  const bind = (data: string, contact = 'c') => {
    pending.binding({ impi: 'a', contact, data, expiresAtMs: 1 })
    groups.background()
  }
  return { jobs, timers, pending, groups, bind }
}
const aMessage = (id: string): MessageRecord => ({
  ...{
    id,
    origin: 'api',
    from: 'a',
    to: 'b',
    queue: 'subscriber:b',
    body: { kind: 'text', text: '' },
    pid: 0,
  },
  ...{
    acceptedAtMs: 0,
    expiresAtMs: 0,
    state: 'queued',
    attempts: 0,
    partsTotal: 1,
    partsDone: 0,
    steps: [],
  },
})
const full = new StoreFailure({ kind: 'full', text: 'full' })
const rejected = new StoreFailure({ kind: 'rejected', text: 'a bug' })

describe('group commit', () => {
  test('takes all of one turn in one transaction, and what comes meanwhile in the next', async () => {
    const { jobs, pending, groups, timers } = aHouse()
    const waits: Promise<void>[] = []
    for (let i = 0; i < 5; i++) {
      pending.sqn(`u${i}`, 1n)
      waits.push(groups.urgent())
    }
    await turn()
    assert.equal(jobs.length, 1)
    assert.equal(jobs[0]?.batch.sqns.length, 10)
    pending.sqn('late', 1n)
    let late = false
    const lateOne = groups.urgent().then(() => {
      late = true
    })
    await turn()
    assert.equal(jobs.length, 1, 'one transaction at a time')
    timers.advance(10)
    jobs[0]?.end.resolve([])
    await Promise.all(waits)
    assert.equal(late, false)
    await turn()
    assert.deepEqual(jobs[1]?.batch.sqns, ['late', 1])
    jobs[1]?.end.resolve([])
    await lateOne
  })

  test('folds a storm of refreshes, waits longer while it lasts, and is quick again after it', async () => {
    const { jobs, timers, bind } = aHouse()
    for (let ms = 0; ms < 10_000; ms += 10) {
      bind(String(ms))
      timers.advance(10)
      await turn()
      jobs.at(-1)?.end.resolve([])
      await turn()
    }
    assert.ok(jobs.length < 20, `${jobs.length} transactions`)
    assert.ok(jobs.every(({ batch }) => batch.bindings.length === 4))
    timers.advance(60_000)
    await turn()
    jobs.at(-1)?.end.resolve([])
    await turn()
    const before = jobs.length
    bind('calm')
    timers.advance(50)
    await turn()
    assert.equal(jobs.length, before + 1)
  })

  test('tries again what a full disk refused, unless it is newer by then', async () => {
    const { jobs, timers, groups, bind } = aHouse()
    bind('old', 'c1')
    bind('old', 'c2')
    const flushed = groups.flush()
    bind('new', 'c1')
    jobs[0]?.end.reject(full)
    await assert.rejects(flushed, full)
    timers.advance(2000)
    await turn()
    assert.deepEqual(jobs[1]?.batch.bindings, ['a', 'c1', 'new', 1, 'a', 'c2', 'old', 1])
  })

  test('tells those who wait that nothing was kept, and does not repeat a bug', async () => {
    const { jobs, timers, pending, groups, bind } = aHouse()
    bind('poison')
    pending.sqn('a', 1n)
    const [waiting, flushed] = [groups.urgent(), groups.flush()]
    jobs[0]?.end.reject(rejected)
    await assert.rejects(waiting, rejected)
    await assert.rejects(flushed, rejected)
    timers.advance(5000)
    await turn()
    assert.equal(jobs.length, 1)
    assert.equal(pending.background, 0)
  })

  test('tells of a message only when the batch with it is written, whatever ended before', async () => {
    const { jobs, timers, pending, groups, bind } = aHouse()
    bind('x')
    const flushed = groups.flush()
    const told: string[] = []
    const add = (id: string) => {
      const ended = pending.messages.add(aMessage(id), undefined)
      groups.hurry()
      return ended.then((first) => void told.push(`${id} ${first}`))
    }
    const adding = add('m1')
    timers.advance(10)
    jobs[0]?.end.resolve([])
    await flushed
    await turn()
    assert.deepEqual(told, [], 'its own batch is not written yet')
    assert.equal(jobs.length, 2)
    const later = add('m2')
    timers.advance(10)
    jobs[1]?.end.resolve([0, 'm0'])
    await adding
    assert.deepEqual(told, ['m1 m0'])
    await turn()
    jobs[2]?.end.reject(full)
    await assert.rejects(later, full)
    assert.equal(pending.messages.urgent, 0, 'nothing is tried again')
  })

  test('lets those who have time wait for others, and brings them along with the first who is in a hurry', async () => {
    const { jobs, timers, pending, groups } = aHouse()
    const save = (id: string, go: () => void) => {
      const ended = pending.messages.save(aMessage(id), {})
      go()
      return ended
    }
    const first = save('m1', groups.soon)
    await turn()
    assert.equal(jobs.length, 1, 'nobody else was there lately')
    jobs[0]?.end.resolve([])
    await first
    timers.advance(5)
    const patient = save('m2', groups.soon)
    await turn()
    assert.equal(jobs.length, 1, 'it has time')
    const hasty = save('m3', groups.hurry)
    await turn()
    assert.equal(jobs[1]?.batch.progress.length, 2 * 6)
    jobs[1]?.end.resolve([])
    await Promise.all([patient, hasty])
  })

  test('lets those in a hurry share the next one with such as have time, where those are many', async () => {
    const { jobs, timers, pending, groups } = aHouse()
    const many = Array.from({ length: 20 }, (_, n) => {
      const ended = pending.messages.save(aMessage(`m${n}`), {})
      groups.soon()
      return ended
    })
    await turn()
    jobs[0]?.end.resolve([])
    await Promise.all(many)
    timers.advance(5)
    const hasty = pending.messages.save(aMessage('m20'), {})
    groups.hurry()
    await turn()
    assert.equal(jobs.length, 1, 'others will come')
    while (jobs.length === 1) await turn()
    jobs[1]?.end.resolve([])
    await hasty
    timers.advance(5)
    const alone = pending.messages.save(aMessage('m21'), {})
    groups.hurry()
    await turn()
    assert.equal(jobs.length, 3, 'nobody had time any more')
    jobs[2]?.end.resolve([])
    await alone
  })

  test('bounds the calls that wait, giving up the oldest', () => {
    const { pending } = aHouse(2)
    const call = (id: string) =>
      pending.call({
        id,
        caller: '',
        callee: '',
        dialled: '',
        kind: 'call',
        video: false,
        startedAtMs: 0,
        callIds: [],
      })
    assert.deepEqual(['1', '2', '1', '3'].map(call), [true, true, true, false])
    assert.deepEqual([...pending.take(true).calls.keys()], ['2', '3'])
  })
})
