import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { loadConfiguration, printProblem, type Settings } from '#config'
import { createTimers } from '#lib/timers'
import {
  type EjoinCommandPorts,
  type GatewayCommandPorts,
  type KnownEjoin,
  type KnownLine,
  runEjoin,
  runGoip,
  type UeOptions,
} from '#simulators'
import { nearAddress, printEndpoint } from '#start'
import { openUdpMedia } from './simulate.ts'

/** `tandem sim goip` as a process: gives the simulated device its sockets, and the lines of the configuration. */
export const simulateGoip = async (options: UeOptions): Promise<number> => {
  const own = options.password !== undefined
  return withSettings(options, own, (settings, ports) => {
    const known = settings?.goip?.lines.map(
      ({ id, password, number, device }): KnownLine => ({ id, password, number, device }),
    )
    const [at] = settings?.goip?.addr ?? []
    const server = options.server ?? (at && printEndpoint(nearAddress(at.address), at.port))
    return runGoip(server === undefined ? options : { ...options, server }, {
      ...{ ...ports, openSocket: openUdpMedia },
      ...(known && { known }),
    })
  })
}

/** `tandem sim ejoin` as a process: its web server, and reports to the server's. */
export const simulateEjoin = async (options: UeOptions): Promise<number> => {
  const own = options.url !== undefined
  return withSettings(options, own, (settings, ports) => {
    const known = settings && reportersOf(settings)
    return runEjoin(options, { ...ports, post, serve, ...(known && { known }) })
  })
}

const reportersOf = ({ ejoin, admin }: Settings): KnownEjoin[] => {
  const [at] = admin?.http_addr ?? []
  const base = at && `http://${printEndpoint(nearAddress(at.address), at.port)}/ejoin`
  return (ejoin?.devices ?? []).map(({ name, mac, url, username, password, secret }) => ({
    ...{ name, mac, url, username, password },
    report: base === undefined ? '' : `${base}/${secret}`,
  }))
}

const POST_MS = 10_000
const post: EjoinCommandPorts['post'] = async (url, body) => {
  const headers = { 'content-type': 'application/json;charset=utf-8' }
  const signal = AbortSignal.timeout(POST_MS)
  const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(() => undefined)
  await answer?.arrayBuffer().catch(() => undefined)
  return answer?.status ?? 0
}

const MOST_OCTETS = 1_000_000
const serve: EjoinCommandPorts['serve'] = async ({ host, port }, handle) => {
  const server = createServer(async (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    for await (const piece of request) if (body.length < MOST_OCTETS) body += piece
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://device')
    const answer = handle({ method: request.method ?? 'GET', path: pathname, query: searchParams, body })
    // Without power there is nobody to answer.
    if (!answer) return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  })
  server.listen(port, host)
  const problem = await once(server, 'listening').then(
    () => undefined,
    (error: Error) => error.message,
  )
  return problem ?? { close: () => void server.close(), port: (server.address() as AddressInfo).port }
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
  }
}
