import assert from 'node:assert/strict'
import { connect as connectTcp } from 'node:net'
import { describe, test } from 'node:test'
import { createTimers } from '#lib/timers'
import { aHouse, aSubscriber } from '../../../test/support/house.ts'
import { type Remote, type RemoteClient, withRemote } from '../../../test/support/remote.ts'

/** On the true clock, which the bounds on rates need. */
const here = (work: (remote: Remote, client: RemoteClient) => Promise<void>) => async () => {
  await withRemote(aHouse(), async (remote) => work(remote, await remote.connect()), {
    timers: createTimers(),
  })
}
const lives = async (remote: Remote): Promise<void> => {
  await (await remote.connect()).done({ message: 'help' })
}

/** Repeatable. */
const dice = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
  return seed / 0x7fffffff
}

describe('whoever sends', () => {
  test(
    'what is no JSON is told so, and may go on',
    here(async (_remote, client) => {
      for (const text of [
        '',
        ' ',
        'hello',
        '{',
        '{"message":"help"',
        "{'message':'help'}",
        '{message:"help"}',
        '\u0000',
        '[1,]',
        'NaN',
      ]) {
        client.sendText(text)
        assert.match((await client.next()).error ?? '', /^JSON: /, text)
      }
      await client.done({ message: 'help' })
    }),
  )
  test(
    'JSON of the wrong kind is told what a message is',
    here(async (_remote, client) => {
      for (const value of [
        1,
        'help',
        null,
        true,
        { message: 7 },
        { message: null },
        { message: '' },
        { Message: 'help' },
        {},
      ])
        assert.match((await client.ask(value)).error ?? '', /^(A message is an object|message: is missing)/)
      assert.match((await client.ask({ message: 'x'.repeat(9000) })).error ?? '', /^Unknown message: x{100}$/)
      for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
        assert.equal((await client.ask({ message: name })).error, `Unknown message: ${name}`)
      client.sendText('{"message":"config_set","__proto__":{"dialog_timeout":0}}')
      assert.match((await client.next()).error ?? '', /^__proto__: unknown/)
      client.sendText('{"message":"config_set","logs":{"layers":{"__proto__":{"level":"debug"}}}}')
      assert.match((await client.next()).error ?? '', /^logs\.layers\.__proto__: unknown/)
    }),
  )
  test(
    'deep nesting is refused without falling in',
    here(async (_remote, client) => {
      for (const text of [
        '['.repeat(100_000),
        '{"a":'.repeat(40_000),
        `{"message":"help","message_id":${'['.repeat(40)}${']'.repeat(40)}}`,
      ]) {
        client.sendText(text)
        assert.equal((await client.next()).error, 'JSON: nested deeper than 32')
      }
      client.sendText(`{"message":"help","message_id":"${'['.repeat(100)}\\"{"}`)
      assert.equal((await client.next()).error, undefined)
    }),
  )
  test(
    'a huge frame loses the connection, the others nothing',
    here(async (remote, client) => {
      client.sendText(`{"message":"help","message_id":"${'x'.repeat(300 * 1024)}"}`)
      assert.equal(await client.closed, 1009)
      await lives(remote)
    }),
  )
  test(
    'a huge list is told so',
    here(async (_remote, client) => {
      client.send(Array.from({ length: 1001 }, () => ({ message: 'help' })))
      assert.match((await client.next()).error ?? '', /at most 1000 messages/)
      client.send(Array.from({ length: 1000 }, (_, at) => ({ message: 'register', message_id: at })))
      for (let at = 0; at < 1000; at++) assert.equal((await client.next()).message_id, at)
    }),
  )
  test(
    'members of every wrong type, nothing breaks and nothing changes',
    here(async (remote, client) => {
      const before = await client.done({ message: 'config_get' })
      const values = [
        null,
        -1,
        1.5,
        1e300,
        '',
        'x',
        '\u0000',
        [],
        [[]],
        {},
        { layers: null },
        { count: -1 },
        'x'.repeat(5000),
      ]
      const names =
        'impi impu text binary dcs pid validity sender uri session_id min max timeout ue_id layers logs'.split(
          ' ',
        )
      const { messages } = await client.done({ message: 'help' })
      for (const message of messages as string[])
        for (const name of [
          ...names,
          'sms_expires',
          'register',
          'start_time',
          'absolute_time',
          'sip_file',
          'force_sms_over_sg',
        ])
          for (const value of values) {
            if (message === 'quit' || message === 'log_get' || message === 'stats') continue
            if (name === 'start_time' && typeof value === 'number') continue
            const answer = await client.ask({ message, [name]: value, message_id: name })
            assert.equal(answer.message_id, name)
            assert.doesNotMatch(answer.error ?? '', /Internal/)
          }
      const after = await client.done({ message: 'config_get' })
      assert.deepEqual({ ...after, time: 0 }, { ...before, time: 0 })
      assert.doesNotMatch(JSON.stringify(remote.log.read({}).items), /bug:/)
    }),
  )
  test(
    'mutated messages, each gets an answer',
    here(async (_remote, client) => {
      const roll = dice(7)
      const seeds = [
        '{"message":"sms","impi":"bob@tandem.test","text":"hi","dcs":4,"message_id":{"a":[1,2]}}',
        '[{"message":"config_set","logs":{"layers":{"sip":{"level":"debug"}}}},{"message":"users"}]',
        '{"message":"sms","impu":"tel:+1","binary":"AAECAw==","tp_udhi_present":true,"start_time":1e9}',
      ]
      let asked = 0
      for (let n = 0; n < 1500; n++) {
        const letters = [...(seeds[n % seeds.length] as string)]
        for (let hits = 1 + Math.floor(roll() * 3); hits > 0; hits--)
          letters[Math.floor(roll() * letters.length)] = String.fromCharCode(Math.floor(roll() * 256))
        client.sendText(letters.join(''))
        client.send({ message: 'register', message_id: `end ${n}` })
        for (
          let answer = await client.next();
          answer.message_id !== `end ${n}`;
          answer = await client.next()
        ) {
          asked++
          assert.doesNotMatch(answer.error ?? '', /Internal/)
        }
      }
      assert.ok(asked >= 1400, `${asked}`)
    }),
  )
  test(
    'too many messages for later is told so',
    here(async (_remote, client) => {
      for (let n = 0; n < 11; n++)
        client.send(Array.from({ length: 100 }, () => ({ message: 'help', start_time: 3600 })))
      for (let n = 0; n < 100; n++) assert.match((await client.next()).error ?? '', /too many messages wait/)
      await client.done({ message: 'help' })
      assert.equal(client.left.length, 0)
    }),
  )
})

describe('whoever', () => {
  test(
    'asks for logs all the time is answered every time, and holds up nobody',
    here(async (remote, client) => {
      for (let n = 0; n < 2000; n++) client.send({ message: 'log_get', min: 99, message_id: n })
      for (let n = 0; n < 1999; n++) assert.equal((await client.next()).message_id, n)
      await lives(remote)
    }),
  )
  test('does not read is not asked after: no more is made for it than fits', async () => {
    const people = Array.from({ length: 3000 }, (_, n) => aSubscriber(`user${n}`))
    const house = aHouse({ subscribers: people })
    let made = 0
    const pending = (): ReturnType<typeof house.messages.pending> => {
      made++
      return house.messages.pending()
    }
    const more = { timers: createTimers(), messages: { ...house.messages, pending } }
    await withRemote(
      house,
      async (remote) => {
        const slow = await remote.connect()
        slow.socket.pause()
        for (let n = 0; n < 200; n++) slow.send({ message: 'users', message_id: n })
        let last = -1
        while (made === 0 || made !== last) {
          last = made
          await new Promise((resume) => setTimeout(resume, 100))
        }
        // 300 KB each: what the kernel takes, and one MiB.
        assert.ok(made < 60, `${made} answers were made`)
        await lives(remote)
        slow.socket.resume()
        for (let n = 0; n < 200; n++) assert.equal((await slow.next()).message_id, n)
      },
      more,
    )
  })
  test('connects and says nothing, or what is no WebSocket, keeps nobody out', async () => {
    await withRemote(aHouse(), async (remote) => {
      const port = Number(new URL(remote.url).port)
      const sockets = Array.from({ length: 200 }, (_, n) => {
        const socket = connectTcp(port, '127.0.0.1').on('error', () => {})
        if (n % 2) socket.write(n % 4 === 1 ? 'GET / HTTP/1.1\r\nX: ' : Buffer.from([0x16, 3, 1, 255, 255]))
        return socket
      })
      await lives(remote)
      for (const socket of sockets) socket.destroy()
    })
  })
  test(
    'leaves in the middle of everything leaves nothing behind',
    here(async (remote, client) => {
      for (let n = 0; n < 20; n++) {
        const other = await remote.connect()
        other.send({ message: 'register', register: ['sms', 'users_update'] })
        other.send({ message: 'log_get', min: 4096 })
        for (let at = 0; at < 50; at++) other.send({ message: 'users' })
        other.socket.terminate()
      }
      await client.done({ message: 'help' })
      await lives(remote)
    }),
  )
})
