import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webMediaPlanOf } from './web-media.ts'

const lo = { address: '127.0.0.1', netmask: '', mac: '', cidr: null, family: 'IPv4', internal: true } as const
const eth = { ...lo, address: '192.0.2.7', internal: false }
const linkLocal = { ...eth, address: 'fe80::1', family: 'IPv6', scopeid: 2 } as const

const webphone = {
  ...{ interface: '', mapped_ip: '', media_port: 50_000, max_calls: 2 },
  ...{ talking_timeout: 60, video_timeout: 60, hold_timeout: 600 },
}

const addresses = (named: Partial<typeof webphone>, interfaces: Parameters<typeof webMediaPlanOf>[1]) =>
  webMediaPlanOf({ webphone: { ...webphone, ...named } } as Parameters<typeof webMediaPlanOf>[0], interfaces)
    ?.addresses

test('browsers are told addresses that lead somewhere, the one outside first', () => {
  const interfaces = { lo: [lo], eth0: [eth, linkLocal] }
  assert.deepEqual(addresses({}, interfaces), ['192.0.2.7'])
  assert.deepEqual(addresses({ mapped_ip: '198.51.100.1' }, interfaces), ['198.51.100.1', '192.0.2.7'])
  assert.deepEqual(addresses({ interface: 'lo' }, interfaces), ['127.0.0.1'])
})

test('two tabs of a machine without a network can talk: it has itself', () => {
  assert.deepEqual(addresses({}, { lo: [lo], eth0: [linkLocal] }), ['127.0.0.1'])
})
