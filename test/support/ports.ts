import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** Below the kernel's own range for outgoing connections, so that nobody takes them by chance. */
const [FIRST, LAST] = [10_240, 31_000]

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

const given = new Set<number>()
const anywhere = (span: number) => FIRST + Math.floor(Math.random() * (LAST - FIRST - span))

/** A port that is free for UDP and TCP alike, never given twice to one test. */
export const freePort = async (address = '127.0.0.1'): Promise<number> => {
  for (let tries = 0; tries < 1000; tries++) {
    const port = anywhere(1)
    if (given.has(port) || !(await udpFree(address, port)) || !(await tcpFree(address, port))) continue
    given.add(port)
    return port
  }
  throw new Error(`no free port at ${address}`)
}

/** Why IPv6 cannot be tested here; false when it can. */
export const withoutIpv6 = async (): Promise<string | false> =>
  (await udpFree('::1', 0)) ? false : 'this machine has no IPv6 loopback address'

/** An even first port and the odd last one of a stretch for media, none of which anybody holds. */
export const portRange = (size: number): { from: number; to: number } => {
  const held = new Set([...boundPorts('udp'), ...given])
  for (let tries = 0; tries < 1000; tries++) {
    const from = anywhere(size) & ~1
    const ports = Array.from({ length: size }, (_, index) => from + index)
    if (ports.some((port) => held.has(port))) continue
    for (const port of ports) given.add(port)
    return { from, to: from + size - 1 }
  }
  throw new Error(`no ${size} free UDP ports in a row from ${FIRST} to ${LAST}`)
}

/** The kernel's tables of open sockets: the second field of a line is the local address and port in hexadecimal. */
const boundPorts = (transport: 'udp' | 'tcp'): number[] =>
  [transport, `${transport}6`].flatMap((table) =>
    [...readFileSync(`/proc/net/${table}`, 'latin1').matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) /gm)].map(
      ([, port]) => Number(`0x${port}`),
    ),
  )

/** Whether some process listens on the port. */
export const isBound = (port: number, transport: 'udp' | 'tcp'): boolean =>
  boundPorts(transport).includes(port)
