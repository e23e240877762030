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
  for (;;) {
    const port = anywhere(1)
    if (given.has(port) || !(await udpFree(address, port)) || !(await tcpFree(address, port))) continue
    given.add(port)
    return port
  }
}

/** The even first port of a stretch for media; its ports are not tried one by one. */
export const portRange = (size: number): { from: number; to: number } => {
  for (;;) {
    const from = anywhere(size) & ~1
    const ports = Array.from({ length: size }, (_, index) => from + index)
    if (ports.some((port) => given.has(port))) continue
    for (const port of ports) given.add(port)
    return { from, to: from + size - 1 }
  }
}

/** Whether some process listens on the port, as the kernel's tables show it. */
export const isBound = (port: number, transport: 'udp' | 'tcp'): boolean => {
  const local = new RegExp(`^\\s*\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} `, 'm')
  return [transport, `${transport}6`].some((table) =>
    local.test(readFileSync(`/proc/net/${table}`, 'latin1')),
  )
}
