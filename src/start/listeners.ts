import { networkInterfaces } from 'node:os'
import type { Settings, SipListener } from '#config'
import type { Endpoint, Transport } from '#lib/wire'
import { isWildcard, shownAddress } from './addresses.ts'

/** What one item of sip_addr asks the network room to open. */
export type ListenerPlan = { transports: Partial<Record<Transport, Endpoint>>; advertised?: string }
/** The same item as the media room needs it: where its RTP ports are, and what to tell others of them. */
export type MediaPlan = { address: string; any: boolean; bind: string; portMin: number; portMax: number }

const addressOfInterface = (name: string, family: 'IPv4' | 'IPv6'): string | undefined =>
  networkInterfaces()[name]?.find((address) => address.family === family)?.address

/** Where a listener binds: bind_addr may name an interface, which stands for its address of the same family. */
const bindOf = ({ addr, bind_addr }: SipListener): Endpoint => {
  if (!bind_addr) return addr
  if (!('interface' in bind_addr)) return bind_addr
  const family = addr.address.includes(':') ? 'IPv6' : 'IPv4'
  return { address: addressOfInterface(bind_addr.interface, family) ?? addr.address, port: addr.port }
}

export const listenersOf = ({ sip_addr }: Settings): ListenerPlan[] =>
  sip_addr.map((listener) => {
    const bind = bindOf(listener)
    const { tls_addr, ws_addr, wss_addr, addr } = listener
    return {
      transports: {
        udp: bind,
        tcp: bind,
        ...(tls_addr && { tls: tls_addr }),
        ...(ws_addr && { ws: ws_addr }),
        ...(wss_addr && { wss: wss_addr }),
      },
      ...(isWildcard(addr.address) ? {} : { advertised: addr.address }),
    }
  })

export const mediaPlansOf = ({ sip_addr }: Settings): MediaPlan[] =>
  sip_addr.map((listener) => {
    const { address } = listener.addr
    return {
      address: shownAddress(address),
      any: isWildcard(address),
      bind: bindOf(listener).address,
      portMin: listener.port_min,
      portMax: listener.port_max,
    }
  })
