import { randomBytes } from 'node:crypto'
import type { MediaEvents, Refusal } from '#core'
import { createCredentials } from '#ice'
import type { Log } from '#lib/log'
import { err, ok, type Result } from '#lib/result'
import { addressBytes, type OwnAddress, parseSdp, readWeb, type WebSaid } from '#sdp'
import type { Report } from '../commands.ts'
import type { HandshakeKeys, Handshaker, HandshakerEvents } from '../dtls/handshaker.ts'
import type { Hand } from '../hand.ts'
import type { PortPool } from '../ports.ts'
import { type Heard, Transport } from './transport.ts'

export type TransportsPorts = {
  hand: Hand
  /** Sockets for browsers, by the family of addresses that they reach us with. */
  pools: { 4?: PortPool; 6?: PortPool }
  /** Every address that browsers are told of, besides the one that they reached us by. */
  addresses: readonly OwnAddress[]
  handshaker(events: HandshakerEvents): Handshaker
  events: MediaEvents
  log: Log
}

export type Transports = ReturnType<typeof createTransports>

/** A first flight that comes before the description that explains it: so many datagrams are kept. */
const MOST_EARLY = 6
const MOST_ADDRESSES = 6

/** What is beyond a transport's description: where it stands with ICE and DTLS. */
type Life = {
  transport: Transport
  ufrag: string
  validUfrag: string
  shaken: number
  early: Uint8Array[]
  up: boolean
}

const familyOf = (address: string): 4 | 6 | undefined => {
  const octets = addressBytes(address)
  return octets && (octets.length === 16 ? 6 : 4)
}

/** The browsers' transports by name: their sockets, their ICE in the worker, their DTLS in its own thread. */
export const createTransports = (ports: TransportsPorts) => {
  const { hand, pools, log, events } = ports
  const byName = new Map<string, Life>()
  const byId = new Map<number, Life>()
  /** Names that wait for a socket; whoever leaves meanwhile is not among them any more. */
  const opening = new Set<string>()
  let last = 0
  let shaker: Handshaker | undefined

  const handshaker = (): Handshaker => {
    shaker ??= ports.handshaker({
      onSend,
      onConnected,
      onFailed,
      onClosed: (id) => lose(id, 'closed by the browser'),
    })
    return shaker
  }

  const onSend = (id: number, datagram: Uint8Array): void =>
    hand.tell({ op: 'datagram', web: id, octets: datagram.toBase64() })

  const onConnected = (id: number, keys: HandshakeKeys): void => {
    const life = byId.get(id)
    if (!life) return
    const [ours, theirs] =
      keys.role === 'client'
        ? [[keys.clientKey, keys.clientSalt] as const, [keys.serverKey, keys.serverSalt] as const]
        : [[keys.serverKey, keys.serverSalt] as const, [keys.clientKey, keys.clientSalt] as const]
    const [profile, text] = [keys.profile, (octets: Uint8Array) => octets.toBase64()]
    hand.tell({
      ...{ op: 'keys', web: id, profile, key: text(ours[0]), salt: text(ours[1]) },
      ...{ theirKey: text(theirs[0]), theirSalt: text(theirs[1]) },
    })
    life.up = true
    events.onWeb?.(life.transport.name, 'up')
  }

  const onFailed = (id: number, reason: string): void => lose(id, `the DTLS handshake failed: ${reason}`)

  const lose = (id: number, why: string): void => {
    const life = byId.get(id)
    if (!life) return
    log.write('media', 'warn', `a browser's media are lost: ${why}`, { user: life.transport.name })
    life.up = false
    events.onWeb?.(life.transport.name, 'lost')
  }

  /** Once ICE knows where the browser is and its description whom to expect there. */
  const shake = (life: Life): void => {
    const { transport } = life
    const { said, role, association, id } = transport
    if (!said || !role || life.validUfrag !== transport.credentials.ufrag) return
    if (life.shaken !== association) {
      life.shaken = association
      const fingerprints = said.fingerprints
      handshaker().start({ id, role: role === 'active' ? 'client' : 'server', fingerprints })
    }
    for (const datagram of life.early.splice(0)) handshaker().feed(id, datagram)
  }

  /** Tells the worker what changed in the descriptions, and goes on with what they allow now. */
  const settle = (transport: Transport): void => {
    const life = byId.get(transport.id)
    if (!life) return
    const { id, pair, credentials, types, ssrcs } = transport
    hand.tell({ op: 'web', web: id, slot: pair.slot, ...credentials, types, ssrcs })
    life.ufrag = credentials.ufrag
    shake(life)
  }

  /** The worker died, and with it the keys. Browsers shake hands anew for another certificate only, and ours is as before. */
  const loseAll = (): void => {
    for (const { transport } of [...byName.values()]) {
      leave(transport.name)
      events.onWeb?.(transport.name, 'anew')
    }
  }

  const addressesFor = (address: string | undefined, family: 4 | 6): OwnAddress[] => {
    const told: OwnAddress[] = address === undefined ? [] : [{ family, address }]
    for (const own of ports.addresses)
      if (
        own.family === family &&
        told.length < MOST_ADDRESSES &&
        !told.some((one) => one.address === own.address)
      )
        told.push(own)
    return told
  }

  /** The transport of that name, which is made where there is none. `address`: ours as the browser reaches it. */
  const open = async (name: string, address?: string): Promise<Result<Transport, Refusal>> => {
    const present = byName.get(name)
    if (present) return ok(present.transport)
    const family = (address === undefined ? undefined : familyOf(address)) ?? (pools[4] ? 4 : 6)
    const pool = pools[family]
    const addresses = addressesFor(familyOf(address ?? '') ? address : undefined, family)
    if (!pool || addresses.length === 0) return err('unsupported-address')
    opening.add(name)
    let pair = pool.take()
    while (!pair) {
      if (!(await pool.grow())) {
        opening.delete(name)
        return err('overloaded')
      }
      pair = pool.take()
    }
    const raced = byName.get(name)
    if (raced || !opening.delete(name)) {
      pool.give(pair)
      return raced ? ok(raced.transport) : err('cancelled')
    }
    const transport = new Transport({
      ...{ id: ++last, name, pair, addresses, fingerprint: handshaker().fingerprint },
      credentials: () => createCredentials(randomBytes),
      number: () => randomBytes(4).readUInt32BE() || 1,
    })
    const life = { transport, ufrag: '', validUfrag: '', shaken: 0, early: [], up: false }
    byName.set(name, life)
    byId.set(transport.id, life)
    return ok(transport)
  }

  const leave = (name: string): void => {
    opening.delete(name)
    const life = byName.get(name)
    if (!life) return
    const { transport } = life
    transport.gone = true
    byName.delete(name)
    // DTLS says goodbye by the socket that is about to go.
    shaker?.close(transport.id)
    byId.delete(transport.id)
    hand.tell({ op: 'leave', web: transport.id })
    pools[transport.addresses[0]?.family === 6 ? 6 : 4]?.give(transport.pair)
  }

  const onReport = (report: Report & { op: 'web' | 'dtls' }): void => {
    const life = byId.get(report.web)
    if (!life) return
    if (report.op === 'dtls') {
      if (life.shaken === life.transport.association) return handshaker().feed(report.web, report.octets)
      if (life.early.length < MOST_EARLY) life.early.push(report.octets)
      return shake(life)
    }
    if (report.state === 'valid') {
      life.validUfrag = report.ufrag
      shake(life)
    } else if (report.state === 'lost') lose(report.web, 'no sign of life for 30 s')
    else if (life.up) events.onWeb?.(life.transport.name, 'up')
  }

  /** Reads a description of the browser's and lets its transport hear it. */
  const hear = (transport: Transport, text: string): Result<[WebSaid, Heard], Refusal> => {
    const parsed = parseSdp(text)
    if (!parsed.ok) return err('bad-request')
    const said = readWeb(parsed.value)
    if (!said.ok) {
      log.write('media', 'info', `a browser's description is not usable: ${said.error}`, {
        user: transport.name,
      })
      return err('not-acceptable-media')
    }
    const heard = transport.hear(said.value)
    if (heard !== 'present') settle(transport)
    return ok([said.value, heard])
  }

  return {
    ...{ open, leave, loseAll, hear, settle, onReport, hand },
    get: (name: string): Transport | undefined => byName.get(name)?.transport,
    isUp: (name: string): boolean => byName.get(name)?.up ?? false,
    get size() {
      return byName.size
    },
    end: (): Promise<void> => shaker?.end() ?? Promise.resolve(),
  }
}
