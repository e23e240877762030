import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDevices } from './devices.ts'
import { createFakeWorld, settle } from './fake-browser.ts'
import { createOneTab, type TabState } from './one-tab.ts'
import { createAlarm, gradeOf, mosOf, qualityBetween, type Sample, sampleOf } from './quality.ts'
import { captureTrouble } from './troubles.ts'

const sample = (more: Partial<Sample>): Sample => ({
  ...{ atMs: 0, packetsReceived: 0, packetsLost: 0, packetsSent: 0, jitterMs: 0, rttMs: 0 },
  ...{ level: 0, farLevel: 0, reported: false },
  ...more,
})

describe('quality', () => {
  test('a clean call is excellent, loss and delay are heard', () => {
    assert.equal(gradeOf(mosOf(40, 2, 0)), 'excellent')
    assert.ok(mosOf(40, 2, 0) > 4.3)
    assert.ok(mosOf(40, 2, 5) < mosOf(40, 2, 1))
    assert.ok(mosOf(900, 60, 0) < mosOf(100, 5, 0))
    assert.equal(mosOf(5000, 500, 100), 1)
  })
  test('a report becomes a sample, audio only', () => {
    const report = [
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 50, packetsLost: 1, jitter: 0.004 },
      { type: 'inbound-rtp', kind: 'video', packetsReceived: 900 },
      { type: 'outbound-rtp', kind: 'audio', packetsSent: 49 },
      { type: 'media-source', kind: 'audio', audioLevel: 0.2 },
      { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.02 },
    ]
    const { packetsReceived, packetsSent, jitterMs, rttMs, level } = sampleOf(report, 1)
    assert.deepEqual([packetsReceived, packetsSent, jitterMs, rttMs, level], [50, 49, 4, 20, 0.2])
  })
  test('the verdict names both ways, and counts silence', () => {
    const a = sample({ atMs: 0 })
    const b = sample({ atMs: 1000, packetsSent: 50, packetsReceived: 50 })
    const c = sample({ atMs: 2000, packetsSent: 100, packetsReceived: 50 })
    const first = qualityBetween(a, b)
    assert.deepEqual([first.sending, first.receiving, first.silentS], [true, true, 0])
    const second = qualityBetween(b, c, first)
    assert.deepEqual(
      [second.sending, second.receiving, second.silentS, second.grade],
      [true, false, 1, 'none'],
    )
  })
  test('the alarm needs three bad of five and three good to clear', () => {
    const alarm = createAlarm()
    const told = [true, false, true, false, true, false, false, true, false, false, false].map(alarm)
    assert.deepEqual(told, [false, false, false, false, true, true, true, true, true, true, false])
  })
})

describe('devices', () => {
  test('a chosen headset that is gone gives way to what is there', async () => {
    const world = createFakeWorld()
    const devices = createDevices({ world, choice: { microphone: 'headset' } })
    const moved: string[] = []
    devices.changed.on((kind) => moved.push(kind))
    world.plug({ kind: 'audioinput', deviceId: 'headset', label: 'Headset' })
    await settle()
    assert.equal((await devices.microphone()).id, 'headset')
    world.plug({ kind: 'audioinput', deviceId: 'inner', label: 'Built in' })
    await settle()
    assert.deepEqual(moved, ['microphone'])
    assert.equal((await devices.microphone()).id, 'default')
  })
  test('each reason has its own words', () => {
    const name = (error: string) => captureTrouble('microphone', new DOMException('no', error)).name
    assert.deepEqual(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'OddError'].map(name), [
      'microphone-blocked',
      'microphone-absent',
      'microphone-busy',
      'microphone-failed',
    ])
  })
})

describe('tabs', () => {
  /** Locks as the browser has them, for one name. */
  const createLocks = () => {
    let holder: { lost(): void } | undefined
    const waiting: (() => void)[] = []
    const request = (_: string, options: LockOptions, use: (lock: unknown) => Promise<unknown>) => {
      if (options.ifAvailable && holder) return use(null)
      return new Promise((done, failed) => {
        const grant = () => {
          const mine = { lost: () => failed(new DOMException('stolen', 'AbortError')) }
          holder = mine
          void use({}).then((value) => {
            if (holder === mine) {
              holder = undefined
              waiting.shift()?.()
            }
            done(value)
          })
        }
        if (options.steal) {
          holder?.lost()
          grant()
        } else if (holder) waiting.push(grant)
        else grant()
      })
    }
    return { request } as unknown as Pick<LockManager, 'request'>
  }

  test('the first holds the line, the second says so, takes it, and gives it back', async () => {
    const locks = createLocks()
    const states: Record<string, TabState> = {}
    const tab = (id: string) =>
      createOneTab({
        ...{ locks, name: 'phone' },
        onState: (state) => {
          states[id] = state
        },
      })
    tab('a')
    await settle()
    const b = tab('b')
    await settle()
    assert.deepEqual(states, { a: 'mine', b: 'elsewhere' })
    b.take()
    await settle()
    assert.deepEqual(states, { a: 'elsewhere', b: 'mine' })
    b.leave()
    await settle()
    assert.equal(states.a, 'mine')
  })
})
