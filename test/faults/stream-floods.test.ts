import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { CROWD, type Flooded, startFlooded } from '../support/flooded.ts'
import { aStream, requestText, token } from '../support/raw-sip.ts'
import type { Tandem } from '../support/tandem.ts'
import type { Witness } from '../support/vitals.ts'
import { sleep, until } from '../support/wait.ts'

/** Bound of the house, as docs/hostile-input.md has it. */
const CONNECTIONS_PER_SOURCE = 200

describe('a house under floods of connections', () => {
  let flooded: Flooded
  let house: Tandem
  let witness: Witness
  before(async () => {
    flooded = await startFlooded()
    ;({ house, witness } = flooded)
  })
  after(() => flooded?.end())

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

  test('of lies about Content-Length on streams: an answer or an end, and no waiting room', async () => {
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
      await flooded.within(60, async () => {
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
    await flooded.within(60, async () => {
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
