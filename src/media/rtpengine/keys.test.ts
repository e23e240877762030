import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import { createChance } from '../../../test/support/mutations.ts'
import { freePort, withoutIpv6 } from '../../../test/support/ports.ts'
import { until } from '../../../test/support/wait.ts'
import { openKeys, readKey } from './keys.ts'

const said = {
  ...{
    callid: 'a',
    source_tag: 'callee',
    tags: ['callee', 'caller'],
    type: 'DTMF',
    timestamp: 1_795_300_752,
  },
  ...{ source_ip: '127.0.0.1', event: 11, duration: 100, volume: 10 },
}
const octetsOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

test('a key as rtpengine tells of it', () => {
  assert.deepEqual(readKey(octetsOf(said)), { call: 'a', side: 'callee', key: '#', ms: 100 })
  for (const odd of [
    ...[
      { ...said, event: 16 },
      { ...said, event: '1' },
      { ...said, source_tag: 'kept-caller-1' },
      null,
      [],
      7,
    ],
    ...[
      { ...said, type: 'MOS' },
      { ...said, callid: 1 },
      { ...said, more: 'x'.repeat(5000) },
    ],
  ])
    assert.equal(readKey(octetsOf(odd)), undefined)
})

test('any octets are a key or none', () => {
  const chance = createChance(7)
  const whole = Buffer.from(octetsOf(said))
  for (let i = 0; i < 2000; i++) {
    const octets = Buffer.from(whole)
    for (let many = chance.below(4); many >= 0; many--)
      octets[chance.below(octets.length)] = chance.below(256)
    readKey(octets.subarray(0, chance.below(octets.length + 1)))
  }
})

const log = (warned: string[] = []) => ({
  on: () => true,
  write: (_: string, level: string) => void warned.push(level),
})

for (const bound of ['127.0.0.1', '::'])
  for (const known of ['127.0.0.1', '192.0.2.1'])
    test(`a key told by 127.0.0.1 to ${bound} where rtpengine is at ${known}`, {
      skip: bound === '::' && (await withoutIpv6()),
    }, async (t) => {
      const heard: string[] = []
      const warned: string[] = []
      const port = await freePort()
      const keys = await openKeys({ address: bound, port })
      assert.ok(keys.ok)
      t.after(keys.value.close)
      keys.value.hear({
        ...{ servers: [{ address: known, port: 1 }], knows: (call) => call === 'a', log: log(warned) },
        events: { onDtmf: (call, side, key, ms) => void heard.push(`${call} ${side} ${key} ${ms}`) },
      })
      const socket = createSocket('udp4')
      t.after(() => socket.close())
      const tell = () => {
        socket.send(octetsOf({ ...said, callid: 'b' }), port, '127.0.0.1')
        socket.send(octetsOf(said), port, '127.0.0.1')
      }
      const again = setInterval(tell, 50)
      t.after(() => clearInterval(again))
      await until('something', () => heard.length + warned.length > 0)
      const isKnown = known === '127.0.0.1'
      assert.deepEqual([heard[0], warned[0]], isKnown ? ['a callee # 100', undefined] : [undefined, 'warn'])
    })

test('an address that cannot be had is said so', async (t) => {
  const at = { address: '127.0.0.1', port: await freePort() }
  const first = await openKeys(at)
  assert.ok(first.ok)
  t.after(first.value.close)
  assert.deepEqual(await openKeys(at), { ok: false, error: 'EADDRINUSE' })
  const elsewhere = await openKeys({ address: '192.0.2.1', port: 0 })
  assert.deepEqual(elsewhere, { ok: false, error: 'EADDRNOTAVAIL' })
})
