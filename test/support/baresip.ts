import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { peer } from './peers.ts'
import { freePort } from './ports.ts'
import { startProgram } from './program.ts'
import { temporaryFolder } from './tandem.ts'
import { decodeWav, encodeWav, toneSamples } from './tone.ts'
import { until } from './wait.ts'

export type BaresipOptions = {
  /** Loopback address of this phone alone, so that both ends of a call keep their usual ports. */
  address: string
  user: string
  domain: string
  authUser?: string
  password: string
  /** Where it registers, `address:port`. */
  registrar: string
  transport?: 'udp' | 'tcp' | 'tls'
  answer?: 'auto' | 'manual'
  /** The tone it sends while it talks. */
  hertz: number
  codecs?: string
  /** Further parameters of the account line, such as `;mediaenc=srtp`. */
  account?: string
  /** Whom the command `message` writes to. */
  writesTo?: string
}

export type BaresipEvent = { type: string; direction?: string; peeruri?: string; param?: string }

export type Baresip = {
  readonly pid: number
  readonly events: readonly BaresipEvent[]
  command(name: string, params?: string): Promise<string>
  /** Resolves with the first event of the type that came after `from` events. */
  event(type: string, options?: { from?: number; timeoutMs?: number }): Promise<BaresipEvent>
  registered(): Promise<void>
  /** What it heard in all its calls so far, one recording each, oldest first. */
  heard(): Int16Array[]
  /** Texts that it got, each as `sender: text`. */
  texts(): string[]
  output(): string
  stop(): Promise<void>
}

const configOf = (
  options: BaresipOptions,
  folder: string,
  { control, sip, screen }: { control: number; sip: number; screen: number },
): string =>
  [
    'poll_method epoll',
    `sip_listen ${options.address}:${sip}`,
    'call_local_timeout 120',
    'call_max_calls 4',
    // A player that nobody listens to: the recording is made on the way to it.
    'audio_player aubridge,nowhere',
    `audio_source aufile,${folder}/tone.wav`,
    'audio_alert aubridge,nowhere',
    ...[
      'ausrc_srate 8000',
      'auplay_srate 8000',
      'ausrc_channels 1',
      'auplay_channels 1',
      'audio_txmode thread',
    ],
    'audio_buffer 20-160',
    'rtp_stats yes',
    `net_interface ${options.address}`,
    'statmode_default off',
    `snd_path ${folder}/heard`,
    `module_path ${MODULES}`,
    ...['g711', 'amr', 'aufile', 'aubridge', 'sndfile', 'srtp', 'cons'].map((name) => `module ${name}.so`),
    ...['ctrl_tcp', 'account', 'contact', 'menu'].map((name) => `module_app ${name}.so`),
    'module_tmp uuid.so',
    `ctrl_tcp_listen ${options.address}:${control}`,
    `cons_listen ${options.address}:${screen}`,
    '',
  ].join('\n')

const MODULES = '/usr/lib/baresip/modules'

const accountOf = (options: BaresipOptions): string => {
  const { user, domain, authUser = user, password, registrar, transport = 'udp', answer = 'auto' } = options
  return [
    `<sip:${user}@${domain};transport=${transport}>`,
    `;auth_user=${authUser};auth_pass=${password}`,
    `;outbound="sip:${registrar};transport=${transport}"`,
    `;regint=600;answermode=${answer};audio_codecs=${options.codecs ?? 'PCMA,PCMU'}`,
    `${options.account ?? ''}\n`,
  ].join('')
}

/** A headless phone, driven over its JSON control port. */
export const startBaresip = async (options: BaresipOptions): Promise<Baresip> => {
  const folder = temporaryFolder('baresip')
  const [control, sip, screen] = [
    await freePort(options.address),
    await freePort(options.address),
    await freePort(options.address),
  ]
  mkdirSync(join(folder, 'heard'))
  writeFileSync(join(folder, 'config'), configOf(options, folder, { control, sip, screen }))
  writeFileSync(join(folder, 'accounts'), accountOf(options))
  writeFileSync(join(folder, 'contacts'), options.writesTo ? `"it" <${options.writesTo}>\n` : '')
  writeFileSync(join(folder, 'tone.wav'), encodeWav(toneSamples(options.hertz, 60)))
  const program = startProgram(peer('baresip').path, ['-f', folder], { cwd: folder })
  await program.waitFor(/baresip is ready/, 30_000)
  const wire = await openControl(options.address, control)
  const shown = await openScreen(options.address, screen)
  const heard = () =>
    readdirSync(join(folder, 'heard'))
      .filter((name) => name.endsWith('-dec.wav'))
      .sort()
      .map((name) => decodeWav(readFileSync(join(folder, 'heard', name))))
  return {
    pid: program.pid,
    events: wire.events,
    command: wire.command,
    event: (type, { from = 0, timeoutMs = 30_000 } = {}) =>
      until(`${options.user}: ${type}`, () => wire.events.slice(from).find((event) => event.type === type), {
        timeoutMs,
      }),
    registered: async () => {
      await program.waitFor(/\b200 OK [^\n]*\[\d+ bindings?\]/)
    },
    heard,
    texts: shown.texts,
    output: program.output,
    stop: async () => {
      wire.socket.destroy()
      shown.socket.destroy()
      await program.stop()
    },
  }
}

type Control = { socket: Socket; events: BaresipEvent[]; command: Baresip['command'] }

/** The control port speaks JSON in netstrings (`12:{"a":"text"},`): answers by token, and events in between. */
const openControl = async (address: string, port: number): Promise<Control> => {
  const socket = await until('control port', () => tryConnect(address, port))
  const events: BaresipEvent[] = []
  const waiting = new Map<string, (data: string) => void>()
  let pending = Buffer.alloc(0)
  let tokens = 0
  const take = (message: { event?: boolean; token?: string; data?: string } & BaresipEvent) => {
    if (message.event) events.push(message)
    else if (message.token) waiting.get(message.token)?.(message.data ?? '')
  }
  socket.on('data', (piece: Buffer) => {
    pending = Buffer.concat([pending, piece])
    for (;;) {
      const colon = pending.indexOf(':')
      const length = Number(pending.subarray(0, colon).toString())
      if (colon < 0 || pending.length < colon + length + 2) return
      take(JSON.parse(pending.subarray(colon + 1, colon + 1 + length).toString('latin1')))
      pending = pending.subarray(colon + length + 2)
    }
  })
  socket.on('error', () => {})
  const command = (name: string, params = ''): Promise<string> =>
    new Promise((resolve) => {
      const token = `t${++tokens}`
      waiting.set(token, resolve)
      const text = JSON.stringify({ command: name, params, token })
      socket.write(`${Buffer.byteLength(text)}:${text},`)
    })
  return { socket, events, command }
}

/** What it would show on its screen, among which are the texts that it gets. */
const openScreen = async (address: string, port: number): Promise<{ socket: Socket; texts(): string[] }> => {
  const socket = await until('console port', () => tryConnect(address, port))
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => void pieces.push(piece))
  socket.on('error', () => {})
  const texts = () =>
    Array.from(
      Buffer.concat(pieces)
        .toString('utf8')
        .matchAll(/\r(\S+): "([^"]*)"/g),
      ([, from, text]) => `${from}: ${text}`,
    )
  return { socket, texts }
}

const tryConnect = (address: string, port: number): Promise<Socket | false> =>
  new Promise((resolve) => {
    const socket = connect(port, address, () => resolve(socket))
    socket.once('error', () => resolve(false))
  })
