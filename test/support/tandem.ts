import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, portRange } from './ports.ts'
import { type Ending, startProgram } from './program.ts'

const root = join(import.meta.dirname, '../..')
export const node = join(root, 'node_modules/.bin/node')

export const DOMAIN = 'tandem.test'
export const API_KEY = 'key-for-tests-only'

export type TandemOptions = {
  /** An object is laid over a small configuration on free ports; a text, or a path to a file, is taken as it is. */
  config?: Record<string, unknown> | string
  args?: string[]
  env?: Record<string, string>
  /** Where it lives; a fresh folder, removed at the end, when not given. */
  dataDir?: string
}

/** The ports of the small configuration; those of a text or file are its author's own. */
export type Ports = {
  sip: number
  tls: number
  ws: number
  wss: number
  http: number
  https: number
  media: number
}

export type Tandem = {
  readonly pid: number
  readonly ports: Ports
  readonly dataDir: string
  readonly configFile: string
  output(): string
  stdout(): string
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>
  /** GET below /api/v1; throws unless the answer is 200. */
  rest<T = unknown>(path: string): Promise<T>
  /** The same house in the same folder, after `stop` or `kill9`. */
  again(): Promise<Tandem>
  stop(): Promise<Ending>
  kill9(): Promise<Ending>
}

export const MEDIA_PORTS = 400
/** A capture filter for the media of a house on the small configuration. */
export const mediaOf = ({ ports }: Tandem): string =>
  `udp portrange ${ports.media}-${ports.media + MEDIA_PORTS - 1}`

const takePorts = async (): Promise<Ports> => {
  const [sip, tls, ws, wss, http, https] = [1, 2, 3, 4, 5, 6].map(() => freePort())
  return {
    sip: (await sip) as number,
    tls: (await tls) as number,
    ws: (await ws) as number,
    wss: (await wss) as number,
    http: (await http) as number,
    https: (await https) as number,
    media: portRange(MEDIA_PORTS).from,
  }
}

const HOST = '127.0.0.1'

/** What every test house has: one address with all transports, REST with a key, a log to look into. */
const smallConfig = (ports: Ports) => ({
  log_options: 'all.level=debug,all.max_size=4000,file.rotate=100M',
  log_filename: 'tandem.log',
  sip_addr: [
    {
      addr: `${HOST}:${ports.sip}`,
      tls_addr: `${HOST}:${ports.tls}`,
      ws_addr: `${HOST}:${ports.ws}`,
      wss_addr: `${HOST}:${ports.wss}`,
      port_min: ports.media,
      port_max: ports.media + MEDIA_PORTS - 1,
    },
  ],
  domain: DOMAIN,
  echo: '600',
  admin: {
    password: 'password for tests only',
    api_keys: [{ name: 'test', key: API_KEY, scopes: ['*'] }],
    http_addr: `${HOST}:${ports.http}`,
    https_addr: `${HOST}:${ports.https}`,
  },
})

/** A user with a digest password. */
export const md5User = (name: string, pwd: string, ...numbers: string[]) => ({
  impi: `${name}@${DOMAIN}`,
  impu: [name, ...numbers.map((number) => `tel:${number}`)],
  pwd,
})

const temporary = new Set<string>()
process.on('exit', () => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true })
})

/** A folder that disappears with the test. */
export const temporaryFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `tandem-${name}-`))
  temporary.add(folder)
  return folder
}

export const startTandem = async (options: TandemOptions = {}): Promise<Tandem> => {
  const ports = await takePorts()
  const dataDir = options.dataDir ?? temporaryFolder('house')
  const { config = {} } = options
  let configFile = join(dataDir, 'test.cfg')
  if (typeof config === 'object')
    writeFileSync(configFile, JSON.stringify({ ...smallConfig(ports), ...config }, null, 1))
  else if (existsSync(config)) configFile = config
  else writeFileSync(configFile, config)
  return open({ ports, dataDir, configFile, args: options.args ?? [], env: options.env ?? {} })
}

type Site = { ports: Ports; dataDir: string; configFile: string; args: string[]; env: Record<string, string> }

const open = async (site: Site): Promise<Tandem> => {
  const { ports, dataDir, configFile } = site
  const env = { ...site.env, TANDEM_DATA: dataDir }
  const program = startProgram(node, [join(root, 'src/main.ts'), configFile, ...site.args], {
    cwd: root,
    env,
  })
  await program.waitFor(/^Tandem is ready$/m, 60_000)
  return {
    pid: program.pid,
    ports,
    dataDir,
    configFile,
    output: program.output,
    stdout: program.stdout,
    waitFor: program.waitFor,
    rest: (path) => get(ports.http, path),
    again: () => open(site),
    stop: () => program.stop(20_000),
    kill9: program.kill9,
  }
}

const get = async <T>(port: number, path: string): Promise<T> => {
  const headers = { authorization: `Bearer ${API_KEY}` }
  const response = await fetch(`http://${HOST}:${port}/api/v1${path}`, { headers })
  if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** The log of a house, for the message of a failed test. */
export const logOf = (house: Tandem, lines = 60): string => {
  const path = join(house.dataDir, 'tandem.log')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(-lines).join('\n') : house.output()
}
