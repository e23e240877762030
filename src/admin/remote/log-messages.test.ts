import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse } from '../../../test/support/house.ts'
import { type Remote, type RemoteClient, type Said, withRemote } from '../../../test/support/remote.ts'

type Line = {
  idx: number
  data: string[]
  layer: string
  level: string
  ue_id?: number
  dir?: string
  src: string
}
const linesIn = ({ logs }: Said): Line[] => logs as Line[]
const textsIn = (said: Said): string[] => linesIn(said).map(({ data }) => data.join('|'))

const here =
  (work: (remote: Remote, client: RemoteClient, house: ReturnType<typeof aHouse>) => Promise<void>) =>
  async () => {
    const house = aHouse()
    await withRemote(house, async (remote) => work(remote, await remote.connect(), house))
  }
const say = ({ log }: Remote, ...texts: string[]): void => {
  for (const text of texts) log.write('ims', 'info', text)
}
const get = (more: object = {}) => ({ message: 'log_get', ...more })

describe('log_get', () => {
  test(
    'gives what there is, from the oldest line on, then what is new',
    here(async (remote, client) => {
      say(remote, 'one', 'two')
      assert.deepEqual(textsIn(await client.done(get())), ['one', 'two'])
      say(remote, 'three')
      assert.deepEqual(textsIn(await client.done(get())), ['three'])
      assert.deepEqual(textsIn(await client.done(get({ min: 0 }))), [])
      const other = await remote.connect()
      assert.deepEqual(textsIn(await other.done(get({ max: 2 }))), ['one', 'two'])
      assert.deepEqual(textsIn(await other.done(get({ max: 2 }))), ['three'])
    }),
  )
  test(
    'has the fields of the manual',
    here(async (remote, client) => {
      remote.log.setOptions('sip.level=debug')
      remote.log.write('sip', 'debug', 'REGISTER sip:x', {
        dir: 'FROM',
        user: 'sip:bob@tandem.test',
        payload: 'A: 1\r\nB: 2\r\n',
      })
      const [line] = (await client.done(get())).logs as Record<string, unknown>[]
      const { timestamp, ...rest } = line as { timestamp: number }
      assert.deepEqual(rest, {
        ...{ data: ['REGISTER sip:x', 'A: 1', 'B: 2'], layer: 'sip', level: 'debug', dir: 'FROM' },
        ...{ ue_id: 2, user: 'sip:bob@tandem.test', src: 'IMS', idx: 1 },
      })
      assert.ok(timestamp >= 0 && timestamp < 86_400)
    }),
  )
  test(
    'counts from the start where the log does',
    here(async (remote, client, house) => {
      remote.log.setOptions('time=sec')
      await house.pass(2500)
      say(remote, 'later')
      const [line] = (await client.done(get())).logs as { timestamp: number }[]
      assert.equal(line?.timestamp, 2.5)
    }),
  )
  test(
    'waits for min, and no longer than timeout after the last line',
    here(async (remote, client, house) => {
      client.send(get({ min: 3, timeout: 2 }))
      await client.done({ message: 'help' })
      await house.pass(5000)
      assert.equal(client.left.length, 0, 'without a line there is no answer')
      say(remote, 'one')
      await house.pass(1900)
      say(remote, 'two')
      await house.pass(1900)
      await client.done({ message: 'help' })
      say(remote, 'three')
      assert.deepEqual(textsIn(await remote.patiently(client.next())), ['one', 'two', 'three'])
      client.send(get({ min: 9, timeout: 2 }))
      await client.done({ message: 'help' })
      say(remote, 'four')
      assert.deepEqual(textsIn(await remote.patiently(client.next())), ['four'])
    }),
  )
  test(
    'is one for each client: the next one releases it, with what there is',
    here(async (remote, client, house) => {
      client.send(get({ min: 50, message_id: 1 }))
      await client.done({ message: 'help' })
      say(remote, 'one')
      await house.pass(100)
      client.send(get({ min: 50, message_id: 2 }))
      const first = await client.next()
      assert.deepEqual([first.message_id, textsIn(first)], [1, ['one']])
      client.send(get({ min: 0, message_id: 3 }))
      const [second, third] = [await client.next(), await client.next()]
      assert.deepEqual([second.message_id, textsIn(second), third.message_id], [2, [], 3])
    }),
  )
  test(
    'filters by layer and level, in capitals too, by ue_id, and knows no rnti',
    here(async (remote, client) => {
      remote.log.setOptions('all.level=debug')
      remote.log.write('sip', 'info', 'sip info', { user: 'alice@tandem.test' })
      remote.log.write('sip', 'debug', 'sip debug', { user: 'bob' })
      remote.log.write('ims', 'info', 'ims info')
      const other = await remote.connect()
      assert.deepEqual(textsIn(await other.done(get({ layers: { SIP: 'info' } }))), ['sip info'])
      const third = await remote.connect()
      assert.deepEqual(textsIn(await third.done(get({ layers: { sip: 'debug', ims: 'none' }, min: 2 }))), [
        'sip info',
        'sip debug',
      ])
      assert.deepEqual(textsIn(await (await remote.connect()).done(get({ ue_id: 2 }))), ['sip debug'])
      assert.deepEqual(textsIn(await client.done(get({ rnti: 61, min: 0 }))), [])
    }),
  )
  test(
    'tells of lines that were lost, not of those that were reset',
    here(async (remote, client) => {
      say(remote, 'one')
      await client.done(get())
      remote.log.setRingSize(3)
      say(remote, 'two', 'three', 'four', 'five', 'six')
      const late = await client.done(get())
      assert.deepEqual([textsIn(late), late.discontinuity], [['four', 'five', 'six'], 2])
      say(remote, 'seven')
      await client.done({ message: 'log_reset' })
      say(remote, 'eight')
      const after = await client.done(get())
      assert.deepEqual([textsIn(after), after.discontinuity], [['eight'], undefined])
      const fresh = await (await remote.connect()).done(get())
      assert.deepEqual([textsIn(fresh), fresh.discontinuity], [['eight'], undefined])
    }),
  )
  test(
    'does not feed on itself',
    here(async (remote, client, house) => {
      remote.log.setOptions('all.level=debug')
      await client.done(get({ min: 0 }))
      client.send(get())
      await client.done({ message: 'config_set' })
      assert.match(textsIn(await remote.patiently(client.next())).join(), /config_set/)
      client.send(get())
      await new Promise((resume) => setTimeout(resume, 20))
      await house.pass(3000)
      await new Promise((resume) => setTimeout(resume, 20))
      assert.equal(client.left.length, 0)
    }),
  )
  test(
    'gives a flood in pieces',
    here(async (remote, client) => {
      remote.log.setOptions('sip.level=debug')
      const payload = 'x'.repeat(20_000)
      for (let n = 0; n < 400; n++) remote.log.write('sip', 'debug', `line ${n}`, { payload })
      let [answers, got] = [0, 0]
      while (got < 400) {
        const lines = linesIn(await client.done(get({ max: 65_536 })))
        assert.equal(lines[0]?.data[0], `line ${got}`)
        got += lines.length
        answers++
      }
      assert.ok(answers >= 3, `${answers}`)
    }),
  )
})
