import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, connect as netConnect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, test } from 'node:test'
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls'
import type { Flow } from '#lib/wire'
import { createHeard, ended, mustOpen, textOf } from '../../test/support/wire-peers.ts'
import { selfSigned } from './certificate.ts'
import type { WireOptions } from './options.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
)
const tls = await selfSigned(['localhost', '127.0.0.1'])
const host = '127.0.0.1'

for (const transport of ['tcp', 'tls'] as const) {
  const open = (more: Partial<WireOptions> = {}, address = host) =>
    mustOpen({ listeners: [{ transports: { [transport]: { address, port: 0 } } }], tls, ...more })

  const call = async (port: number, address = host): Promise<Socket> => {
    const socket =
      transport === 'tcp'
        ? netConnect({ host: address, port })
        : tlsConnect({ host: address, port, rejectUnauthorized: false })
    socket.on('error', () => {})
    await once(socket, transport === 'tcp' ? 'connect' : 'secureConnect')
    return socket
  }

  /** A peer that waits for calls. */
  const serve = async (onSocket: (socket: Socket) => void): Promise<{ port: number; close(): void }> => {
    const take = (socket: Socket): void => {
      socket.on('error', () => {})
      onSocket(socket)
    }
    const server =
      transport === 'tcp'
        ? createServer(take)
        : createTlsServer({ cert: tls.certificate, key: tls.key }, take)
    server.listen(0, host)
    server.unref()
    await once(server, 'listening')
    const at = server.address()
    return { port: typeof at === 'object' && at ? at.port : 0, close: () => server.close() }
  }

  const readAll = (socket: Socket, length: number): Promise<string> =>
    new Promise((resolve) => {
      let text = ''
      socket.on('data', (octets: Buffer) => {
        text += octets.latin1Slice(0, octets.length)
        if (text.length >= length) resolve(text)
      })
    })

  describe(transport, () => {
    test('a peer calls, is heard and answered; its end is told once', async () => {
      const wire = await open()
      const heard = createHeard((flow, text) => flow.send(`re ${text}`))
      wire.start(heard)
      const peer = await call(wire.bound[0]?.[transport] as number)
      peer.write('hello \xff\x00', 'latin1')
      assert.equal(await readAll(peer, 10), 're hello \xff\x00')
      const flow = heard.pieces[0]?.flow as Flow
      assert.deepEqual(
        [flow.transport, flow.reliable, flow.listener, flow.address, flow.port, flow.open],
        [transport, true, 0, host, peer.localPort, true],
      )
      assert.equal(flow.connection > 0, true)
      assert.deepEqual(flow.local, { address: host, port: wire.bound[0]?.[transport] })
      peer.end()
      await heard.until(() => heard.closed.length > 0)
      assert.deepEqual(
        [heard.closed.length, heard.closed[0] === flow, flow.open, flow.send('x')],
        [1, true, false, false],
      )
      assert.equal(wire.flowTo(transport, { address: host, port: flow.port }) === flow, false)
      await wire.close()
    })

    test('calls a peer; what is sent before the connection stands arrives in order', async () => {
      const wire = await open()
      const heard = createHeard()
      wire.start(heard)
      const arrived: Promise<string>[] = []
      const server = await serve((socket) => {
        arrived.push(readAll(socket, 6))
        socket.write('answer')
      })
      const to = { address: host, port: server.port }
      const flow = wire.flowTo(transport, to)
      for (const text of ['one', 'two']) assert.equal(flow?.send(text), true)
      assert.equal(wire.flowTo(transport, to) === flow, true)
      await heard.until(() => textOf(heard) === 'answer')
      assert.deepEqual(await Promise.all(arrived), ['onetwo'])
      assert.equal(heard.pieces[0]?.flow === flow, true)
      flow?.close()
      await heard.until(() => heard.closed.length === 1)
      server.close()
      await wire.close()
      assert.equal(heard.closed.length, 1)
    })

    test('a connection the peer opened is used for what goes back', async () => {
      const wire = await open()
      const heard = createHeard()
      wire.start(heard)
      const peer = await call(wire.bound[0]?.[transport] as number)
      peer.write('x')
      await heard.until(() => heard.pieces.length === 1)
      const back = wire.flowTo(transport, { address: host, port: peer.localPort as number })
      assert.equal(back === heard.pieces[0]?.flow, true)
      back?.send('yours')
      assert.equal(await readAll(peer, 5), 'yours')
      peer.destroy()
      await wire.close()
    })

    test('what comes before start is kept, the end too', async () => {
      const wire = await open()
      const peer = await call(wire.bound[0]?.[transport] as number)
      peer.end('early')
      await ended(peer)
      const heard = createHeard()
      wire.start(heard)
      await heard.until(() => heard.closed.length === 1)
      assert.equal(textOf(heard), 'early')
      await wire.close()
    })

    test('a call that nobody takes ends with onClose', async () => {
      const wire = await open()
      const heard = createHeard()
      wire.start(heard)
      const server = await serve(() => {})
      server.close()
      const flow = wire.flowTo(transport, { address: host, port: server.port })
      flow?.send('anybody?')
      await heard.until(() => heard.closed.length === 1)
      assert.equal(flow?.open, false)
      await wire.close()
    })

    test('one megabyte in a turn reaches a peer that reads; one that does not is cut', async () => {
      const wire = await open({ limits: { unreadOctets: 256 * 1024 } })
      const heard = createHeard()
      wire.start(heard)
      const [quick, slow] = [
        await call(wire.bound[0]?.[transport] as number),
        await call(wire.bound[0]?.[transport] as number),
      ]
      quick.write('q')
      slow.write('s')
      await heard.until(() => heard.pieces.length === 2)
      const flowOf = (text: string): Flow => heard.pieces.find((piece) => piece.text === text)?.flow as Flow
      const reading = readAll(quick, 200 * 1024)
      for (let i = 0; i < 200; i++) assert.equal(flowOf('q').send('x'.repeat(1024)), true)
      assert.equal((await reading).length, 200 * 1024)
      slow.pause()
      let taken = 0
      while (flowOf('s').send('x'.repeat(64 * 1024)) && taken < 1000) {
        taken++
        await new Promise((resolve) => setImmediate(resolve))
      }
      assert.equal(taken < 1000, true)
      await heard.until(() => heard.closed.length === 1)
      assert.equal(heard.closed[0] === flowOf('s'), true)
      quick.destroy()
      slow.destroy()
      await wire.close()
    })

    test('too many from one source are turned away, an exempt source is not', async () => {
      for (const exempt of [false, true]) {
        const wire = await open({ limits: { connectionsPerSource: 2 }, exempt: () => exempt })
        wire.start(createHeard((flow, text) => flow.send(text)))
        const port = wire.bound[0]?.[transport] as number
        const first = [await call(port), await call(port)]
        const third =
          transport === 'tcp' ? netConnect(port, host) : tlsConnect({ host, port, rejectUnauthorized: false })
        third.on('error', () => {})
        third.write('in?')
        if (exempt) assert.equal(await readAll(third, 3), 'in?')
        else await ended(third)
        assert.equal(wire.figures().refused, exempt ? 0 : 1)
        for (const socket of [...first, third]) socket.destroy()
        await wire.close()
        assert.equal(wire.figures().connections, 0)
      }
    })

    test('a place left is a place free', async () => {
      const wire = await open({ limits: { connectionsPerSource: 1 } })
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      for (let i = 1; i <= 3; i++) {
        const peer = await call(wire.bound[0]?.[transport] as number)
        peer.write('in')
        assert.equal(await readAll(peer, 2), 'in')
        peer.end()
        await heard.until(() => heard.closed.length === i)
        while (wire.figures().connections > 0) await new Promise((resolve) => setImmediate(resolve))
      }
      await wire.close()
    })

    test('the total binds own calls too', async () => {
      const wire = await open({ limits: { connections: 1 } })
      wire.start(createHeard())
      const server = await serve((socket) => socket.resume())
      assert.notEqual(wire.flowTo(transport, { address: host, port: server.port }), undefined)
      assert.equal(wire.flowTo(transport, { address: host, port: server.port + 1 }), undefined)
      server.close()
      await wire.close()
    })

    test('a connection without octets ends', async () => {
      const wire = await open({ limits: { idleMs: 30 } })
      const heard = createHeard()
      wire.start(heard)
      const peer = await call(wire.bound[0]?.[transport] as number)
      peer.resume()
      await heard.until(() => heard.closed.length === 1)
      await wire.close()
    })

    test('random octets do no harm; large pieces arrive whole', async () => {
      const wire = await open()
      const heard = createHeard()
      wire.start(heard)
      const sent = randomBytes(300_000)
      const stranger = netConnect(wire.bound[0]?.[transport] as number, host)
      stranger.on('error', () => {})
      stranger.write(randomBytes(5000))
      if (transport === 'tls') await ended(stranger)
      else await heard.until(() => textOf(heard).length === 5000)
      heard.pieces.length = 0
      const peer = await call(wire.bound[0]?.[transport] as number)
      peer.write(sent)
      await heard.until(() => textOf(heard).length >= sent.length)
      assert.equal(textOf(heard) === sent.latin1Slice(), true)
      stranger.destroy()
      peer.destroy()
      await wire.close()
    })

    test('a fault of the user ends that connection only', async () => {
      const wire = await open()
      const heard = createHeard((flow, text) => {
        if (text === 'bad') throw new Error('a fault of the user')
        flow.send(text)
      })
      wire.start(heard)
      const [one, two] = [
        await call(wire.bound[0]?.[transport] as number),
        await call(wire.bound[0]?.[transport] as number),
      ]
      one.write('bad')
      one.resume()
      await ended(one)
      two.write('good')
      assert.equal(await readAll(two, 4), 'good')
      two.destroy()
      await wire.close()
    })

    test('IPv6', { skip: hasIpv6 ? false : 'no ::1 here' }, async () => {
      const wire = await open({}, '::')
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      for (const address of ['::1', host]) {
        const peer = await call(wire.bound[0]?.[transport] as number, address)
        peer.write('six?')
        assert.equal(await readAll(peer, 4), 'six?')
        const flow = heard.pieces.at(-1)?.flow
        assert.deepEqual([flow?.address, flow?.local.address], [address, address])
        peer.destroy()
      }
      await wire.close()
    })

    test('close ends every connection, and tells', async () => {
      const wire = await open()
      const heard = createHeard()
      wire.start(heard)
      const peers = [
        await call(wire.bound[0]?.[transport] as number),
        await call(wire.bound[0]?.[transport] as number),
      ]
      for (const peer of peers) peer.write('x')
      await heard.until(() => heard.pieces.length === 2)
      for (const peer of peers) peer.resume()
      await Promise.all([wire.close(), ...peers.map((peer) => ended(peer))])
      assert.equal(heard.closed.length, 2)
      assert.equal(wire.flowTo(transport, { address: host, port: 5060 }), undefined)
    })
  })
}

test('a TLS peer is checked when authorities are given', async () => {
  const other = await selfSigned(['localhost'])
  for (const authorities of [tls.certificate, other.certificate]) {
    const at = { transports: { tls: { address: host, port: 0 } } }
    const wire = await mustOpen({ listeners: [at], tls: { ...tls, authorities } })
    const heard = createHeard()
    wire.start(heard)
    const flow = wire.flowTo('tls', { address: host, port: wire.bound[0]?.tls as number })
    flow?.send('trusted?')
    if (authorities === tls.certificate) await heard.until(() => textOf(heard) === 'trusted?')
    else await heard.until(() => heard.closed.includes(flow as Flow))
    assert.equal(textOf(heard), authorities === tls.certificate ? 'trusted?' : '')
    await wire.close()
  }
})

test('a phone that is called shows what it has, and is taken for no peer that must be checked', async () => {
  const { certificate: authorities } = await selfSigned(['localhost'])
  const wire = await mustOpen({
    ...{ listeners: [{ transports: { tls: { address: host, port: 0 } } }], tls: { ...tls, authorities } },
  })
  const heard = createHeard()
  wire.start(heard)
  const to = { address: host, port: wire.bound[0]?.tls as number }
  const phone = wire.flowTo('tls', to, 0, 'anyone')
  phone?.send('hello')
  await heard.until(() => textOf(heard) === 'hello')
  assert.equal(wire.flowTo('tls', to, 0, 'anyone') === phone, true)
  const came = heard.pieces[0]?.flow as Flow
  assert.equal(wire.flowTo('tls', { address: host, port: came.port }) === came, false)
  const trunk = wire.flowTo('tls', to)
  trunk?.send('who are you?')
  assert.equal(trunk === phone, false)
  await heard.until(() => heard.closed.includes(trunk as Flow))
  assert.deepEqual([textOf(heard), phone?.open], ['hello', true])
  await wire.close()
})
