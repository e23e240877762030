import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import type { Endpoint } from '#lib/wire'
import { decodeRtp } from '#rtp'
import type { VoicePath } from './description.ts'
import type { MediaSocket } from './media-socket.ts'
import { silence, toneSource } from './tone.ts'
import { createVoice } from './voice.ts'

type Packet = { octets: Uint8Array; atMs: number }
type TestSocket = MediaSocket & { sent: Packet[]; drop?: (index: number) => boolean }

const endpoint = (port: number): Endpoint => ({ address: '192.0.2.1', port })
const path = (port: number, codec: VoicePath['codec'] = 'PCMA'): VoicePath => ({
  remote: endpoint(port),
  codec,
  payloadType: codec === 'PCMA' ? 8 : 0,
  eventType: 101,
})

const rtpOf = (octets: Uint8Array) => {
  const decoded = decodeRtp(octets)
  return decoded.ok ? decoded.value : assert.fail(decoded.error)
}

/** Sockets that reach each other without a network, at the hand-turned clock's time. */
const aNetwork = () => {
  const timers = createHandClock()
  const sockets = new Map<number, TestSocket>()
  const socketAt = (port: number): TestSocket => {
    const socket: TestSocket = {
      local: endpoint(port),
      sent: [],
      onPacket: undefined,
      send(octets, to) {
        const index = socket.sent.push({ octets, atMs: timers.clock.nowMs() }) - 1
        if (!socket.drop?.(index))
          timers.after(30, () => sockets.get(to.port)?.onPacket?.(octets, socket.local))
      },
      close: () => void sockets.delete(port),
    }
    sockets.set(port, socket)
    return socket
  }
  return {
    timers,
    socketAt,
    ports: (port: number) => ({ socket: socketAt(port), timers, random: createRandom() }),
  }
}

describe('two phones with a tone each', () => {
  test('that send a like packet now and then are no echo of each other', () => {
    const { timers, ports } = aNetwork()
    const hum = toneSource(440)
    const grain = toneSource(440, createRandom())
    let turn = 0
    const alice = createVoice(ports(1), (length) => (turn++ % 10 === 0 ? hum(length) : grain(length)))
    const bob = createVoice(ports(2), (length) => (turn % 10 === 0 ? hum(length) : toneSource(600)(length)))
    alice.play(path(2))
    bob.play(path(1))
    timers.advance(5000)
    assert.ok(alice.report().received > 200)
    assert.deepEqual([alice.report().echoMs, bob.report().echoMs], [undefined, undefined])
  })

  test('hear each other', () => {
    const { timers, ports } = aNetwork()
    const alice = createVoice(ports(1), toneSource(440, createRandom()))
    const bob = createVoice(ports(2), toneSource(600, createRandom()))
    alice.play(path(2))
    bob.play(path(1))
    timers.advance(2000)
    const [fromBob, fromAlice] = [alice.report(), bob.report()]
    assert.ok(Math.abs((fromBob.heardHz ?? 0) - 600) <= 2)
    assert.ok(Math.abs((fromAlice.heardHz ?? 0) - 440) <= 2)
    assert.equal(fromBob.sent, 101)
    assert.equal(fromAlice.received, 99)
    assert.equal(fromAlice.lost, 0)
    assert.equal(fromBob.echoMs, undefined, 'another phone is no echo')
  })

  test('count what the network lost', () => {
    const { timers, ports } = aNetwork()
    const network = ports(1)
    ;(network.socket as TestSocket).drop = (index) => index % 10 === 5
    const alice = createVoice(network, toneSource(440, createRandom()))
    const bob = createVoice(ports(2), silence)
    alice.play(path(2))
    timers.advance(2030)
    assert.equal(bob.report().lost, 10)
    assert.equal(bob.report().received + bob.report().lost, alice.report().sent - 1)
  })
})

describe('an echo', () => {
  test('is recognised and its delay measured', () => {
    const { timers, ports, socketAt } = aNetwork()
    const echo = socketAt(9)
    echo.onPacket = (octets) => echo.send(octets, endpoint(1))
    const alice = createVoice(ports(1), toneSource(440, createRandom()))
    alice.play(path(9, 'PCMU'))
    timers.advance(1000)
    assert.equal(alice.report().echoMs, 60)
    assert.ok(Math.abs((alice.report().heardHz ?? 0) - 440) <= 2)
  })
})

describe('the stream', () => {
  test('keeps its pace of 20 ms and its timestamps, through a pause too', () => {
    const { timers, ports } = aNetwork()
    const network = ports(1)
    const { sent } = network.socket as TestSocket
    const alice = createVoice(network, toneSource(440))
    alice.play(path(2))
    timers.advance(200)
    alice.pause()
    timers.advance(500)
    alice.play(path(2))
    timers.advance(200)
    const packets = sent.map(({ octets, atMs }) => ({ ...rtpOf(octets), atMs }))
    const [first] = packets
    assert.ok(first)
    packets.forEach((packet, index) => {
      assert.equal(packet.sequence, (first.sequence + index) & 0xffff)
      assert.equal((packet.timestamp - first.timestamp) >>> 0, 8 * (packet.atMs - first.atMs))
      assert.equal(packet.marker, index === 0)
    })
    assert.ok(packets.length >= 20 && packets.length <= 22)
  })

  test('carries key presses', () => {
    const { timers, ports } = aNetwork()
    const network = ports(1)
    const { sent } = network.socket as TestSocket
    const alice = createVoice(network, toneSource(440))
    const bob = createVoice(ports(2), silence)
    bob.play(path(1))
    alice.play(path(2))
    assert.equal(alice.press('12#'), true)
    assert.equal(alice.press('x'), false)
    timers.advance(1000)
    assert.equal(bob.report().keys, '12#')
    const events = sent.map(({ octets }) => rtpOf(octets)).filter(({ payloadType }) => payloadType === 101)
    assert.equal(events.length, 21)
    assert.equal(new Set(events.map((packet) => packet.timestamp)).size, 3)
    assert.deepEqual([...(events[6]?.payload ?? [])], [1, 0x8a, 800 >> 8, 800 & 255])
  })

  test('is recorded with its gaps as silence', () => {
    const { timers, ports } = aNetwork()
    const network = ports(1)
    ;(network.socket as TestSocket).drop = (index) => index === 3
    const alice = createVoice(network, toneSource(440))
    const bob = createVoice(ports(2), silence, true)
    alice.play(path(2))
    timers.advance(230)
    const recording = bob.recording()
    assert.equal(recording.length, 1600 + 160)
    assert.ok(recording.subarray(480, 640).every((sample) => sample === 0))
    assert.ok(recording.subarray(0, 480).some((sample) => Math.abs(sample) > 7000))
  })

  test('takes any octets', () => {
    const { ports } = aNetwork()
    const network = ports(1)
    const alice = createVoice(network, silence)
    for (let round = 0; round < 500; round++) {
      const octets = crypto.getRandomValues(new Uint8Array(round % 60))
      if (octets.length > 0) octets[0] = ((octets[0] as number) & 0x3f) | 0x80
      network.socket.onPacket?.(octets, endpoint(2))
    }
    assert.ok(alice.report().received < 500)
  })
})
