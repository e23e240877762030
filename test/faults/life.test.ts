import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { freePort } from '../support/ports.ts'
import { run } from '../support/program.ts'
import { answerAll, callRaw } from '../support/raw-call.ts'
import { aStranger, registerRaw, statusOf } from '../support/raw-sip.ts'
import { md5User, node, startTandem, temporaryFolder } from '../support/tandem.ts'
import { bugsOf } from '../support/vitals.ts'
import { until } from '../support/wait.ts'

describe('SIGTERM with calls up', () => {
  test('ends them at both ends, closes their records and leaves in order', async () => {
    const house = await startTandem({
      config: { ue_db: [md5User('alice', 'wonder'), md5User('bob', 'builder')] },
    })
    const [alice, bob] = [await aStranger(house, '127.0.0.3'), await aStranger(house, '127.0.0.4')]
    const byes = { alice: new Set<string>(), bob: new Set<string>() }
    answerAll(alice, (callId) => byes.alice.add(callId))
    answerAll(bob, (callId) => byes.bob.add(callId))
    assert.equal(statusOf(await registerRaw(alice, 'alice', 'wonder')), 200)
    assert.equal(statusOf(await registerRaw(bob, 'bob', 'builder')), 200)
    const calls = []
    for (let i = 0; i < 3; i++) calls.push(await callRaw(alice, 'alice', 'wonder', 'bob'))
    await callRaw(alice, 'alice', 'wonder', '600')
    const pidFile = join(house.dataDir, 'tandem.pid')
    assert.ok(existsSync(pidFile))

    const began = performance.now()
    assert.deepEqual(await house.stop(), { code: 0, signal: null })
    const ms = performance.now() - began
    assert.ok(ms < 10_000, `${Math.round(ms)} ms`)
    await until('BYE for all', () => byes.alice.size === 4 && byes.bob.size === 3)
    assert.ok(calls.every(({ ended }) => ended))
    assert.ok(!existsSync(pidFile), 'the pid file is still there')
    assert.ok(!existsSync(join(house.dataDir, 'monitor.sock')), 'the monitor socket is still there')
    const database = new DatabaseSync(join(house.dataDir, 'tandem.db'), { readOnly: true })
    const rows = database.prepare('SELECT ended_at_ms AS ended, cause FROM calls').all()
    database.close()
    assert.equal(rows.length, 4)
    for (const row of rows) assert.ok(row.ended !== null && row.cause === 'shutdown', JSON.stringify(row))
    assert.deepEqual(bugsOf(house), [])
    alice.close()
    bob.close()
  })
})

describe('a start that cannot be', () => {
  const closing: (() => void)[] = []
  after(() => {
    for (const close of closing) close()
  })
  const main = join(import.meta.dirname, '../../src/main.ts')
  const start = async (config: Record<string, unknown> | string) => {
    const folder = temporaryFolder('start')
    const file = join(folder, 'test.cfg')
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config))
    return run(node, [main, file], { env: { TANDEM_DATA: folder } })
  }
  const takeUdp = async (port: number): Promise<void> => {
    const socket = createSocket('udp4')
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
    closing.push(() => socket.close())
  }
  const takeTcp = async (port: number): Promise<void> => {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => server.close())
  }

  const KINDS = ['udp', 'tcp', 'tls_addr', 'ws_addr', 'wss_addr', 'http_addr'] as const
  for (const kind of KINDS)
    test(`for ${kind} names the address that is taken and ends with 2`, async () => {
      const [sip, port] = [await freePort(), await freePort()]
      const own = kind === 'udp' || kind === 'tcp'
      await (kind === 'udp' ? takeUdp(sip) : takeTcp(own ? sip : port))
      const at = `127.0.0.1:${port}`
      const extra = own || kind === 'http_addr' ? {} : { [kind]: at }
      const { code, output } = await start({
        ...{ ue_db: [], sip_addr: [{ addr: `127.0.0.1:${sip}`, ...extra }] },
        ...(kind === 'http_addr' && { admin: { password: 'for tests only', http_addr: at } }),
      })
      assert.equal(code, 2, output)
      const taken = own ? `127.0.0.1:${sip}` : at
      const sentence = output.split('\n').find((line) => line.startsWith('Tandem cannot start: '))
      assert.ok(sentence?.includes(taken), output)
      assert.match(sentence ?? '', /another program|in use|EADDRINUSE/)
      assert.doesNotMatch(output, /^\s+at /m)
    })

  test('for media.keys_addr names the address that is taken and ends with 2', async () => {
    const [sip, port] = [await freePort(), await freePort()]
    await takeUdp(port)
    const { code, output } = await start({
      ...{ ue_db: [], sip_addr: [{ addr: `127.0.0.1:${sip}` }] },
      media: { engine: 'rtpengine', servers: ['127.0.0.1:9'], keys_addr: `127.0.0.1:${port}` },
    })
    assert.equal(code, 2, output)
    assert.match(
      output,
      new RegExp(`^Tandem cannot start: media\\.keys_addr: .*127\\.0\\.0\\.1:${port}.*another program`, 'm'),
    )
  })

  test('for an address of another machine names it and ends with 2', async () => {
    const { code, output } = await start({ ue_db: [], sip_addr: '192.0.2.77:5060' })
    assert.equal(code, 2, output)
    assert.match(output, /^Tandem cannot start: .*192\.0\.2\.77:5060/m)
  })

  for (const [what, config, named] of [
    ['a value of another type', { ue_db: 5, sip_addr: '127.0.0.1' }, /test\.cfg:\d+:\d+: ue_db/],
    ['a value out of range', { ue_db: [], sip_addr: '127.0.0.1:99999' }, /test\.cfg:\d+:\d+: sip_addr/],
    ['a text that is no configuration', '{ ue_db: [', /test\.cfg:\d+:\d+: /],
    ['octets', '\0\x01\xff{{{{', /test\.cfg:\d+:\d+: /],
    ['a depth without end', '['.repeat(100_000), /test\.cfg:\d+:\d+: /],
  ] as const)
    test(`for ${what} says where and ends with 1`, async () => {
      const { code, output } = await start(config)
      assert.equal(code, 1, output.slice(0, 2000))
      assert.match(output, named)
      assert.doesNotMatch(output, /^\s+at /m)
    })
})
