import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { after, describe, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { Side } from '#core'
import type { Log } from '#lib/log'
import { createHandClock } from '#lib/timers'
import { encodeRtcp, encodeRtp } from '#rtp'
import { aMediaPhone } from '../../test/support/media-phone.ts'
import { portRange } from '../../test/support/ports.ts'
import { until } from '../../test/support/wait.ts'
import { createEmbeddedMedia, type EmbeddedMediaPorts, type MediaListener } from './engine.ts'

const listener = (address: string, pairs = 40): MediaListener => {
  const { from, to } = portRange(2 * pairs)
  return { address, bind: address, portMin: from, portMax: to }
}

const packet = (ssrc: number, payloadType = 0, payload: Uint8Array = new Uint8Array(160)) =>
  encodeRtp({
    ...{ marker: false, payloadType, sequence: 1, timestamp: 0, ssrc },
    ...{ csrcs: [], extension: undefined, payload },
  })
const report = (ssrc: number) => encodeRtcp([{ kind: 'rr', ssrc, reports: [] }])
const portIn = (sdp: string): number => Number(/^m=audio (\d+)/m.exec(sdp)?.[1])

const hasV6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))
const lacks = (...families: number[]) => families.includes(6) && !hasV6 && 'this machine has no IPv6'

type Lines = { level: string; text: string }[]
const recorder = (lines: Lines): Log => ({
  on: () => true,
  write: (_layer, level, text) => lines.push({ level, text }),
})

const anEngine = async (options: Partial<EmbeddedMediaPorts> = {}) => {
  const lines: Lines = []
  const heard: string[] = []
  const closed: string[] = []
  const workers: Worker[] = []
  const timers = createHandClock()
  const engine = await createEmbeddedMedia({
    listeners: [listener('127.0.0.1'), listener('::1')],
    log: recorder(lines),
    events: {
      onSilent: (call, silentMs) => heard.push(`${call} silent ${silentMs}`),
      onDtmf: (call, side, digit, ms) => heard.push(`${call} ${side} ${digit} ${ms}`),
      onClosed: (call, { caller, callee }) =>
        closed.push(`${call}: ${[caller, callee].map(([one]) => `${one?.rtpRecv}/${one?.rtpSend}`)}`),
    },
    timers,
    workers: 1,
    onWorker: (worker) => workers.push(worker),
    ...options,
  })
  return { engine, lines, heard, closed, workers, timers }
}

for (const native of [true, false]) {
  describe(native ? 'media over native calls' : 'media over node:dgram', {
    skip: native && process.platform !== 'linux' && 'epoll is Linux',
  }, async () => {
    const shared = await anEngine({ native })
    const { engine } = shared
    after(() => engine.close())

    const connect = async (name: string, families: [4 | 6, 4 | 6]) => {
      const [alice, bob] = [await aMediaPhone(families[0]), await aMediaPhone(families[1])]
      const options = { callerListener: families[0] === 4 ? 0 : 1, calleeListener: families[1] === 4 ? 0 : 1 }
      const offered = await engine.offer(name, 'caller', alice.sdp(), options)
      assert.ok(offered.ok, JSON.stringify(offered))
      const answered = await engine.answer(name, 'callee', bob.sdp())
      assert.ok(answered.ok)
      alice.relay = portIn(answered.value)
      bob.relay = portIn(offered.value)
      const close = () => {
        engine.close(name)
        alice.close()
        bob.close()
      }
      return { alice, bob, offered: offered.value, answered: answered.value, close }
    }

    for (const [one, other] of [
      [4, 4],
      [6, 6],
      [4, 6],
      [6, 4],
    ] as const)
      test(`voice is heard both ways, IPv${one} to IPv${other}`, { skip: lacks(one, other) }, async () => {
        const call = await connect(`v${one}${other}`, [one, other])
        assert.match(
          call.offered,
          new RegExp(`^c=IN IP${other} ${other === 4 ? '127.0.0.1' : '::1'}\r$`, 'm'),
        )
        await call.alice.sendUntil(packet(1), () => call.bob.rtp.length > 0)
        await call.bob.sendUntil(packet(2), () => call.alice.rtp.length > 0)
        assert.deepEqual(call.bob.rtp[0]?.octets, packet(1))
        assert.deepEqual(call.alice.rtp[0]?.octets, packet(2))
        assert.equal(call.bob.rtp[0]?.port, call.bob.relay)
        call.alice.report(report(1))
        await until('it is so', () => call.bob.rtcp.length > 0)
        assert.equal(call.bob.rtcp[0]?.port, call.bob.relay + 1)
        const [stats] = await engine.stats(`v${one}${other}`, 'caller')
        assert.equal(stats?.rtpAddr, call.alice.place)
        assert.equal(stats?.rtcpRecv, 1)
        assert.equal(stats?.rtpSend, call.alice.rtp.length)
        call.close()
      })

    if (native)
      test('the first packet finds what was agreed on before it, though nothing woke the worker', async () => {
        for (let i = 0; i < 10; i++) {
          const call = await connect(`first ${i}`, [4, 4])
          await new Promise((told) => setImmediate(told))
          call.bob.send(packet(1))
          await until('it is heard', () => call.alice.rtp.length === 1)
          call.close()
        }
      })

    test('the digits that pass are told', async () => {
      const call = await connect('digits', [4, 4])
      await call.alice.sendUntil(packet(1), () => call.bob.rtp.length > 0)
      const before = call.bob.rtp.length
      for (let i = 0; i < 3; i++) call.alice.send(packet(1, 101, Uint8Array.of(7, 0x8a, 3, 32)))
      await until('it is so', () => call.bob.rtp.length === before + 3 && shared.heard.length > 0)
      assert.deepEqual(shared.heard.splice(0), ['digits caller 7 100'])
      call.close()
    })

    test('an echo gives voice back', async () => {
      const alice = await aMediaPhone(4)
      const answer = await engine.echo('echo', 'caller', alice.sdp())
      assert.ok(answer.ok)
      alice.relay = portIn(answer.value)
      await alice.sendUntil(packet(1), () => alice.rtp.length > 0)
      assert.deepEqual(alice.rtp[0]?.octets.subarray(12), packet(1).subarray(12))
      engine.close('echo')
      alice.close()
    })

    test('what flowed is told after the end, and nothing of a call in which nothing did', async () => {
      const flowing = await connect('flowed', [4, 4])
      await flowing.alice.sendUntil(packet(31), () => flowing.bob.rtp.length > 0)
      flowing.close()
      const toldOf = (name: string) => shared.closed.filter((line) => line.startsWith(`${name}: `))
      await until('the figures', () => toldOf('flowed').length > 0)
      const silent = await connect('unheard', [4, 4])
      silent.close()
      const next = await connect('flowed again', [4, 4])
      await next.bob.sendUntil(packet(32), () => next.alice.rtp.length > 0)
      next.close()
      await until('the figures', () => toldOf('flowed again').length > 0)
      assert.match(toldOf('flowed').join(), /^flowed: (\d+)\/0,0\/\1$/)
      assert.match(toldOf('flowed again').join(), /^flowed again: 0\/(\d+),\1\/0$/)
      assert.deepEqual(toldOf('unheard'), [])
    })

    test('a party that moves is followed', async () => {
      const call = await connect('move', [4, 4])
      await call.alice.sendUntil(packet(1), () => call.bob.rtp.length > 0)
      const elsewhere = await aMediaPhone(4)
      const offered = await engine.offer('move', 'caller', elsewhere.sdp())
      const answered = await engine.answer('move', 'callee', call.bob.sdp())
      assert.ok(offered.ok && answered.ok)
      assert.equal(portIn(offered.value), call.bob.relay, 'the port of a medium stays')
      await call.bob.sendUntil(packet(2), () => elsewhere.rtp.length > 0)
      elsewhere.close()
      call.close()
    })

    test('random datagrams do not disturb a call', async () => {
      const call = await connect('noise', [4, 4])
      for (let i = 0; i < 300; i++) {
        const noise = Uint8Array.from({ length: i % 64 }, (_, at) => (i * 31 + at * 17) & 0xff)
        call.alice.send(noise)
        call.alice.report(noise)
      }
      await call.alice.sendUntil(packet(1), () => call.bob.rtp.some(({ octets }) => octets.length === 172))
      call.close()
    })

    test('a thousand calls leave nothing but the pool', async () => {
      const phone = await aMediaPhone(4)
      const sides: Side[] = ['caller', 'callee']
      const bound = () => engine.figures().bound
      const threads = shared.workers.length
      let most = 0
      for (let i = 0; i < 1000; i++) {
        const name = `many ${i}`
        assert.ok((await engine.offer(name, 'caller', phone.sdp())).ok, name)
        assert.ok((await engine.answer(name, 'callee', phone.sdp())).ok)
        engine.close(name)
        most = Math.max(most, bound())
        if (i % 10 === 9) shared.timers.advance(2000)
      }
      for (const side of sides) assert.deepEqual(await engine.stats('many 999', side), [])
      const { calls, free, resting } = engine.figures()
      assert.equal(calls, 0)
      assert.equal(free + resting, bound(), 'every pair is back')
      assert.ok(most <= 80)
      assert.equal(shared.workers.length, threads)
      phone.close()
    })

    test('a worker that dies is replaced, and its calls go on', async () => {
      const call = await connect('survivor', [4, 4])
      await call.alice.sendUntil(packet(1), () => call.bob.rtp.length > 0)
      const { bound } = engine.figures()
      await shared.workers.at(-1)?.terminate()
      await until('it is so', () => shared.workers.length === 2)
      assert.ok(shared.lines.some(({ level, text }) => level === 'error' && text.startsWith('bug: ')))
      const before = call.bob.rtp.length
      await call.alice.sendUntil(packet(1), () => call.bob.rtp.length > before)
      assert.equal(engine.figures().bound, bound)
      await shared.workers.at(-1)?.terminate()
      await until('it is so', () => shared.heard.includes(`survivor silent ${Number.MAX_SAFE_INTEGER}`))
      assert.equal((await engine.offer('next', 'caller', call.alice.sdp())).ok, true)
      call.close()
    })
  })
}

test('a house whose media worker dies at its start says so in one sentence, and starts no second', async () => {
  let started = 0
  const die = (worker: Worker): void => {
    started++
    void worker.terminate()
  }
  await assert.rejects(anEngine({ onWorker: die }), { message: 'no media worker can be started: it ended' })
  assert.equal(started, 1)
})

test('a full range refuses; a freed pair serves at once if nobody spoke to it', async () => {
  const { engine } = await anEngine({ listeners: [listener('127.0.0.1', 2)] })
  const phone = await aMediaPhone(4)
  const sdp = phone.sdp()
  phone.close()
  assert.ok((await engine.offer('one', 'caller', sdp)).ok)
  assert.deepEqual(await engine.offer('two', 'caller', sdp), { ok: false, error: 'overloaded' })
  assert.equal(engine.figures().calls, 1, 'a refused call holds nothing')
  engine.close('one')
  assert.ok((await engine.offer('three', 'caller', sdp)).ok)
  await engine.close()
})

test('a pair that was spoken to rests before it serves again', async () => {
  const { engine, timers } = await anEngine({ listeners: [listener('127.0.0.1', 2)] })
  const phone = await aMediaPhone(4)
  const sdp = phone.sdp()
  const offered = await engine.offer('one', 'caller', sdp)
  const port = Number(/m=audio (\d+)/.exec(offered.ok ? offered.value : '')?.[1])
  const stranger = createSocket('udp4')
  stranger.send('hello', port, '127.0.0.1')
  // Its pair or the other one: whatever comes to either keeps the call's whole range from the next.
  const { idle, invalid } = engine.figures()
  await until('it is counted', () => engine.figures().idle + engine.figures().invalid > idle + invalid)
  stranger.close()
  phone.close()
  engine.close('one')
  assert.deepEqual(await engine.offer('two', 'caller', sdp), { ok: false, error: 'overloaded' })
  timers.advance(2000)
  assert.ok((await engine.offer('three', 'caller', sdp)).ok)
  await engine.close()
})

test('closing leaves no socket open', {
  skip: process.platform !== 'linux' && '/proc is Linux',
}, async () => {
  const sockets = () => readdirSync('/proc/self/fd').length
  const before = sockets()
  const { engine } = await anEngine()
  assert.ok(sockets() > before)
  await engine.close()
  await until('it is so', () => sockets() <= before)
})
