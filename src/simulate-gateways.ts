import { lookup } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { loadConfiguration, printProblem, type Settings } from '#config'
import { createTimers } from '#lib/timers'
import { type GatewayCommandPorts, type KnownLine, runGoip, type UeOptions } from '#simulators'
import { nearAddress, printEndpoint } from '#start'
import { openUdpMedia } from './simulate.ts'

/** `tandem sim goip` as a process: gives the simulated device its sockets, and the lines of the configuration. */
export const simulateGoip = async (options: UeOptions): Promise<number> => {
  const own = options.password !== undefined
  return withSettings(options, own, (settings, ports) => {
    const known = settings?.goip?.lines.map(
      ({ id, password, number }): KnownLine => ({ id, password, number }),
    )
    const [at] = settings?.goip?.addr ?? []
    const server = options.server ?? (at && printEndpoint(nearAddress(at.address), at.port))
    return runGoip(server === undefined ? options : { ...options, server }, {
      ...{ ...ports, openSocket: openUdpMedia },
      ...(known && { known }),
    })
  })
}

/** Runs with the configuration beside us, unless the person gave own secrets or there is none. */
const withSettings = async (
  { config }: UeOptions,
  own: boolean,
  run: (settings: Settings | undefined, ports: GatewayCommandPorts) => Promise<number>,
): Promise<number> => {
  const file = typeof config === 'string' ? config : join(process.env.TANDEM_DATA ?? './data', 'tandem.cfg')
  const wanted = config !== undefined || (!own && existsSync(file))
  const loaded = wanted ? loadConfiguration(file) : undefined
  if (loaded && !loaded.ok) {
    for (const problem of loaded.error) console.error(printProblem(problem))
    return 1
  }
  const { promise: interrupted, resolve } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  const input: Interface = createInterface({ input: process.stdin })
  try {
    return await run(loaded?.value.settings, {
      timers: createTimers(),
      resolve: async (host) => (await lookup(host).catch(() => undefined))?.address,
      print: (line) => console.log(line),
      input,
      interrupted,
    })
  } finally {
    input.close()
    process.stdin.unref()
  }
}
