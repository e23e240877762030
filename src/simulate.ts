import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfiguration, printProblem, type Settings } from '#config'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { err, ok } from '#lib/result'
import { createTimers } from '#lib/timers'
import { openWire, selfSigned } from '#net'
import {
  type KnownUser,
  type MediaSocket,
  type OpenMedia,
  runUe,
  type UeCommandPorts,
  type UeOptions,
} from '#simulators'
import { subscribersOf } from '#start'

/** `tandem sim ue` as a process: gives the simulated handset its sockets, files and secrets. Returns the exit code. */
export const simulateUe = async (options: UeOptions): Promise<number> => {
  const house = houseOf(options)
  if (Array.isArray(house)) {
    for (const problem of house) console.error(problem)
    return 1
  }
  const { promise: interrupted, resolve } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  const server = options.server ?? house?.server
  return runUe(server === undefined ? options : { ...options, server }, {
    timers: createTimers(),
    random: createRandom(),
    ...(house && { known: house.known }),
    openWire: openUeWire,
    openMedia: openUdpMedia,
    resolve: async (host) => (await lookup(host).catch(() => undefined))?.address,
    readFile,
    writeFile,
    print: (line) => console.log(line),
    interrupted,
  })
}

/** The users and the address of the configuration beside us; undefined when the person gave own secrets, or there is none. */
const houseOf = ({
  config,
  password,
  imsi,
}: UeOptions): { known: KnownUser[]; server: string } | undefined | string[] => {
  if (password !== undefined || imsi !== undefined) return undefined
  const file = typeof config === 'string' ? config : join(process.env.TANDEM_DATA ?? './data', 'tandem.cfg')
  if (config === undefined && !existsSync(file)) return undefined
  const loaded = loadConfiguration(file)
  if (!loaded.ok) return loaded.error.map(printProblem)
  const { settings } = loaded.value
  return { known: subscribersOf(settings), server: serverOf(settings) }
}

const serverOf = ({ sip_addr }: Settings): string => {
  const { address = '127.0.0.1', port = 5060 } = sip_addr[0]?.addr ?? {}
  if (address === '0.0.0.0') return `127.0.0.1:${port}`
  return address === '::'
    ? `[::1]:${port}`
    : address.includes(':')
      ? `[${address}]:${port}`
      : `${address}:${port}`
}

const openUeWire: UeCommandPorts['openWire'] = async (transport, towards) => {
  const at = { address: await ownAddress(towards.address), port: 0 }
  const tls = transport === 'tls' ? await selfSigned(['localhost']) : undefined
  const wire = await openWire({
    listeners: [{ transports: { [transport]: at } }],
    log: silentLog,
    ...(tls && { tls }),
  })
  return wire.ok ? ok(wire.value) : err(wire.error.message)
}

/** The address that this machine would use towards another: asked of the system, nothing is sent. */
const ownAddress = async (towards: string): Promise<string> => {
  const probe = createSocket(towards.includes(':') ? 'udp6' : 'udp4')
  try {
    probe.connect(9, towards)
    await once(probe, 'connect')
    return probe.address().address
  } finally {
    probe.close()
  }
}

export const openUdpMedia: OpenMedia = async (towards) => {
  const socket = createSocket(towards.includes(':') ? 'udp6' : 'udp4')
  socket.bind(0, await ownAddress(towards))
  await once(socket, 'listening')
  const { address, port } = socket.address()
  const media: MediaSocket = {
    local: { address, port },
    onPacket: undefined,
    // What cannot be sent is lost, as on any network.
    send: (octets, to) => socket.send(octets, to.port, to.address, () => {}),
    close: () => socket.close(),
  }
  socket.on('message', (octets, from) => media.onPacket?.(octets, from))
  socket.on('error', () => {})
  return media
}
