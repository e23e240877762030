import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peer } from '../test/support/peers.ts'
import { freePort } from '../test/support/ports.ts'
import { startProgram } from '../test/support/program.ts'
import { node, temporaryFolder } from '../test/support/tandem.ts'
import { until } from '../test/support/wait.ts'
import { CALLER_PORT } from './load.ts'
import { treeOf } from './process.ts'

/** A server under load: pinned to one core, with `users` digest users u0, u1, … (passwords pw0, pw1, …). */
export type Server = { name: string; pid: number; port: number; stop(): Promise<void> }

export type ServerOptions = { users: number; core: number }

/** Its main process forks one for the socket and two for timers. */
const WORKERS = 3

/** Debian's Kamailio: one worker, users and registrations in memory, stateful proxy with Record-Route. */
export const startKamailioServer = async ({ users, core }: ServerOptions): Promise<Server> => {
  const port = await freePort()
  const folder = temporaryFolder('bench-kamailio')
  const program = startProgram('taskset', [
    ...['-c', `${core}`, peer('kamailio').path, '-f', join(import.meta.dirname, 'kamailio.cfg'), '-DD', '-E'],
    ...['-m', '4096', '-M', '16', '-b', '2097152', '-Y', folder, '-P', join(folder, 'pid')],
    ...['-A', 'CHILDREN=1', '-A', `KPORT=${port}`, '-A', `NUSERS=${users}`],
  ])
  await program.waitFor(/Listening on[\s\S]*Aliases/)
  await until('the workers of Kamailio', () => treeOf(program.pid).length > WORKERS)
  return { name: 'kamailio', pid: program.pid, port, stop: async () => void (await program.stop(20_000)) }
}

export type TandemServerOptions = ServerOptions & {
  name?: string
  /** Laid over the configuration below. */
  config?: Record<string, unknown>
  nodeArgs?: string[]
}

/** What Tandem runs with under load; docs/performance.md shows it beside the figures. */
export const loadConfig = (port: number, media: { from: number; to: number }, users: number) => ({
  sip_addr: [{ addr: `127.0.0.1:${port}`, port_min: media.from, port_max: media.to }],
  domain: 'tandem.test',
  log_options: 'all.level=error',
  auth_on_register_only: true,
  trunks: [{ name: 'load', addr: `127.0.0.1:${CALLER_PORT}`, trusted: true, max_calls: 100000 }],
  security: { exempt: ['127.0.0.1'] },
  ue_db: Array.from({ length: users }, (_, at) => ({
    impi: `u${at}`,
    impu: [`u${at}`],
    pwd: `pw${at}`,
    authent_type: 'MD5',
  })),
})

/** Four ports for each call under way. */
const MEDIA = { from: 32_000, to: 39_999 }

export const startTandemServer = async (options: TandemServerOptions): Promise<Server> => {
  const { users, core, name = 'tandem', config = {}, nodeArgs = [] } = options
  const port = await freePort()
  const folder = temporaryFolder('bench-tandem')
  const file = join(folder, 'load.cfg')
  writeFileSync(file, JSON.stringify({ ...loadConfig(port, MEDIA, users), ...config }))
  const main = join(import.meta.dirname, '../src/main.ts')
  const program = startProgram('taskset', ['-c', `${core}`, node, ...nodeArgs, main, file], {
    env: { TANDEM_DATA: folder },
  })
  await program.waitFor(/^Tandem is ready$/m, 60_000)
  return { name, pid: program.pid, port, stop: async () => void (await program.stop(20_000)) }
}
