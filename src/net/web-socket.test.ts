import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import { connect as netConnect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { createHeard, ended, mustOpen } from '../../test/support/wire-peers.ts'
import { selfSigned } from './certificate.ts'
import type { OpenWire, WireOptions } from './options.ts'

const tls = await selfSigned(['localhost', '127.0.0.1'])
const host = '127.0.0.1'

for (const transport of ['ws', 'wss'] as const) {
  const open = (more: Partial<WireOptions> = {}) =>
    mustOpen({ listeners: [{ transports: { [transport]: { address: host, port: 0 } } }], tls, ...more })

  const dial = (wire: OpenWire, protocols: string[] = ['sip'], options = {}): WebSocket => {
    const url = `${transport}://${host}:${wire.bound[0]?.[transport]}/any/path`
    const socket = new WebSocket(url, protocols, { rejectUnauthorized: false, ...options })
    socket.on('error', () => {})
    return socket
  }

  const call = async (wire: OpenWire): Promise<WebSocket> => {
    const socket = dial(wire)
    await once(socket, 'open')
    return socket
  }

  const refusal = async (socket: WebSocket): Promise<number | undefined> => {
    const [, response] = await once(socket, 'unexpected-response')
    socket.terminate()
    return response.statusCode
  }

  describe(transport, () => {
    test('text and binary messages come whole; the answer is text where it is UTF-8', async () => {
      const wire = await open()
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      const peer = await call(wire)
      assert.equal(peer.protocol, 'sip')
      const back: [string, boolean][] = []
      peer.on('message', (octets: Buffer, binary) =>
        back.push([octets.latin1Slice(0, octets.length), binary]),
      )
      const utf8 = Buffer.from('grüß').latin1Slice()
      peer.send('OPTIONS')
      peer.send('grüß')
      peer.send(Buffer.from('a\xff\x00b', 'latin1'))
      peer.send('x'.repeat(60_000))
      await heard.until(() => heard.pieces.length === 4)
      while (back.length < 4) await once(peer, 'message')
      assert.deepEqual(back, [
        ['OPTIONS', false],
        [utf8, false],
        ['a\xff\x00b', true],
        ['x'.repeat(60_000), false],
      ])
      const flow = heard.pieces[0]?.flow
      assert.deepEqual(
        [flow?.transport, flow?.reliable, flow?.address, flow?.open, flow?.local],
        [transport, true, host, true, { address: host, port: wire.bound[0]?.[transport] }],
      )
      assert.equal(wire.flowTo(transport, { address: host, port: flow?.port ?? 0 }) === flow, true)
      peer.close()
      await heard.until(() => heard.closed.length === 1)
      assert.deepEqual([heard.closed[0] === flow, flow?.open, flow?.send('x')], [true, false, false])
      assert.equal(wire.flowTo(transport, { address: host, port: flow?.port ?? 0 }), undefined)
      await wire.close()
      assert.equal(heard.closed.length, 1)
    })

    test('without subprotocol sip there is no entry', async () => {
      const wire = await open()
      wire.start(createHeard())
      const bare = dial(wire, [])
      const [, response] = await once(bare, 'unexpected-response')
      assert.deepEqual(
        [response.statusCode, await text(response)],
        [400, 'A WebSocket has to ask for a subprotocol here: sip.\n'],
      )
      bare.terminate()
      assert.equal(await refusal(dial(wire, ['sipx', 'xmpp'])), 400)
      const both = dial(wire, ['xmpp', 'sip'])
      await once(both, 'open')
      assert.equal(both.protocol, 'sip')
      both.terminate()
      await wire.close()
    })

    test('an origin can be refused', async () => {
      const wire = await open({ allowOrigin: (origin) => origin === 'https://good.example' })
      wire.start(createHeard())
      assert.equal(await refusal(dial(wire, ['sip'], { origin: 'https://bad.example' })), 403)
      const good = dial(wire, ['sip'], { origin: 'https://good.example' })
      await once(good, 'open')
      good.terminate()
      await wire.close()
    })

    test('a plain request is told to upgrade', async () => {
      const wire = await open()
      const port = wire.bound[0]?.[transport]
      const request =
        transport === 'ws'
          ? httpGet({ host, port, path: '/' })
          : httpsGet({ host, port, path: '/', rejectUnauthorized: false })
      const [response] = await once(request, 'response')
      response.resume()
      assert.deepEqual([response.statusCode, response.headers.upgrade], [426, 'websocket'])
      await wire.close()
    })

    test('a message too large, a broken frame and random octets end that connection only', async () => {
      const wire = await open({ limits: { webSocketOctets: 1000 } })
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      const large = await call(wire)
      large.send('x'.repeat(1001))
      await ended(large)
      const broken = await call(wire)
      broken.send('first')
      await once(broken, 'message')
      const raw = (broken as unknown as { _socket: { write(octets: Buffer): void } })._socket
      raw.write(Buffer.from([0xff, 0xff, 0xff]))
      await ended(broken)
      const stranger = netConnect(wire.bound[0]?.[transport] as number, host)
      stranger.on('error', () => {})
      stranger.resume()
      stranger.end(randomBytes(5000))
      await ended(stranger)
      const peer = await call(wire)
      peer.send('still here')
      await once(peer, 'message')
      peer.terminate()
      await wire.close()
    })

    test('a peer that answers no ping is dropped, one that does is kept', async () => {
      const wire = await open({ limits: { pingMs: 20 } })
      const heard = createHeard()
      wire.start(heard)
      const alive = await call(wire)
      const dead = dial(wire, ['sip'], { autoPong: false })
      await once(dead, 'open')
      dead.send('dead')
      await heard.until(() => heard.closed.length === 1)
      assert.equal(heard.closed[0] === heard.pieces[0]?.flow, true)
      for (let i = 0; i < 3; i++) await once(alive, 'ping')
      assert.equal(alive.readyState, WebSocket.OPEN)
      alive.terminate()
      await wire.close()
    })

    test('a peer that does not read is cut', async () => {
      const wire = await open({ limits: { unreadOctets: 64 * 1024 } })
      const heard = createHeard()
      wire.start(heard)
      const peer = await call(wire)
      peer.send('x')
      await heard.until(() => heard.pieces.length === 1)
      peer.pause()
      const flow = heard.pieces[0]?.flow
      let taken = 0
      while (flow?.send('x'.repeat(64 * 1024)) && taken < 1000) {
        taken++
        await new Promise((resolve) => setImmediate(resolve))
      }
      assert.equal(taken < 1000, true)
      await heard.until(() => heard.closed.length === 1)
      peer.terminate()
      await wire.close()
    })

    test('a slow upgrade is not waited for', async () => {
      const wire = await open({ limits: { handshakeMs: 50 } })
      wire.start(createHeard())
      const slow = netConnect(wire.bound[0]?.[transport] as number, host)
      slow.on('error', () => {})
      slow.resume()
      slow.write(transport === 'ws' ? 'GET / HTTP/1.1\r\nHost:' : '\x16')
      await ended(slow)
      await wire.close()
    })

    test('flowTo never calls anybody, and a limit per source holds', async () => {
      const wire = await open({ limits: { connectionsPerSource: 1 } })
      wire.start(createHeard())
      assert.equal(wire.flowTo(transport, { address: host, port: 5060 }), undefined)
      const first = await call(wire)
      await ended(dial(wire))
      assert.equal(wire.figures().refused, 1)
      first.terminate()
      await wire.close()
    })

    test('close tells the peer that the house goes away', async () => {
      const wire = await open()
      const heard = createHeard()
      wire.start(heard)
      const peer = await call(wire)
      const [[code]] = await Promise.all([once(peer, 'close'), wire.close()])
      assert.equal(code, 1001)
      assert.equal(heard.closed.length, 1)
    })
  })
}

test('another HTTP server answers sip too, and keeps its own upgrades', async () => {
  const wire = await mustOpen({ listeners: [{ transports: { udp: { address: host, port: 0 } } }] })
  const heard = createHeard((flow, text) => flow.send(text))
  wire.start(heard)
  const server = createServer()
  server.on('upgrade', (request, socket) => {
    if (request.headers['sec-websocket-protocol'] === 'other') socket.end('HTTP/1.1 418 Other\r\n\r\n')
  })
  server.listen(0, host)
  await once(server, 'listening')
  const at = server.address()
  const bound = { address: host, port: typeof at === 'object' && at ? at.port : 0 }
  wire.attachSipWebSocket(server, { transport: 'ws', listener: 0, bound })
  const peer = new WebSocket(`ws://${host}:${bound.port}/`, ['sip'])
  await once(peer, 'open')
  peer.send('hello')
  await once(peer, 'message')
  const flow = heard.pieces[0]?.flow
  assert.deepEqual([flow?.transport, flow?.local, flow?.listener], ['ws', bound, 0])
  assert.equal(wire.flowTo('ws', { address: host, port: flow?.port ?? 0 }) === flow, true)
  const other = new WebSocket(`ws://${host}:${bound.port}/`, ['other'])
  other.on('error', () => {})
  const [, response] = await once(other, 'unexpected-response')
  assert.equal(response.statusCode, 418)
  other.terminate()
  await Promise.all([ended(peer), wire.close()])
  assert.equal(heard.closed.length, 1)
  server.close()
  server.closeAllConnections()
})
