import { concat } from '#lib/bytes'
import type { DtlsKeys, DtlsRole, DtlsSrtpProfile } from './contract.ts'
import { prf } from './prf.ts'
import type { RecordKeys } from './record.ts'

/** What follows from the master secret. */
export type Secrets = { master: Uint8Array; clientRandom: Uint8Array; serverRandom: Uint8Array }

/** RFC 7627 §4 when both sides have it (`session`: the hash up to ClientKeyExchange), else RFC 5246 §8.1. */
export const createSecrets = (
  agreed: Uint8Array,
  session: Uint8Array | undefined,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): Secrets => {
  const master = session
    ? prf(agreed, 'extended master secret', session, 48)
    : prf(agreed, 'master secret', concat(clientRandom, serverRandom), 48)
  return { master, clientRandom, serverRandom }
}

/** RFC 5246 §6.3 for AES-128-GCM: no MAC keys, four octets of IV (RFC 5288 §3). */
export const recordKeysOf = (secrets: Secrets): Record<DtlsRole, RecordKeys> => {
  const block = prf(secrets.master, 'key expansion', concat(secrets.serverRandom, secrets.clientRandom), 40)
  return {
    client: { key: block.subarray(0, 16), iv: block.subarray(32, 36) },
    server: { key: block.subarray(16, 32), iv: block.subarray(36, 40) },
  }
}

/** RFC 5246 §7.4.9. */
export const verifyDataOf = (secrets: Secrets, role: DtlsRole, transcript: Uint8Array): Uint8Array =>
  prf(secrets.master, `${role} finished`, transcript, 12)

/** The exporter of RFC 5705 §4 under the label of RFC 5764 §4.2. */
export const srtpKeysOf = (secrets: Secrets, profile: DtlsSrtpProfile): DtlsKeys => {
  const { keyLength, saltLength, number } = profile
  const seed = concat(secrets.clientRandom, secrets.serverRandom)
  const block = prf(secrets.master, 'EXTRACTOR-dtls_srtp', seed, 2 * (keyLength + saltLength))
  const salts = 2 * keyLength
  return {
    profile: number,
    clientKey: block.slice(0, keyLength),
    serverKey: block.slice(keyLength, salts),
    clientSalt: block.slice(salts, salts + saltLength),
    serverSalt: block.slice(salts + saltLength),
  }
}
