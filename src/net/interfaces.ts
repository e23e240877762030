import { networkInterfaces } from 'node:os'
import { isMapped, parseAddress, splitZone, type Words } from './address.ts'

type Own = { address: string; words: Words; prefix: number; internal: boolean; zone: string; scope: number }

const FRESH_MS = 5000
let known: Own[] = []
let knownAt = Number.NEGATIVE_INFINITY

/** The machine's addresses, asked anew every five seconds: interfaces come and go. */
const interfaces = (): Own[] => {
  const now = performance.now()
  if (now - knownAt < FRESH_MS) return known
  knownAt = now
  known = []
  for (const [zone, list] of Object.entries(networkInterfaces())) {
    for (const item of list ?? []) {
      const words = parseAddress(splitZone(item.address)[0])
      if (!words) continue
      const bits = Number(item.cidr?.split('/')[1] ?? 128)
      const prefix = item.family === 'IPv4' ? bits + 96 : bits
      known.push({
        address: item.address,
        words,
        prefix,
        internal: item.internal,
        zone,
        scope: item.scopeid ?? 0,
      })
    }
  }
  return known
}

const LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
const swap = (word: number): number =>
  LITTLE ? ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24) : word

const within = (peer: Words, own: Own): boolean => {
  for (let i = 0; i < 4; i++) {
    const bits = Math.min(Math.max(own.prefix - 32 * i, 0), 32)
    if (bits === 0) return true
    const mask = bits === 32 ? -1 : ~(0xffffffff >>> bits)
    if (((swap(peer[i] as number) ^ swap(own.words[i] as number)) & mask) !== 0) return false
  }
  return true
}

/**
 * What a socket bound to every address calls itself towards this peer: the own address in the peer's network,
 * else the first that is not loopback, else loopback.
 */
export const ownAddressTowards = (peer: string): string => {
  const [text] = splitZone(peer)
  const words = parseAddress(text)
  const ipv4 = words ? isMapped(words[0], words[1], words[2]) : true
  const family = interfaces().filter((own) => isMapped(own.words[0], own.words[1], own.words[2]) === ipv4)
  let best: Own | undefined
  for (const own of family) if (words && within(words, own) && own.prefix > (best?.prefix ?? -1)) best = own
  best ??= family.find((own) => !own.internal && own.scope === 0)
  return best?.address ?? (ipv4 ? '127.0.0.1' : '::1')
}

/** Zone of a link-local address (RFC 4007 §11): its index for the socket, its name for people. */
export const scopeOf = (zone: string): number =>
  /^\d{1,9}$/.test(zone)
    ? Number(zone)
    : (interfaces().find((own) => own.zone === zone && own.scope > 0)?.scope ?? 0)

export const zoneOf = (scope: number): string =>
  interfaces().find((own) => own.scope === scope)?.zone ?? String(scope)
