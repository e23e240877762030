import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import { createChance } from '../../../test/support/mutations.ts'
import { freePort } from '../../../test/support/ports.ts'
import { until } from '../../../test/support/wait.ts'
import { listenForKeys, readKey } from './keys.ts'

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

for (const servers of [[{ address: '127.0.0.1', port: 1 }], [{ address: '192.0.2.1', port: 1 }]])
  test(`a key told by 127.0.0.1 where rtpengine is at ${servers[0]?.address}`, async () => {
    const heard: string[] = []
    const warned: string[] = []
    const at = { address: '127.0.0.1', port: await freePort() }
    const stop = listenForKeys({
      ...{ at, servers, knows: (call) => call === 'a' },
      events: { onDtmf: (call, side, key, ms) => void heard.push(`${call} ${side} ${key} ${ms}`) },
      log: { on: () => true, write: (_, level) => void warned.push(level) },
    })
    const socket = createSocket('udp4')
    const told = () => heard.length + warned.length
    const tell = () => {
      socket.send(octetsOf({ ...said, callid: 'b' }), at.port, at.address)
      socket.send(octetsOf(said), at.port, at.address)
    }
    const again = setInterval(tell, 50)
    await until('something', () => told() > 0)
    clearInterval(again)
    const isKnown = servers[0]?.address === at.address
    assert.deepEqual([heard[0], warned[0]], isKnown ? ['a callee # 100', undefined] : [undefined, 'warn'])
    socket.close()
    stop()
  })
