import { createDtls } from './association.ts'
import { type Certificate, createCertificate, fingerprintOf, keyOf } from './certificate.ts'
import type { Dtls, DtlsFailure, DtlsKeys, DtlsOptions, DtlsRole, DtlsSrtpProfile } from './contract.ts'

export const GCM: DtlsSrtpProfile = { number: 7, keyLength: 16, saltLength: 12 }
export const CM: DtlsSrtpProfile = { number: 1, keyLength: 16, saltLength: 14 }

const WALL_MS = Date.UTC(2026, 0, 1)
export const ALICE = createCertificate(WALL_MS, 'alice')
export const BOB = createCertificate(WALL_MS, 'bob')

export const sha256Of = ({ certificate }: Certificate) => [
  { hash: 'sha-256', value: fingerprintOf(certificate) },
]

/** One end: what it sent and what became of it. */
export type End = {
  dtls: Dtls
  outbox: Uint8Array[]
  keys: DtlsKeys | undefined
  failure: DtlsFailure | undefined
  closed: boolean
  connections: number
}

export const createEnd = (role: DtlsRole, own: Certificate, plan: Partial<DtlsOptions> = {}): End => {
  const end: Omit<End, 'dtls'> = {
    ...{ outbox: [], keys: undefined, failure: undefined, closed: false, connections: 0 },
  }
  const dtls = createDtls({
    role,
    certificate: own.certificate,
    key: keyOf(own),
    fingerprints: sha256Of(own === ALICE ? BOB : ALICE),
    profiles: [GCM, CM],
    ...plan,
    events: {
      send: (datagram) => end.outbox.push(datagram),
      connected: (keys) => {
        end.keys = keys
        end.connections++
      },
      failed: (reason) => {
        end.failure = reason
      },
      closed: () => {
        end.closed = true
      },
    },
  })
  return Object.assign(end, { dtls })
}

export type Pair = { client: End; server: End }

export const createPair = (client: Partial<DtlsOptions> = {}, server: Partial<DtlsOptions> = {}): Pair => ({
  client: createEnd('client', ALICE, client),
  server: createEnd('server', BOB, server),
})

/** Carries datagrams until nobody says anything; `carry` may change, drop or double them. */
export const run = (
  { client, server }: Pair,
  nowMs: number,
  carry: (datagram: Uint8Array, from: 'client' | 'server') => Uint8Array[] = (datagram) => [datagram],
): void => {
  for (let turn = 0; turn < 40 && client.outbox.length + server.outbox.length > 0; turn++) {
    for (const datagram of client.outbox.splice(0))
      for (const carried of carry(datagram, 'client')) server.dtls.feed(carried, nowMs)
    for (const datagram of server.outbox.splice(0))
      for (const carried of carry(datagram, 'server')) client.dtls.feed(carried, nowMs)
  }
}

export const connect = (pair: Pair): Pair => {
  pair.client.dtls.start(0)
  pair.server.dtls.start(0)
  run(pair, 0)
  return pair
}
