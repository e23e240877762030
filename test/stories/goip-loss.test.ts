import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SendResult } from '#core'
import type { WaitPoll } from '#goip'
import { aGoipDevice, badPath } from '../support/goip-device.ts'
import { aGoipHouse, aLine } from '../support/goip-house.ts'

const LINES = 20
const ids = Array.from({ length: LINES }, (_, n) => `l${n}`)

/** Twenty lines of four boxes behind one bad path. */
const aTown = (wait_poll: WaitPoll, seed: number) => {
  const house = aGoipHouse({ lines: ids.map((id, n) => aLine({ id, wait_poll, device: `box${n % 4}` })) })
  const { timers } = house
  const path = badPath(timers, { seed })
  const devices = ids.map((id, n) => {
    const socket = house.socket('192.0.2.7', 50_000 + n)
    const device = aGoipDevice({
      ...{ id, password: 'k9', timers, say: (text) => path(() => socket.say(text)) },
    })
    const { flow } = socket
    flow.send = (octets) => {
      path(() => device.hear(Buffer.from(octets, 'latin1').toString('utf8')))
      return true
    }
    return device
  })
  const alive = (): void => {
    for (const device of devices) device.keepalive()
    timers.after(30_000, alive)
  }
  alive()
  /** Turns the clock until it is done, with the turns that promises need. */
  const until = async (done: () => boolean, mostMs: number): Promise<void> => {
    for (let ms = 0; !done(); ms += 100) {
      assert.ok(ms < mostMs, 'it takes too long')
      timers.advance(100)
      for (let turn = 0; turn < 12; turn++) await Promise.resolve()
    }
  }
  return { house, devices, until }
}

describe('10 % of all datagrams lost, 10 % doubled, 20 % out of order', () => {
  for (const poll of ['silent', 'spec'] as const)
    test(`1,000 texts, wait_poll ${poll}: each leaves once, and what was said of it is true`, async () => {
      const { house, devices, until } = aTown(poll, 7)
      await until(
        () => house.sightings.filter(({ state }) => state === 'registered').length >= LINES,
        200_000,
      )
      const results = new Map<string, SendResult>()
      const queue = Array.from({ length: 1000 }, (_, n) => `text ${n}`)
      const work = async (id: string, n: number): Promise<void> => {
        for (let text = queue.shift(); text !== undefined; text = queue.shift()) {
          const to = `+1555${text.slice(5).padStart(4, '0')}`
          const line = house.line(`box${n % 4}/${id}`)
          const result = await house.goip.driver.send(line, { id: text, attempt: 1, to, text, report: true })
          // Refused is certainly not sent: then it is somebody's next text.
          if (result.kind === 'refused') queue.push(text)
          else results.set(text, result)
          await new Promise<void>((resume) => void house.timers.after(100, resume))
        }
      }
      ids.map(work)
      await until(() => results.size === 1000, 3_600_000)
      const left = devices.flatMap((device) => device.left)
      assert.equal(left.length, 1000, 'nothing lost, nothing doubled')
      assert.equal(new Set(left.map(({ text }) => text)).size, 1000)
      for (const { text, to } of left) assert.equal(to, `+1555${text.slice(5).padStart(4, '0')}`)
      const kinds = [...results.values()].map(({ kind }) => kind)
      const unknown = kinds.filter((kind) => kind === 'unknown').length
      assert.ok(unknown <= (poll === 'spec' ? 5 : 40), `${unknown} unknown`)
    })

  test('500 texts and 500 reports come in: each is kept once, none is acknowledged that is not', async () => {
    const { house, devices, until } = aTown('silent', 11)
    await until(() => house.sightings.filter(({ state }) => state === 'registered').length >= LINES, 200_000)
    const heard = new Map<number, boolean>()
    for (let n = 0; n < 500; n++) {
      const device = devices[n % LINES] ?? assert.fail()
      const note = (at: number) => (ok: boolean) => void heard.set(at, ok)
      void device.receive('+1555', `text ${n}`).then(note(n))
      void device.report(`${n}`).then(note(500 + n))
    }
    await until(() => heard.size === 1000, 100_000)
    const kept = house.texts.map(({ text }) => text)
    assert.equal(new Set(kept).size, kept.length)
    for (let n = 0; n < 500; n++) {
      if (heard.get(n)) assert.ok(kept.includes(`text ${n}`))
      if (heard.get(500 + n)) assert.ok(house.reports.some(({ reference }) => reference === `${n}`))
    }
    assert.ok([...heard.values()].filter((ok) => ok).length >= 990)
  })
})
