import { type Certificate, createDtls, type Dtls, type DtlsFailure, type DtlsKeys, keyOf } from '#dtls'
import { SRTP_PROFILES, type SrtpProfile } from '#rtp'
import type { HandshakeFailure, HandshakeKeys, HandshakeStart } from './handshaker.ts'

/** Best first: GCM is the cheaper one, the other is the one that everybody has (RFC 8827 §6.5). */
const PROFILES: readonly SrtpProfile[] = ['SRTP_AEAD_AES_128_GCM', 'SRTP_AES128_CM_HMAC_SHA1_80']

/** At once; each of them may hold some 30 KiB of a peer's fragments. */
export const MOST_HANDSHAKES = 1000
/** With those that are connected and wait for the end. */
const MOST_ASSOCIATIONS = 10_000
/** Nothing in DTLS for SRTP is as long. */
export const LONGEST_DATAGRAM = 4096

export type HandshakesPorts = {
  certificate: Certificate
  nowMs(): number
  send(serial: number, datagram: Uint8Array): void
  connected(serial: number, keys: HandshakeKeys): void
  failed(serial: number, reason: HandshakeFailure): void
  closed(serial: number): void
}

/** All associations of a thread, by a number that is never used twice. */
export const createHandshakes = (ports: HandshakesPorts) => {
  const { certificate, nowMs } = ports
  const key = keyOf(certificate)
  const all = new Map<number, Dtls>()
  const open = new Set<number>()

  const forget = (serial: number): void => {
    all.delete(serial)
    open.delete(serial)
  }

  const start = (serial: number, { role, fingerprints }: Omit<HandshakeStart, 'id'>): void => {
    if (open.size >= MOST_HANDSHAKES || all.size >= MOST_ASSOCIATIONS) return ports.failed(serial, 'busy')
    const dtls = createDtls({
      ...{ role, key, certificate: certificate.certificate, fingerprints },
      profiles: PROFILES.map((name) => SRTP_PROFILES[name]),
      events: {
        send: (datagram) => ports.send(serial, datagram),
        connected: (keys) => {
          open.delete(serial)
          ports.connected(serial, toHandshakeKeys(keys, role))
        },
        failed: (reason: DtlsFailure) => {
          forget(serial)
          ports.failed(serial, reason)
        },
        closed: () => {
          forget(serial)
          ports.closed(serial)
        },
      },
    })
    all.set(serial, dtls)
    open.add(serial)
    dtls.start(nowMs())
  }

  return {
    start,
    feed: (serial: number, datagram: Uint8Array): void => {
      if (datagram.length <= LONGEST_DATAGRAM) all.get(serial)?.feed(datagram, nowMs())
    },
    /** Gives the last datagram, if the peer is owed one. */
    close: (serial: number): Uint8Array | undefined => {
      const goodbye = all.get(serial)?.close()
      forget(serial)
      return goodbye
    },
    /** Often enough for repetitions while there are handshakes, else never. */
    tick: (): void => {
      for (const serial of open) all.get(serial)?.tick(nowMs())
    },
    /** Whether `tick` has anything to do. */
    isBusy: (): boolean => open.size > 0,
    size: (): number => all.size,
  }
}

const toHandshakeKeys = (keys: DtlsKeys, role: 'client' | 'server'): HandshakeKeys => {
  const profile = PROFILES.find((name) => SRTP_PROFILES[name].number === keys.profile) as SrtpProfile
  return { ...keys, profile, role }
}
