import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { globSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { type Chance, createChance, mutated, noise } from '../support/mutations.ts'
import { answerAll, callRaw, sdpOf } from '../support/raw-call.ts'
import { aStranger, aStream, requestText } from '../support/raw-sip.ts'
import { API_KEY, MEDIA_PORTS, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { bugsOf, createWitness, residentMb, type Witness } from '../support/vitals.ts'
import { sleep } from '../support/wait.ts'

/** Other damage at every run: FAULTS_SEED=$RANDOM. */
const SEED = Number(process.env.FAULTS_SEED ?? 2)
const SENDER = '127.0.0.3'
const via = `SIP/2.0/UDP ${SENDER}:5060`
const headers = [`Contact: <sip:alice@${SENDER}:5060>;expires=60;q=0.5;+sip.instance="<urn:uuid:1>"`]
const digest = `Digest username="alice@tandem.test",realm="tandem.test",nonce="0123456789abcdef01234567",uri="sip:tandem.test",response="0123456789abcdef0123456789abcdef",algorithm=MD5,qop=auth,nc=00000001,cnonce="c"`
const sdp = ['Content-Type: application/sdp']

/** Real traffic beside the fixtures. */
const traffic = [
  requestText({ method: 'REGISTER', via, headers: [...headers, `Authorization: ${digest}`] }),
  requestText({ method: 'REGISTER', via, headers: ['Contact: *', 'Expires: 0', 'Path: <sip:edge;lr>'] }),
  requestText({ method: 'INVITE', via, headers: [...headers, ...sdp], body: sdpOf(SENDER, 4000), to: '600' }),
  requestText({ method: 'INVITE', via, headers: [...headers, `Proxy-Authorization: ${digest}`], to: '600' }),
  requestText({ method: 'SUBSCRIBE', via, headers: ['Event: reg', 'Expires: 600', ...headers] }),
  requestText({ method: 'OPTIONS', via, headers: ['Route: <sip:a;lr>, <sip:b;lr>', 'Require: 100rel'] }),
  ...['CANCEL', 'BYE', 'PRACK', 'UPDATE', 'INFO', 'MESSAGE'].map((method) => requestText({ method, via })),
  requestText({ method: 'OPTIONS', via }).replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n'),
  requestText({ method: 'INVITE', via, body: sdpOf(SENDER, 4000) }).replace(/^.*\r\n/, 'SIP/2.0 183 On\r\n'),
].map((text) => Buffer.from(text, 'latin1'))
const folder = join(import.meta.dirname, '../fixtures/sip')
const seeds = [
  ...traffic,
  ...globSync('*/*.dat', { cwd: folder }).map((name) => readFileSync(join(folder, name))),
]
const damaged = (chance: Chance): Buffer => (chance.below(10) === 0 ? noise(chance) : mutated(chance, seeds))

describe('a house under mutated messages and noise', () => {
  let house: Tandem
  let witness: Witness
  let warmMb = 0

  before(async () => {
    house = await startTandem({
      config: {
        log_options: 'all.level=info',
        ue_db: [md5User('alice', 'wonder'), md5User('bob', 'builder')],
        security: { exempt: [SENDER] },
        // 64 T1 and T4 within the test's time: what noise began is over when memory is compared.
        ...{ timer_t1: 0.03, timer_t2: 0.2, timer_t4: 0.2 },
      },
    })
    witness = await createWitness(house)
    for (const attack of Object.values(attacks)) await attack(createChance(1), 0.2)
    await witness.finds()
    warmMb = residentMb(house)
  })
  after(async () => {
    witness?.close()
    await house?.stop()
  })

  /** In bursts that the socket's buffer can hold; after each the house must answer. */
  const overUdp = async (chance: Chance, share: number): Promise<void> => {
    const stranger = await aStranger(house, SENDER)
    for (let sent = 0; sent < 20_000 * share; sent += 250) {
      for (let i = 0; i < 250; i++) stranger.send(damaged(chance))
      await witness.options()
    }
    stranger.close()
  }

  const overStream =
    (port: () => number, tls: boolean, count: number) => async (chance: Chance, share: number) => {
      for (let sent = 0; sent < count * share; sent += 5) {
        const stream = await aStream(port(), { from: SENDER, tls })
        for (let i = 0; i < 5; i++) stream.socket.write(damaged(chance))
        // Unfinished messages wait for more: half of them get none, half are cut off.
        if (chance.below(2)) stream.socket.end()
        else stream.socket.destroy()
        if (sent % 500 === 0) await witness.options()
      }
    }

  const overWebSocket = async (chance: Chance, share: number): Promise<void> => {
    for (let sent = 0; sent < 6000 * share; sent += 100) {
      const socket = new WebSocket(`ws://127.0.0.1:${house.ports.ws}`, 'sip', { localAddress: SENDER })
      socket.on('error', () => {})
      await new Promise((resolve) => socket.once('open', resolve).once('close', resolve))
      for (let i = 0; i < 100; i++) socket.send(damaged(chance), { binary: chance.below(2) === 0 })
      await witness.options()
      // Frames that are none end it.
      const { _socket: below } = socket as unknown as { _socket?: { write(octets: Buffer): void } }
      below?.write(chance.bytes(200))
      await sleep(1)
      socket.terminate()
    }
  }

  /** Idle ports, and those of a call: RTP with anything in it, and no RTP at all. */
  const overMedia = async (chance: Chance, share: number): Promise<void> => {
    const phone = await aStranger(house, '127.0.0.4')
    answerAll(phone)
    const call = await callRaw(phone, 'alice', 'wonder', '600')
    const socket = createSocket('udp4').unref()
    await new Promise<void>((resolve) => socket.bind(0, SENDER, resolve))
    for (let sent = 0; sent < 5000 * share; sent++) {
      const packet = chance.bytes(chance.below(1500))
      if (packet.length > 1 && chance.below(3) > 0) packet.set([0x80, chance.pick([0, 101, 200, 201, 72])])
      const port = chance.below(3)
        ? call.media + chance.below(2)
        : house.ports.media + chance.below(MEDIA_PORTS)
      if (chance.below(2)) socket.send(packet, port, '127.0.0.1')
      else phone.socket.send(packet, port, '127.0.0.1')
      if (sent % 200 === 0) await witness.options()
    }
    socket.close()
    phone.close()
  }

  const requests = [
    'GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n',
    `GET /api/v1/users?limit=5&cursor=abc HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${API_KEY}\r\n\r\n`,
    'POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"password":"wrong1"}',
    'POST /api/v1/logout HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n',
  ].map((text) => Buffer.from(text, 'latin1'))
  const overHttp = async (chance: Chance, share: number): Promise<void> => {
    for (let sent = 0; sent < 2000 * share; sent++) {
      const stream = await aStream(chance.pick([house.ports.http, house.ports.ws]), { from: SENDER })
      stream.socket.end(chance.below(10) ? mutated(chance, requests) : noise(chance))
      if (sent % 100 === 0) await witness.options()
    }
  }

  const lines = ['"help"\n', '"users"\n', '"log all.level=info"\n', '"calls"\n', '{"a":[1]}\n', 'null\n']
  const overMonitor = async (chance: Chance, share: number): Promise<void> => {
    for (let sent = 0; sent < 2000 * share; sent += 20) {
      const socket = connect(join(house.dataDir, 'monitor.sock')).on('error', () => {})
      socket.resume()
      // "quit" by chance would be obeyed, and rightly so.
      const seeds = lines.map((text) => Buffer.from(text))
      for (let i = 0; i < 20; i++) socket.write(chance.below(5) ? mutated(chance, seeds) : noise(chance))
      await sleep(1)
      socket.destroy()
    }
  }

  const attacks = {
    udp: overUdp,
    tcp: overStream(() => house.ports.sip, false, 6000),
    tls: overStream(() => house.ports.tls, true, 1000),
    ws: overWebSocket,
    media: overMedia,
    http: overHttp,
    monitor: overMonitor,
  }
  for (const [name, attack] of Object.entries(attacks))
    test(`over ${name}`, async () => {
      await attack(createChance(SEED), 1)
      await witness.finds()
    })

  test('serves as before and has not grown', async () => {
    await witness.register('bob', 'builder')
    await sleep(3000)
    await witness.finds()
    const grownMb = residentMb(house) - warmMb
    assert.ok(grownMb <= 60, `grown by ${Math.round(grownMb)} MB from ${Math.round(warmMb)} MB`)
  })

  test('took all that for what it was', async () => {
    await house.stop()
    const log = readFileSync(join(house.dataDir, 'tandem.log'), 'latin1')
    const [, came, bugs] = log.match(/(\d+) messages came, \d+ went, (\d+) bugs/) ?? []
    assert.ok(Number(came) > 25_000, `${came} messages came`)
    assert.equal(bugs, '0')
    assert.deepEqual(bugsOf(house), [])
  })
})
