import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createCertificate } from '#dtls'
import { silentLog } from '#lib/log'
import { createHandshaker } from './crew.ts'
import type { HandshakeFailure, HandshakeKeys, Handshaker } from './handshaker.ts'

type Told = {
  keys: PromiseWithResolvers<HandshakeKeys>
  failed: PromiseWithResolvers<HandshakeFailure>
  closed: PromiseWithResolvers<void>
}

const opened: Handshaker[] = []
after(() => Promise.all(opened.map((handshaker) => handshaker.end())))

/** Two threads that are each other's network. */
const town = (drop: (datagram: Uint8Array) => boolean = () => false) => {
  const told: Record<string, Told> = {}
  const of = (name: string): Told =>
    (told[name] ??= {
      keys: Promise.withResolvers(),
      failed: Promise.withResolvers(),
      closed: Promise.withResolvers(),
    })
  const make = (name: string, other: () => Handshaker): Handshaker => {
    const made = createHandshaker({
      log: silentLog,
      events: {
        onSend: (id, datagram) => {
          if (!drop(datagram)) other().feed(id, datagram)
        },
        onConnected: (id, keys) => of(`${name} ${id}`).keys.resolve(keys),
        onFailed: (id, reason) => of(`${name} ${id}`).failed.resolve(reason),
        onClosed: (id) => of(`${name} ${id}`).closed.resolve(),
      },
    })
    opened.push(made)
    return made
  }
  const client: Handshaker = make('client', () => server)
  const server: Handshaker = make('server', () => client)
  const start = (id: number, fingerprint = server.fingerprint): void => {
    server.start({ id, role: 'server', fingerprints: [{ hash: 'sha-256', value: client.fingerprint }] })
    client.start({ id, role: 'client', fingerprints: [{ hash: 'sha-256', value: fingerprint }] })
  }
  return { client, server, of, start }
}

test('many handshakes at once, keys alike, and good-byes', async () => {
  const { client, server, of, start } = town()
  for (let id = 0; id < 20; id++) start(id)
  for (let id = 0; id < 20; id++) {
    const [ours, theirs] = await Promise.all([
      of(`client ${id}`).keys.promise,
      of(`server ${id}`).keys.promise,
    ])
    assert.deepEqual({ ...ours, role: 'server' }, theirs)
    assert.equal(ours.profile, 'SRTP_AEAD_AES_128_GCM')
  }
  client.close(3)
  await of('server 3').closed.promise
  assert.deepEqual(server.figures(), { handshakes: 20, connected: 20, failed: 0 })
  client.feed(77, new Uint8Array(10))
  client.close(77)
})

test('a failure is told once, and the id may be used again', async () => {
  const { of, start } = town()
  start(1, '00:11')
  assert.equal(await of('client 1').failed.promise, 'fingerprint')
  assert.equal(await of('server 1').failed.promise, 'refused')
  start(1)
  assert.ok(await of('client 1').keys.promise)
})

test('starting an id anew forgets what was before', async () => {
  const { server, client, of, start } = town()
  server.start({ id: 5, role: 'server', fingerprints: [] })
  client.start({ id: 5, role: 'client', fingerprints: [] })
  start(5)
  assert.ok(await of('client 5').keys.promise)
})

test('a certificate of our own choice', () => {
  const certificate = createCertificate(Date.now())
  const events = { onSend() {}, onConnected() {}, onFailed() {}, onClosed() {} }
  const one = createHandshaker({ log: silentLog, events, certificate })
  const two = createHandshaker({ log: silentLog, events, certificate })
  opened.push(one, two)
  assert.equal(one.fingerprint, two.fingerprint)
})

test('what comes after the end starts no thread, which nobody would end', async () => {
  const { client, start } = town()
  start(1)
  await client.end()
  let threads = 0
  const count = (): void => void threads++
  process.on('worker', count)
  client.feed(1, new Uint8Array(20))
  client.close(1)
  await setImmediate()
  process.off('worker', count)
  assert.equal(threads, 0)
})
