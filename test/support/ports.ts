import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { claimPorts } from './port-claims.ts'

const udpFree = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    socket.on('error', () => resolve(false))
    socket.bind({ port, address, exclusive: true }, () => socket.close(() => resolve(true)))
  })

const tcpFree = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(true)))
  })

/** What this process claimed and has not given out yet; the latest stretch last. */
const left: { from: number; to: number }[] = []

/** `size` ports in a row, the first of them even, that nobody was given yet. */
const next = (size: number): number => {
  let place = left.find(({ from, to }) => to - from >= size)
  if (!place) {
    place = claimPorts(size)
    left.push(place)
  }
  const first = place.from
  place.from += size + (size & 1)
  return first
}

/** A port that is free for UDP and TCP alike, never given twice to one test. */
export const freePort = async (address = '127.0.0.1'): Promise<number> => {
  for (let tries = 0; tries < 1000; tries++) {
    const port = next(1)
    if ((await udpFree(address, port)) && (await tcpFree(address, port))) return port
  }
  throw new Error(`no free port at ${address}`)
}

/** Why IPv6 cannot be tested here; false when it can. */
export const withoutIpv6 = async (): Promise<string | false> =>
  (await udpFree('::1', 0)) ? false : 'this machine has no IPv6 loopback address'

/** An even first port and the odd last one of a stretch for media, none of which anybody holds. `size`: even. */
export const portRange = (size: number): { from: number; to: number } => {
  const held = new Set(boundPorts('udp'))
  for (let tries = 0; tries < 100; tries++) {
    const from = next(size)
    if (!Array.from({ length: size }, (_, index) => from + index).some((port) => held.has(port)))
      return { from, to: from + size - 1 }
  }
  throw new Error(`no ${size} free UDP ports in a row`)
}

/**
 * The kernel's tables of open sockets: of a line the second field is the local address and port in hexadecimal, and the
 * fourth the state, which is 0A where TCP listens: connections that are over hold their ports for a minute.
 */
const OPEN = {
  udp: /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) /gm,
  tcp: /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /gm,
}
const boundPorts = (transport: 'udp' | 'tcp'): number[] =>
  [transport, `${transport}6`].flatMap((table) =>
    [...readFileSync(`/proc/net/${table}`, 'latin1').matchAll(OPEN[transport])].map(([, port]) =>
      Number(`0x${port}`),
    ),
  )

/** Whether some process listens on the port. */
export const isBound = (port: number, transport: 'udp' | 'tcp'): boolean =>
  boundPorts(transport).includes(port)
