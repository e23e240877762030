import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import {
  createCertificate,
  createDtls,
  type Dtls,
  type DtlsKeys,
  type DtlsRole,
  fingerprintOf,
  keyOf,
} from '#dtls'
import { concat, toHex } from '#lib/bytes'
import { SRTP_PROFILES, type SrtpProfile } from '#rtp'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'

const WALL_MS = Date.now()
const ours = createCertificate(WALL_MS, 'ours')
const theirs = createCertificate(WALL_MS, 'theirs')
const PROFILES: SrtpProfile[] = ['SRTP_AEAD_AES_128_GCM', 'SRTP_AES128_CM_HMAC_SHA1_80']

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtls-'))
  const pem = (label: string, der: Uint8Array): string =>
    `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`
  assert.ok(new X509Certificate(theirs.certificate).verify(new X509Certificate(theirs.certificate).publicKey))
  writeFileSync(join(folder, 'cert.pem'), pem('CERTIFICATE', theirs.certificate))
  writeFileSync(join(folder, 'key.pem'), pem('PRIVATE KEY', theirs.privateKey))
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** Everything openssl has printed so far. */
const start = (...args: string[]): { process: ChildProcess; said(): string } => {
  let said = ''
  const files = ['-cert', join(folder, 'cert.pem'), '-key', join(folder, 'key.pem')]
  const child = spawn('openssl', [...args, '-dtls1_2', ...files], { stdio: ['pipe', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += text))
  return { process: child, said: () => said }
}

const exportOf = ({ clientKey, serverKey, clientSalt, serverSalt }: DtlsKeys): string =>
  toHex(concat(clientKey, serverKey, clientSalt, serverSalt)).toUpperCase()

type Ours = { dtls: Dtls; keys: Promise<DtlsKeys>; closed: Promise<void> }

/** Our end on a socket. It speaks to `port`, or to whoever speaks first. */
const createOurs = (role: DtlsRole, socket: Socket, profile: SrtpProfile, port?: number): Ours => {
  const keys = Promise.withResolvers<DtlsKeys>()
  const closed = Promise.withResolvers<void>()
  let target = port
  const dtls = createDtls({
    role,
    certificate: ours.certificate,
    key: keyOf(ours),
    cookie: role === 'server',
    fingerprints: [{ hash: 'sha-256', value: fingerprintOf(theirs.certificate) }],
    profiles: [SRTP_PROFILES[profile]],
    events: {
      send: (datagram) => socket.send(datagram, target, '127.0.0.1'),
      connected: keys.resolve,
      failed: (reason) => keys.reject(new Error(reason)),
      closed: closed.resolve,
    },
  })
  socket.on('message', (datagram, { port: source }) => {
    target ??= source
    dtls.feed(datagram, performance.now())
  })
  dtls.start(performance.now())
  return { dtls, keys: keys.promise, closed: closed.promise }
}

const until = async (met: () => boolean, what: () => string): Promise<void> => {
  for (let i = 0; i < 600 && !met(); i++) await wait(50)
  assert.ok(met(), what())
}

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

describe('openssl', { skip: without('openssl') }, () => {
  for (const profile of PROFILES) {
    const { keyLength, saltLength } = SRTP_PROFILES[profile]
    // OpenSSL leaves the HMAC out of the name.
    const srtp = ['-use_srtp', profile.replace('_HMAC', ''), '-keymatexport', 'EXTRACTOR-dtls_srtp']
    const length = ['-keymatexportlen', String(2 * (keyLength + saltLength))]

    test(`s_client agrees about the keys of ${profile}`, async () => {
      const socket = await bound()
      const { keys, closed } = createOurs('server', socket, profile)
      const peer = start('s_client', '-connect', `127.0.0.1:${socket.address().port}`, ...srtp, ...length)
      try {
        const exported = exportOf(await keys)
        await until(() => peer.said().includes(exported), peer.said)
        assert.match(peer.said(), /Extended master secret: yes/)
        peer.process.stdin?.write('Q\n')
        await closed
      } finally {
        peer.process.kill('SIGKILL')
        socket.close()
      }
    })

    test(`s_server agrees about the keys of ${profile}`, async () => {
      const port = await freePort()
      const peer = start('s_server', '-accept', `127.0.0.1:${port}`, '-Verify', '1', ...srtp, ...length)
      const socket = await bound()
      try {
        await until(() => peer.said().includes('ACCEPT'), peer.said)
        const { keys, dtls } = createOurs('client', socket, profile, port)
        const exported = exportOf(await keys)
        await until(() => peer.said().includes(exported), peer.said)
        socket.send(dtls.close() as Uint8Array, port, '127.0.0.1')
        await until(
          () => peer.said().includes('DONE') || peer.said().includes('CONNECTION CLOSED'),
          peer.said,
        )
      } finally {
        peer.process.kill('SIGKILL')
        socket.close()
      }
    })
  }
})
