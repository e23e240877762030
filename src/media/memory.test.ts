import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createMemory,
  expectedOf,
  printSockaddr,
  SOURCE,
  sameHost,
  sameSockaddr,
  sockaddrLength,
  targetOf,
  writeSockaddr,
} from './memory.ts'

test('a sockaddr is written and printed as RFC 5952 spells it', () => {
  const memory = createMemory(2)
  const spelling = (address: string) => {
    assert.ok(writeSockaddr(memory, SOURCE, address, 4000))
    return printSockaddr(memory, SOURCE)
  }
  assert.equal(spelling('192.0.2.255'), '192.0.2.255:4000')
  assert.equal(spelling('::1'), '[::1]:4000')
  assert.equal(spelling('2001:DB8:0:0:1:0:0:1'), '[2001:db8::1:0:0:1]:4000')
  assert.equal(spelling('2001:db8::'), '[2001:db8::]:4000')
  assert.equal(spelling('1:0:2:0:3:0:4:10'), '[1:0:2:0:3:0:4:10]:4000')
  assert.equal(sockaddrLength(memory, SOURCE), 28)
})

test('what is no address is nothing, and equals no source', () => {
  const memory = createMemory(2)
  assert.equal(writeSockaddr(memory, expectedOf(1), 'example.org', 4000), false)
  assert.equal(writeSockaddr(memory, targetOf(1), '192.0.2.1', 0), false)
  assert.equal(printSockaddr(memory, expectedOf(1)), '')
  for (const address of ['0.0.0.0', '::', '192.0.2.1']) {
    writeSockaddr(memory, SOURCE, address, 4000)
    assert.equal(sameSockaddr(memory, SOURCE, expectedOf(1)), false)
  }
})

test('sources are compared whole, hosts without their port', () => {
  const memory = createMemory(2)
  const compare = (a: string, portA: number, b: string, portB: number) => {
    writeSockaddr(memory, expectedOf(0), a, portA)
    writeSockaddr(memory, expectedOf(1), b, portB)
    const [at, to] = [expectedOf(0), expectedOf(1)]
    return [sameSockaddr(memory, at, to), sameHost(memory, at, to)]
  }
  assert.deepEqual(compare('192.0.2.1', 4000, '192.0.2.1', 4000), [true, true])
  assert.deepEqual(compare('192.0.2.1', 4000, '192.0.2.1', 4001), [false, true])
  assert.deepEqual(compare('192.0.2.1', 4000, '192.0.2.2', 4000), [false, false])
  assert.deepEqual(compare('::1', 4000, '::1', 4000), [true, true])
  assert.deepEqual(compare('::1', 4000, '::2', 4000), [false, false])
  assert.deepEqual(compare('2001:db8::1', 4000, '2002:db8::1', 4000), [false, false])
  assert.deepEqual(compare('::1', 4000, '::1', 4001), [false, true])
  assert.deepEqual(compare('0.0.0.1', 4000, '::1', 4000), [false, false])
})
