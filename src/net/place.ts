import { isLoopback } from '#lib/loopback'
import type { Endpoint, Transport } from '#lib/wire'
import { canonical, splitZone } from './address.ts'
import { ownAddressTowards } from './interfaces.ts'

/** One bound transport of one listener: what its flows say about themselves. */
export type Place = {
  readonly transport: Transport
  readonly listener: number
  /** Where it is bound, with the real port. */
  readonly bound: Endpoint
  /** True when peers of this family can be reached from here. */
  reaches(address: string): boolean
  /** True when nothing speaks against it: a socket bound to loopback is a bad start for a journey outside, and the reverse. */
  suits(address: string): boolean
  /** The address told to this peer: the advertised one, else the bound one, else the own address towards the peer. */
  localTowards(peer: string): Endpoint
}

export const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::'

/** `dual`: a socket on `::` that also takes IPv4. */
export const createPlace = (
  transport: Transport,
  listener: number,
  bound: Endpoint,
  advertised: string | undefined,
  dual: boolean,
): Place => {
  const any = isWildcard(bound.address)
  const ipv6 = bound.address.includes(':')
  const own = canonical(bound.address) ?? bound.address
  const fixed = advertised !== undefined ? { address: advertised, port: bound.port } : undefined
  const told = fixed ?? (any ? undefined : { address: splitZone(own)[0], port: bound.port })
  const towards = new Map<string, Endpoint>()
  return {
    transport,
    listener,
    bound,
    reaches: (address) => address.includes(':') === ipv6 || dual,
    suits: (address) => any || isLoopback(address) === isLoopback(own),
    localTowards: (peer) => {
      if (told) return told
      const address = ownAddressTowards(peer)
      const known = towards.get(address)
      if (known) return known
      const local = { address, port: bound.port }
      if (towards.size < 64) towards.set(address, local)
      return local
    },
  }
}
