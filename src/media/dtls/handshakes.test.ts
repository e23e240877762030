import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCertificate, fingerprintOf } from '#dtls'
import type { HandshakeFailure } from './handshaker.ts'
import { createHandshakes, LONGEST_DATAGRAM, MOST_HANDSHAKES } from './handshakes.ts'

const certificate = createCertificate(Date.UTC(2026, 0, 1))
const fingerprints = [{ hash: 'sha-256', value: fingerprintOf(certificate.certificate) }]

const table = () => {
  const clock = { nowMs: 0 }
  const sent: [serial: number, datagram: Uint8Array][] = []
  const failed: [serial: number, reason: HandshakeFailure][] = []
  const connected: number[] = []
  const handshakes = createHandshakes({
    certificate,
    nowMs: () => clock.nowMs,
    send: (serial, datagram) => sent.push([serial, datagram]),
    connected: (serial) => connected.push(serial),
    failed: (serial, reason) => failed.push([serial, reason]),
    closed: () => {},
  })
  return { clock, sent, failed, connected, handshakes }
}

test('so many at once, and not one more', () => {
  const { clock, failed, handshakes } = table()
  for (let serial = 0; serial <= MOST_HANDSHAKES; serial++)
    handshakes.start(serial, { role: 'server', fingerprints })
  assert.deepEqual(failed, [[MOST_HANDSHAKES, 'busy']])
  handshakes.close(0)
  handshakes.start(5000, { role: 'client', fingerprints })
  assert.equal(failed.length, 1)
  clock.nowMs = 20_000
  handshakes.tick()
  assert.deepEqual(failed[1], [5000, 'timeout'])
})

test('nothing to do, nothing to wait for', () => {
  const { sent, connected, handshakes } = table()
  assert.ok(!handshakes.isBusy())
  handshakes.start(1, { role: 'server', fingerprints })
  handshakes.start(2, { role: 'client', fingerprints })
  assert.ok(handshakes.isBusy())
  while (sent.length > 0) {
    const [serial, datagram] = sent.shift() as [number, Uint8Array]
    handshakes.feed(3 - serial, datagram)
  }
  assert.deepEqual(connected, [1, 2])
  assert.ok(!handshakes.isBusy())
  assert.equal(handshakes.size(), 2)
  handshakes.close(1)
  handshakes.close(2)
  assert.equal(handshakes.size(), 0)
})

test('what is too long is not read', () => {
  const { sent, handshakes } = table()
  handshakes.start(1, { role: 'server', fingerprints })
  handshakes.start(2, { role: 'client', fingerprints })
  const hello = sent.shift()?.[1] as Uint8Array
  const padded = new Uint8Array(LONGEST_DATAGRAM + 1)
  padded.set(hello)
  handshakes.feed(1, padded)
  assert.equal(sent.length, 0)
  handshakes.feed(1, padded.subarray(0, LONGEST_DATAGRAM))
  assert.equal(sent.length, 1)
})
