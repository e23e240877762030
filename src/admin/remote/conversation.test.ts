import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse } from '../../../test/support/house.ts'
import { type Remote, withRemote } from '../../../test/support/remote.ts'

const here = (work: (remote: Remote, house: ReturnType<typeof aHouse>) => Promise<void>) => async () => {
  const house = aHouse()
  await withRemote(house, (remote) => work(remote, house))
}

describe("the manual's examples, 6.7", () => {
  test(
    'config_get with a message_id',
    here(async (remote) => {
      const client = await remote.connect()
      const { message_id, message, type, name, logs, time } = await client.ask({
        message: 'config_get',
        message_id: 'foo',
      })
      assert.deepEqual(
        { message_id, message, type, name },
        { message_id: 'foo', message: 'config_get', type: 'IMS', name: 'IMS' },
      )
      assert.equal(typeof time, 'number')
      const { layers, count } = logs as { layers: Record<string, unknown>; count: number }
      assert.deepEqual(layers.sip, { level: 'info', max_size: -1 })
      assert.deepEqual(Object.keys(layers).slice(0, 4), ['ims', 'sip', 'rx', 'cx'])
      assert.equal(count, 4096)
    }),
  )
  test(
    'an unknown message',
    here(async (remote) => {
      const client = await remote.connect()
      const answer = await client.ask({ message: 'bar', message_id: 'foo' })
      assert.deepEqual(answer, { message_id: 'foo', message: 'bar', error: 'Unknown message: bar' })
    }),
  )
})

describe('an answer', () => {
  test(
    'bears the message_id as it came, of any type and any length, or none',
    here(async (remote) => {
      const client = await remote.connect()
      for (const id of [
        'null',
        '0',
        'true',
        '""',
        '[1,{"a":null}]',
        '{"a":[1.5]}',
        '12345678901234567890',
        '1e400',
        '1.10',
      ]) {
        const heard = new Promise<string>((done) =>
          client.socket.once('message', (data) => done(data.toString())),
        )
        await client.ask({ message: 'help' })
        assert.doesNotMatch(await heard, /message_id/)
        const repeated = new Promise<string>((done) =>
          client.socket.once('message', (data) => done(data.toString())),
        )
        client.sendText(`{"message":"bar","message_id":${id}}`)
        await client.next()
        assert.match(
          await repeated,
          new RegExp(`"message_id":${id.replace(/[[\]{}.]/g, '\\$&').replace('1\\.10', '1\\.10?')}[,}]`),
        )
      }
    }),
  )
  test(
    'bears the name as it was written: hyphen and underscore are the same',
    here(async (remote) => {
      const client = await remote.connect()
      assert.equal((await client.done({ message: 'config-get' })).message, 'config-get')
      assert.equal((await client.done({ message: 'log-get', min: 0 })).message, 'log-get')
    }),
  )
  test(
    'is one for each message of a list, in their order; what is none gets an error',
    here(async (remote) => {
      const client = await remote.connect()
      client.send([
        { message: 'help', message_id: 1 },
        7,
        { message: 'users', message_id: 2 },
        { message_id: 3 },
        null,
      ])
      const answers = [
        await client.next(),
        await client.next(),
        await client.next(),
        await client.next(),
        await client.next(),
      ]
      assert.deepEqual(
        answers.map(({ message_id, message, error }) => [message_id, message, error]),
        [
          [1, 'help', undefined],
          [undefined, undefined, 'A message is an object, not 7'],
          [2, 'users', undefined],
          [3, undefined, 'message: is missing: the name of a message, such as "help"'],
          [undefined, undefined, 'A message is an object, not null'],
        ],
      )
      client.send([])
      assert.equal((await client.ask({ message: 'help', message_id: 9 })).message_id, 9)
    }),
  )
  test(
    'comes when the time has come, and at once for what is past',
    here(async (remote, house) => {
      const client = await remote.connect()
      client.send([
        { message: 'users', message_id: 'late', start_time: 2 },
        { message: 'users', message_id: 'past', start_time: -5 },
        {
          message: 'users',
          message_id: 'soon',
          start_time: house.timers.clock.wallMs() / 1000 + 1,
          absolute_time: true,
        },
        { message: 'users', message_id: 'now' },
      ])
      assert.deepEqual([(await client.next()).message_id, (await client.next()).message_id], ['past', 'now'])
      await house.pass(900)
      assert.equal((await client.done({ message: 'help' })).message, 'help')
      await house.pass(200)
      assert.equal((await client.next()).message_id, 'soon')
      await house.pass(1000)
      assert.equal((await client.next()).message_id, 'late')
    }),
  )
  test(
    'of those that cannot wait says so',
    here(async (remote) => {
      const client = await remote.connect()
      for (const message of ['log_get', 'log-reset', 'config_get', 'config_set', 'stats'])
        assert.equal(
          (await client.ask({ message, start_time: 1 })).error,
          `start_time: ${message} can't be executed in future`,
        )
      const far = await client.ask({ message: 'help', start_time: 1e9 })
      assert.match(far.error ?? '', /^start_time: at most \d+ s ahead/)
    }),
  )
  test(
    'names what is wrong and what would be right',
    here(async (remote) => {
      const client = await remote.connect()
      const errorOf = async (value: unknown): Promise<string> => (await client.ask(value)).error ?? ''
      assert.match(await errorOf({ message: 'sms', impi: 7 }), /^impi: a string .* is needed, not 7$/)
      assert.match(await errorOf({ message: 'dialog_stop' }), /^session_id: is missing/)
      assert.match(
        await errorOf({ message: 'log_get', min: 'x' }),
        /^min: an integer from 0 to 65536 is needed, not "x"/,
      )
      assert.match(
        await errorOf({ message: 'log_get', layers: { nas: 'debug' } }),
        /^layers\.nas: unknown; known are ims, sip/,
      )
      assert.match(
        await errorOf({ message: 'config_set', sms_expirse: 7 }),
        /^sms_expirse: unknown; known are/,
      )
      assert.match(await errorOf({ message: 'register', register: 'calls' }), /^Unknown event: calls/)
      assert.match(await errorOf({ message: 'help', start_time: 'x' }), /^start_time: a number is needed/)
    }),
  )
})

describe('a client', () => {
  test(
    'learns what there is to say',
    here(async (remote) => {
      const client = await remote.connect()
      const { messages, events } = await client.done({ message: 'help' })
      assert.deepEqual(events, ['sms', 'users_update'])
      assert.equal((messages as string[]).length, 16)
      for (const message of messages as string[])
        assert.doesNotMatch(
          (await client.ask({ message, quit: 1, start_time: 'never' })).error ?? '',
          /^Unknown message/,
        )
    }),
  )
  test(
    'reads statistics, which begin anew with every reading',
    here(async (remote, house) => {
      const counts = {
        messages: { sip_register_rx: 2 } as Record<string, number>,
        errors: {} as Record<string, number>,
      }
      await withRemote(
        house,
        async (counting) => {
          const [one, other] = [await counting.connect(), await counting.connect()]
          await house.pass(1500)
          const first = await one.done({ message: 'stats' })
          assert.equal(first.time, 1.5)
          assert.deepEqual(first.counters, { messages: { sip_register_rx: 2 }, errors: {} })
          assert.deepEqual(Object.keys(first.cpu as object), ['global'])
          counts.messages.sip_register_rx = 5
          counts.errors.sip_malformed = 1
          const second = await other.done({ message: 'stats' })
          assert.deepEqual(second.counters, {
            messages: { sip_register_rx: 3 },
            errors: { sip_malformed: 1 },
          })
          const third = await one.done({ message: 'stats' })
          assert.deepEqual(third.counters, { messages: {}, errors: {} })
          assert.equal(third.instance_id, first.instance_id)
        },
        { counters: () => counts },
      )
      assert.equal(remote.quits, 0)
    }),
  )
  test(
    'stops the server, and is answered first',
    here(async (remote) => {
      const client = await remote.connect()
      await client.done({ message: 'quit', message_id: 1 })
      for (let tries = 0; remote.quits === 0 && tries < 100; tries++)
        await new Promise((resume) => setTimeout(resume, 5))
      assert.equal(remote.quits, 1)
    }),
  )
  test(
    'leaves what it planned behind: it is done all the same',
    here(async (remote, house) => {
      const client = await remote.connect()
      client.send({ message: 'quit', start_time: 1 })
      await client.done({ message: 'help' })
      client.close()
      await client.closed
      await house.pass(1100)
      for (let tries = 0; remote.quits === 0 && tries < 100; tries++)
        await new Promise((resume) => setTimeout(resume, 5))
      assert.equal(remote.quits, 1)
    }),
  )
})
