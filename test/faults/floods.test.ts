import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import {
  aStranger,
  aStream,
  authorizationOf,
  headerOf,
  registerRaw,
  requestText,
  type Stranger,
  statusOf,
  token,
} from '../support/raw-sip.ts'
import { md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { createWitness, residentMb, type Witness } from '../support/vitals.ts'
import { sleep, until } from '../support/wait.ts'

/** Bounds of the house, as docs/hostile-input.md has them. */
const INVITES_PER_SOURCE = 200
const CONNECTIONS_PER_SOURCE = 200
const CONTACTS_PER_USER = 10
const BLOCK_AFTER = 20
const CROWD = '127.0.0.9'

describe('a house under floods', () => {
  let house: Tandem
  let witness: Witness
  before(async () => {
    house = await startTandem({
      config: {
        log_options: 'all.level=info',
        ue_db: [md5User('alice', 'wonder'), md5User('bob', 'builder')],
        security: { exempt: [CROWD], block_after: BLOCK_AFTER },
        // Timer H and its kin within the test's time.
        ...{ timer_t1: 0.03, timer_t2: 0.2, timer_t4: 0.2 },
      },
    })
    witness = await createWitness(house)
    await witness.register('bob', 'builder')
    // The heap of a house that has seen traffic is what floods are compared with.
    const crowd = await aStranger(house, CROWD)
    await flood(crowd, 30_000, 500, () => requestText({ method: 'OPTIONS', via: crowd.via }))
    crowd.close()
  })
  after(async () => {
    witness?.close()
    await house?.stop()
  })

  /** Sends in bursts that the socket's buffer holds; between them the house must serve others. */
  const flood = async (stranger: Stranger, count: number, burst: number, make: (i: number) => string) => {
    for (let sent = 0; sent < count; sent += burst) {
      for (let i = sent; i < sent + burst; i++) stranger.send(make(i))
      const ms = await witness.options()
      assert.ok(ms < 1000, `OPTIONS took ${Math.round(ms)} ms amid the flood`)
    }
  }
  const within = async (megabytes: number, act: () => Promise<void>): Promise<void> => {
    const beforeMb = residentMb(house)
    await act()
    const grown = residentMb(house) - beforeMb
    assert.ok(grown <= megabytes, `grown by ${Math.round(grown)} MB`)
  }
  const answers = ({ counts }: Stranger): number => [...counts.values()].reduce((sum, one) => sum + one, 0)

  test('of wrong passwords: their source is heard no more, others are', async () => {
    const guesser = await aStranger(house, '127.0.0.5')
    const register = (headers: string[]): string =>
      requestText({
        method: 'REGISTER',
        via: guesser.via,
        headers: ['Contact: <sip:alice@127.0.0.5>', ...headers],
      })
    const challenge = headerOf((await guesser.ask(register([]))) ?? '', 'WWW-Authenticate') ?? ''
    const wrong = authorizationOf(challenge, 'alice@tandem.test', 'not hers', 'REGISTER')
    await within(60, async () => {
      await flood(guesser, 50_000, 1000, () => register([`Authorization: ${wrong}`]))
      // The last refusals were held back for up to four seconds.
      await sleep(4200)
    })
    const refused = guesser.counts.get(403) ?? 0
    assert.ok(refused >= 1 && refused <= BLOCK_AFTER, `${refused} refusals`)
    assert.ok(answers(guesser) <= BLOCK_AFTER + 1, `${answers(guesser)} answers`)
    assert.equal(await guesser.ask(requestText({ method: 'OPTIONS', via: guesser.via }), 700), undefined)
    guesser.close()
    await witness.register('bob', 'builder')
    await witness.finds()
  })

  test('of INVITEs: past the bound 503 with Retry-After, and free again afterwards', async () => {
    const caller = await aStranger(house, '127.0.0.6')
    let without = 0
    caller.onMessage = (text) => {
      if (statusOf(text) === 503 && !headerOf(text, 'Retry-After')) without++
    }
    const invite = (): string =>
      requestText({ method: 'INVITE', uri: 'sip:600@tandem.test', to: '600', via: caller.via })
    await within(60, () => flood(caller, 30_000, 250, invite))
    const refused = caller.counts.get(503) ?? 0
    assert.ok(refused > 15_000, `${refused} times 503`)
    assert.equal(without, 0, '503 without Retry-After')
    const trying = caller.counts.get(100) ?? 0
    assert.ok(trying >= INVITES_PER_SOURCE && trying < 10_000, `${trying} taken on`)
    await until(
      'a place for a further INVITE',
      async () => statusOf((await caller.ask(invite(), 400)) ?? '') === 407,
    )
    caller.close()
    await witness.finds()
  })

  test('of contacts: a user has ten, and the others are refused', async () => {
    const greedy = await aStranger(house, '127.0.0.7')
    const results = new Map<number, number>()
    for (let i = 0; i < 2000; i++) {
      // The second half comes by tens, beside each other.
      const contact = `<sip:alice@127.0.0.7:${10_000 + i}>`
      const status = statusOf(await registerRaw(greedy, 'alice', 'wonder', contact, 600))
      results.set(status, (results.get(status) ?? 0) + 1)
    }
    greedy.close()
    assert.deepEqual(
      [...results],
      [
        [200, CONTACTS_PER_USER],
        [403, 2000 - CONTACTS_PER_USER],
      ],
    )
    await witness.finds()
  })

  test('of half-open connections: so many of one source, and a bound on all', async () => {
    const sockets = []
    let [cut, stood] = [0, 0]
    for (let source = 0; source < 20; source++) {
      for (let i = 0; i < 250; i++) {
        const socket = connect({
          host: '127.0.0.1',
          port: house.ports.sip,
          localAddress: `127.0.1.${source + 1}`,
        })
        socket.on('error', () => {}).on('close', () => cut++)
        socket.on('connect', () => {
          stood++
          // Slow senders: the beginning of a message that never goes on.
          socket.write('OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/T')
        })
        sockets.push(socket.unref())
      }
      await until('the connections stand or fall', () => stood >= sockets.length, { everyMs: 5 })
    }
    const spare = 20 * (250 - CONNECTIONS_PER_SOURCE)
    await until('those past the bound are cut', () => cut >= spare)
    assert.equal(cut, spare)
    await witness.finds()
    const honest = await aStream(house.ports.sip, { from: '127.0.0.2' })
    honest.socket.write(requestText({ method: 'OPTIONS', via: 'SIP/2.0/TCP 127.0.0.2' }))
    await until('an answer over TCP', () => honest.text.startsWith('SIP/2.0 200'))
    honest.socket.destroy()
    for (const socket of sockets) socket.destroy()
  })

  test('of large and deep messages: each is answered or dropped in no time', async () => {
    const vast = await aStranger(house, '127.0.0.8')
    const many = (line: string, times: number): string[] => Array.from({ length: times }, () => line)
    const commas = (value: string, times: number): string => many(value, times).join(',')
    const { via } = vast
    const route = '<sip:127.0.0.1;lr>'
    const large = [
      requestText({ method: 'OPTIONS', via, headers: [`X: ${'a'.repeat(60_000)}`] }),
      requestText({ method: 'OPTIONS', via, headers: many('X: y', 10_000) }),
      requestText({ method: 'OPTIONS', via, headers: many('Via: SIP/2.0/UDP a;branch=z9hG4bK1', 1700) }),
      requestText({ method: 'OPTIONS', via, headers: [`Via: ${commas('SIP/2.0/UDP a', 4000)}`] }),
      requestText({ method: 'OPTIONS', via, headers: [`Route: ${commas(route, 3000)}`] }),
      requestText({ method: 'INVITE', via, headers: many(`Record-Route: ${route}`, 1500) }),
      requestText({ method: 'REGISTER', via, headers: [`Contact: ${commas('<sip:a@b>', 6000)}`] }),
      requestText({ method: 'REGISTER', via, headers: [`Authorization: Digest ${commas('a="b"', 9000)}`] }),
      requestText({ method: 'OPTIONS', via, headers: [`Require: ${commas('x', 30_000)}`] }),
      requestText({
        method: 'OPTIONS',
        via,
        headers: [`X: ${'\\"'.repeat(29_000)}`, `Subject: ${'('.repeat(500)}`],
      }),
      requestText({ method: 'OPTIONS', via, uri: `sip:${'a;b=c'.repeat(10_000)}` }),
      requestText({ method: 'OPTIONS', via, from: `<sip:${'%61'.repeat(15_000)}@a>` }),
      requestText({
        method: 'INVITE',
        via,
        headers: ['Content-Type: application/sdp'],
        body: `v=0\r\n${'m=audio 1 RTP/AVP 0\r\na=x\r\n'.repeat(2300)}`,
      }),
      requestText({ method: 'OPTIONS', via }).replace('Content-Length: 0', 'Content-Length: 65535'),
      requestText({ method: 'OPTIONS', via }).replace('Content-Length: 0', 'Content-Length: -1'),
      requestText({ method: 'OPTIONS', via, headers: many(' folded', 8000) }),
      '\r\n'.repeat(32_000),
      '\0'.repeat(65_000),
    ]
    await within(60, async () => {
      for (let round = 0; round < 20; round++) {
        for (const text of large) vast.send(text.slice(0, 65_400))
        const ms = await witness.options()
        assert.ok(ms < 1000, `OPTIONS took ${Math.round(ms)} ms`)
      }
    })
    vast.close()
    await witness.finds()
  })

  test('of lies about Content-Length on streams: an answer or an end, and no waiting room', async () => {
    // So many answers a second go to those who write nonsense, and the large messages took them all.
    await sleep(1000)
    for (const length of ['65536', '999999999', '4294967297', '-1', 'abc', '', '5, 6']) {
      const stream = await aStream(house.ports.sip, { from: '127.0.0.8' })
      const text = requestText({ method: 'OPTIONS', via: 'SIP/2.0/TCP 127.0.0.8' })
      stream.socket.write(text.replace('Content-Length: 0', `Content-Length: ${length}`))
      await until(`an end for ${length}`, () => stream.closed)
      assert.match(stream.text, /^SIP\/2\.0 4(00|13) /, `Content-Length: ${length}`)
    }
    const endless = await aStream(house.ports.sip, { from: '127.0.0.8' })
    for (let i = 0; i < 40 && !endless.closed; i++) {
      endless.socket.write(i === 0 ? 'OPTIONS sip:a SIP/2.0\r\nX: ' : 'x'.repeat(8192))
      await sleep(1)
    }
    await until('an end of the endless header', () => endless.closed)
    await witness.finds()
  })

  /** One masked frame, RFC 6455 §5.2, mask 0. */
  const frame = (opcode: number, octets: string): Buffer => {
    const long = octets.length > 125
    const head = [0x80 | opcode, 0x80 | (long ? 126 : octets.length)]
    if (long) head.push(octets.length >> 8, octets.length & 0xff)
    return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(octets, 'latin1')])
  }
  const inWebSocket = (): string => requestText({ method: 'OPTIONS', via: 'SIP/2.0/WS x.invalid' })
  for (const [what, make] of [
    ['pings', () => frame(9, 'a'.repeat(125))],
    ['requests', () => frame(1, inWebSocket())],
  ] as const)
    test(`of WebSocket ${what} from one who never reads: cut, and no memory held`, async () => {
      const webSocket = new WebSocket(`ws://127.0.0.1:${house.ports.ws}`, 'sip', { localAddress: CROWD })
      webSocket.on('error', () => {})
      await new Promise((resolve) => webSocket.once('open', resolve))
      const { _socket: socket } = webSocket as unknown as { _socket: Socket }
      let closed = false
      socket.on('close', () => {
        closed = true
      })
      socket.pause()
      await within(60, async () => {
        for (let round = 0; round < 1500 && !closed; round++) {
          const some = Array.from({ length: 65_536 / make().length }, make)
          if (!socket.write(Buffer.concat(some)) && !closed) await sleep(1)
          if (round % 100 === 0) await witness.options()
        }
      })
      // Who does not read does not see the end either, until he tries to write.
      await until('the end', () => {
        if (!closed) socket.write(make())
        return closed
      })
      await witness.finds()
    })

  test('of requests from one who never reads his answers over TCP: cut', async () => {
    const stream = connect({ host: '127.0.0.1', port: house.ports.sip, localAddress: '127.0.0.8' })
    let closed = false
    stream
      .on('error', () => {})
      .on('close', () => {
        closed = true
      })
    stream.pause()
    const text = requestText({ method: 'OPTIONS', via: 'SIP/2.0/TCP 127.0.0.8', headers: [`X: ${token()}`] })
    await within(60, async () => {
      for (let round = 0; round < 2000 && !closed; round++) {
        for (let i = 0; i < 20; i++) stream.write(text.replace(/branch=\w+/, `branch=z9hG4bK${round}x${i}`))
        if (round % 50 === 0) await witness.options()
        else await sleep(1)
      }
    })
    assert.ok(closed, 'the connection is still there')
    await witness.finds()
  })
})
