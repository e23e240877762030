import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { peer } from './peers.ts'
import { freePort, portRange } from './ports.ts'
import { startProgram } from './program.ts'
import { temporaryFolder } from './tandem.ts'
import { encodeWav, toneSamples } from './tone.ts'
import { until } from './wait.ts'

export type LinphoneOptions = {
  address: string
  user: string
  domain: string
  authUser?: string
  password: string
  registrar: string
  transport?: 'udp' | 'tcp'
  /** The tone it can play into a call. */
  hertz: number
}

export type Linphone = {
  readonly pid: number
  /** Where its sound arrives. */
  readonly media: { from: number; to: number }
  /** One line of the daemon's own language; gives the words of its answer. */
  command(line: string): Promise<string>
  registered(): Promise<void>
  /** Waits for `LinphoneCall…` events, such as `Connected` or `Released`. */
  call(state: string, timeoutMs?: number): Promise<void>
  /** Without a sound card it is silent until it is told to play its tone. */
  playTone(): Promise<void>
  stop(): Promise<void>
}

/**
 * Linphone comes up with "no listening point" unless its ports are written down, and with no network
 * unless it is told not to watch for one.
 */
const configOf = (
  address: string,
  port: number,
  transport: 'udp' | 'tcp',
  media: { from: number; to: number },
): string => `[sip]
sip_port=${transport === 'udp' ? port : 0}
sip_tcp_port=${transport === 'tcp' ? port : 0}
sip_tls_port=0
bind_address=${address}
use_ipv6=0
guess_hostname=0
auto_net_state_mon=0
register_only_when_network_is_up=0
media_encryption=none
contact=sip:phone@${address}
[rtp]
audio_rtp_port=${media.from}-${media.to}
[net]
bind_address=${address}
[misc]
log_collection=0
`

export const startLinphone = async (options: LinphoneOptions): Promise<Linphone> => {
  const { address, user, domain, transport = 'udp' } = options
  const folder = temporaryFolder('linphone')
  for (const part of ['.local/share/linphone', '.config/linphone'])
    mkdirSync(join(folder, part), { recursive: true })
  const media = portRange(42)
  const config = configOf(address, await freePort(address), transport, media)
  writeFileSync(join(folder, 'rc'), config)
  writeFileSync(join(folder, 'tone.wav'), encodeWav(toneSamples(options.hertz, 60)))
  /** The daemon puts its pipe into /tmp, wherever it is told to. */
  const pipe = `tandem-linphone-${process.pid}-${user}`
  const program = startProgram(
    peer('linphone-daemon').path,
    [
      '--config',
      join(folder, 'rc'),
      '--pipe',
      pipe,
      '--auto-answer',
      '--disable-stats-events',
      '--log',
      join(folder, 'log'),
    ],
    { cwd: folder, env: { HOME: folder } },
  )
  const socket = await until('linphone pipe', () => open(join('/tmp', pipe)))
  const command = speak(socket)
  const { authUser = user, password, registrar } = options
  await command(
    `register sip:${user}@${domain} sip:${registrar};transport=${transport} ${password} ${authUser}`,
  )
  const registered = () => command('register-status ALL').then((status) => status.includes('RegistrationOk'))
  let seen = ''
  const happened = async (state: string) => {
    seen += await command('pop-event')
    return seen.includes(`LinphoneCall${state}`)
  }
  return {
    pid: program.pid,
    media,
    command,
    registered: async () => {
      await until(`${user} registers`, registered)
    },
    call: async (state, timeoutMs = 30_000) => {
      await until(`${user}: ${state}`, () => happened(state), { timeoutMs })
    },
    playTone: async () => {
      await command(`incall-player-start ${join(folder, 'tone.wav')}`)
    },
    stop: async () => {
      socket.destroy()
      await program.stop()
      rmSync(join('/tmp', pipe), { force: true })
    },
  }
}

const open = (path: string): Promise<Socket | false> =>
  new Promise((resolve) => {
    const socket = connect(path, () => resolve(socket))
    socket.once('error', () => resolve(false))
  })

/** One answer a command: it begins with `Status:` and is over when nothing more comes. */
const speak = (socket: Socket) => {
  let heard = ''
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    heard += piece
  })
  socket.on('error', () => {})
  let queue: Promise<unknown> = Promise.resolve()
  const ask = async (line: string): Promise<string> => {
    heard = ''
    socket.write(`${line}\n`)
    return until(`answer to ${line}`, () => /Status: (Ok|Error)[\s\S]*\n\n?$/.test(heard) && heard)
  }
  return (line: string): Promise<string> => {
    const answer = queue.then(() => ask(line))
    queue = answer.catch(() => {})
    return answer
  }
}
