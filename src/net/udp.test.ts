import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { describe, test } from 'node:test'
import { createHeard, createUdpPeer, mustOpen, textOf } from '../../test/support/wire-peers.ts'
import { loadLibc } from './libc.ts'
import { UdpFlows, type UdpSender } from './udp-flow.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
)
const linkLocal = Object.entries(networkInterfaces())
  .flatMap(([zone, list]) =>
    (list ?? []).map(({ address, scopeid }) => (scopeid ? `${address}%${zone}` : undefined)),
  )
  .find((text) => text !== undefined)
const hasLibc = (await loadLibc()) !== undefined

const udpAt = (address: string) => ({ transports: { udp: { address, port: 0 } } })

for (const native of [false, true]) {
  const skip = native && !hasLibc ? 'this machine has no batched UDP' : false
  describe(native ? 'UDP in batches' : 'plain UDP', { skip }, () => {
    test('takes a datagram and answers it', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      const heard = createHeard((flow, text) => flow.send(`re ${text}`))
      wire.start(heard)
      const peer = await createUdpPeer()
      peer.send('hello \xff\x00', wire.bound[0]?.udp as number)
      assert.equal(await peer.next(), 're hello \xff\x00')
      const flow = heard.pieces[0]?.flow
      assert.deepEqual(
        [
          flow?.transport,
          flow?.reliable,
          flow?.connection,
          flow?.listener,
          flow?.address,
          flow?.port,
          flow?.open,
        ],
        ['udp', false, 0, 0, '127.0.0.1', peer.port, true],
      )
      assert.deepEqual(flow?.local, { address: '127.0.0.1', port: wire.bound[0]?.udp })
      await wire.close()
      assert.deepEqual([flow?.open, flow?.send('late')], [false, false])
      peer.socket.close()
    })

    test('sends first, to an address it was given', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      wire.start(createHeard())
      const peer = await createUdpPeer()
      assert.equal(
        wire.flowTo('udp', { address: '127.0.0.1', port: peer.port })?.send('out of the blue'),
        true,
      )
      assert.equal(await peer.next(), 'out of the blue')
      await wire.close()
      peer.socket.close()
    })

    test('keeps what comes between binding and start', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      const peer = await createUdpPeer()
      for (const text of ['a', 'b', 'c']) peer.send(text, wire.bound[0]?.udp as number)
      await new Promise((resolve) => setTimeout(resolve, 20))
      const heard = createHeard()
      wire.start(heard)
      await heard.until(() => heard.pieces.length === 3)
      assert.equal(textOf(heard), 'abc')
      await wire.close()
      peer.socket.close()
    })

    test('carries bursts in order, each datagram whole', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      const peer = await createUdpPeer()
      const sent = Array.from({ length: 150 }, (_, i) => `${i}:${'x'.repeat(4 * i)}`)
      for (const text of sent) peer.send(text, wire.bound[0]?.udp as number)
      const back: string[] = []
      for (const _ of sent) back.push(await peer.next())
      assert.deepEqual(back, sent)
      assert.equal(wire.figures().dropped, 0)
      await wire.close()
      peer.socket.close()
    })

    test('sends more in one turn than one batch holds', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      wire.start(createHeard())
      const peer = await createUdpPeer()
      const flow = wire.flowTo('udp', { address: '127.0.0.1', port: peer.port })
      for (let i = 0; i < 300; i++) flow?.send(String(i))
      for (let i = 0; i < 300; i++) assert.equal(await peer.next(), String(i))
      await wire.close()
      peer.socket.close()
    })

    test('carries 60 kB and refuses what no datagram can hold', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      const peer = await createUdpPeer()
      const big = randomBytes(60_000).latin1Slice()
      for (let i = 0; i < 4; i++) peer.send(big, wire.bound[0]?.udp as number)
      for (let i = 0; i < 4; i++) assert.equal((await peer.next()) === big, true)
      assert.equal(heard.pieces[0]?.flow.send('x'.repeat(65_508)), false)
      await wire.close()
      peer.socket.close()
    })

    test('lives on when the peer is not there, and when the user fails', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      const heard = createHeard((flow, text) => {
        if (text === 'bad') throw new Error('a fault of the user')
        flow.send(text)
      })
      wire.start(heard)
      const gone = await createUdpPeer()
      gone.socket.close()
      for (let i = 0; i < 3; i++) {
        wire.flowTo('udp', { address: '127.0.0.1', port: gone.port })?.send('anybody?')
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      const peer = await createUdpPeer()
      peer.send('bad', wire.bound[0]?.udp as number)
      peer.send('good', wire.bound[0]?.udp as number)
      assert.equal(await peer.next(), 'good')
      await wire.close()
      peer.socket.close()
    })

    test('a datagram that the kernel refuses does not hold up the next', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      wire.start(createHeard())
      const peer = await createUdpPeer()
      // A socket bound to loopback has no way to a documentation address.
      wire.flowTo('udp', { address: '192.0.2.1', port: 5060 })?.send('lost')
      wire.flowTo('udp', { address: '127.0.0.1', port: peer.port })?.send('found')
      assert.equal(await peer.next(), 'found')
      assert.equal(wire.figures().dropped, 1)
      await wire.close()
      peer.socket.close()
    })

    test('random octets pass through unchanged', async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1')], native })
      const heard = createHeard()
      wire.start(heard)
      const peer = await createUdpPeer()
      const sent = Array.from({ length: 100 }, (_, i) => randomBytes((i * 37) % 1400).latin1Slice())
      for (const text of sent) peer.send(text, wire.bound[0]?.udp as number)
      await heard.until(() => heard.pieces.length === sent.length)
      assert.deepEqual(
        heard.pieces.map(({ text }) => text),
        sent,
      )
      await wire.close()
      peer.socket.close()
    })

    test('IPv6, alone and beside IPv4', { skip: hasIpv6 ? false : 'no ::1 here' }, async () => {
      const wire = await mustOpen({ listeners: [udpAt('127.0.0.1'), udpAt('::1')], native })
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      for (const [listener, address] of ['127.0.0.1', '::1'].entries()) {
        const peer = await createUdpPeer(address)
        for (let i = 0; i < 20; i++) peer.send(`${address} ${i}`, wire.bound[listener]?.udp as number)
        for (let i = 0; i < 20; i++) assert.equal(await peer.next(), `${address} ${i}`)
        const { flow } = heard.pieces.at(-1) ?? {}
        assert.deepEqual([flow?.address, flow?.port, flow?.listener], [address, peer.port, listener])
        assert.equal(wire.flowTo('udp', { address, port: peer.port })?.listener, listener)
        assert.equal(wire.flowTo('udp', { address, port: peer.port }, 1 - listener), undefined)
        peer.socket.close()
      }
      await wire.close()
    })

    test('a socket on :: takes IPv4 too and calls it so', {
      skip: hasIpv6 ? false : 'no ::1 here',
    }, async () => {
      const wire = await mustOpen({ listeners: [udpAt('::')], native })
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      for (const address of ['127.0.0.1', '::1']) {
        const peer = await createUdpPeer(address)
        for (let i = 0; i < 20; i++) peer.send(`${i}`, wire.bound[0]?.udp as number)
        for (let i = 0; i < 20; i++) assert.equal(await peer.next(), `${i}`)
        const { flow } = heard.pieces.at(-1) ?? {}
        assert.equal(flow?.address, address)
        assert.deepEqual(flow?.local, { address, port: wire.bound[0]?.udp })
        peer.socket.close()
      }
      await wire.close()
    })

    test('0.0.0.0 and :: share a port as two listeners', {
      skip: hasIpv6 ? false : 'no ::1 here',
    }, async () => {
      const probe = await createUdpPeer()
      probe.socket.close()
      const at = (address: string) => ({ transports: { udp: { address, port: probe.port } } })
      const wire = await mustOpen({ listeners: [at('0.0.0.0'), at('::')], native })
      assert.equal(wire.flowTo('udp', { address: '127.0.0.1', port: 9 })?.listener, 0)
      assert.equal(wire.flowTo('udp', { address: '::1', port: 9 })?.listener, 1)
      await wire.close()
    })

    test('a link-local peer keeps its zone', {
      skip: linkLocal ? false : 'no link-local address here',
    }, async () => {
      const wire = await mustOpen({ listeners: [udpAt(linkLocal ?? ''), udpAt('::')], native })
      const heard = createHeard((flow, text) => flow.send(text))
      wire.start(heard)
      const peer = await createUdpPeer(linkLocal)
      for (const listener of [0, 1]) {
        for (let i = 0; i < 20; i++) peer.send(`${i}`, wire.bound[listener]?.udp as number)
        for (let i = 0; i < 20; i++) assert.equal(await peer.next(), `${i}`)
        assert.equal(heard.pieces.at(-1)?.flow.address, linkLocal)
      }
      peer.socket.close()
      await wire.close()
    })

    test('tells the advertised address', async () => {
      const listeners = [{ ...udpAt('0.0.0.0'), advertised: '203.0.113.9' }]
      const wire = await mustOpen({ listeners, native })
      const local = wire.flowTo('udp', { address: '127.0.0.1', port: 9 })?.local
      assert.deepEqual(local, { address: '203.0.113.9', port: wire.bound[0]?.udp })
      await wire.close()
    })
  })
}

test('flows are remembered within a bound, and never mistaken for one another', () => {
  const sender = { open: true } as UdpSender
  const flows = new UdpFlows(sender)
  for (let i = 0; i < 60_000; i++) {
    const [address, port] = [`10.${i & 3}.${(i >> 8) & 255}.${i & 255}`, 1024 + (i % 50_000)]
    const flow = flows.findText(address, port)
    assert.deepEqual([flow?.address, flow?.port], [address, port])
  }
  assert.equal(flows.findText('::1', 5) === flows.findText('0:0::1', 5), true)
  assert.equal(flows.findText('not an address', 5), undefined)
})

test('the batched path can be forbidden', async () => {
  process.env.TANDEM_NO_NATIVE = '1'
  assert.equal(await loadLibc(), undefined)
  delete process.env.TANDEM_NO_NATIVE
})
