import { mkdirSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { startProgram } from '../test/support/program.ts'
import { sleep, until } from '../test/support/wait.ts'
import { connectJanus } from './janus.ts'
import { connectNg } from './ng.ts'
import { treeOf } from './process.ts'

/** A media server with browsers on one side and telephones on the other. */
export type WebServer = {
  /** Where its browsers should be. */
  address: string
  pids(): number[]
  /** A browser's offer for a telephone at these ports (audio, video): its answer, and where the telephone sends. */
  call(id: number, sdp: string, ports: number[]): Promise<{ answer: string; towards: number[] }>
  stop(): Promise<unknown>
}
export type WebServerKind = 'tandem' | 'janus' | 'rtpengine'

const CORE = '0'
const NG_PORT = 22_222
const pinned = (command: string[]): [string, string[]] => ['taskset', ['-c', CORE, ...command]]

const startTandem = async (calls: number): Promise<WebServer> => {
  const relay = join(import.meta.dirname, 'web-relay.ts')
  const program = startProgram(...pinned([process.execPath, relay, `${calls}`]), { stdin: 'pipe' })
  await program.waitFor(/ready/, 20_000)
  return {
    address: '127.0.0.1',
    pids: () => treeOf(program.pid),
    call: async (id, sdp, ports) => {
      program.write(`${JSON.stringify({ id, sdp, ports })}\n`)
      const [line] = await program.waitFor(new RegExp(`^\\{"id":${id},.*\\}$`, 'm'), 20_000)
      return JSON.parse(line)
    },
    stop: () => program.stop(),
  }
}

/** Janus gathers nothing on loopback: its own address of the machine stands in. */
const ownAddress = (): string =>
  Object.values(networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === 'IPv4')?.address ?? '127.0.0.1'

const PLUGINS = [
  'audiobridge',
  'duktape',
  'echotest',
  'lua',
  'nosip',
  'recordplay',
  'streaming',
  'textroom',
  'videocall',
  'videoroom',
  'voicemail',
]

const startJanus = async (_calls: number, folder: string): Promise<WebServer> => {
  const configs = join(folder, 'janus')
  mkdirSync(configs, { recursive: true })
  const off = (names: string[], suffix: string) =>
    `disable = "${names.map((name) => `libjanus_${name}.so`).join(',')}${suffix}"`
  writeFileSync(
    join(configs, 'janus.jcfg'),
    `general: { debug_level = 2 }\nnat: { ice_lite = true, ice_enforce_list = "${ownAddress()}" }\n` +
      `media: { ipv6 = false }\nplugins: { ${off(PLUGINS, '')} }\n` +
      `transports: { ${off(['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'], '')} }\n`,
  )
  writeFileSync(
    join(configs, 'janus.transport.websockets.jcfg'),
    'general: { ws = true, ws_port = 18188, wss = false, ws_ip = "127.0.0.1" }\nadmin: { admin_ws = false }\n',
  )
  writeFileSync(
    join(configs, 'janus.plugin.sip.jcfg'),
    'general: { local_ip = "127.0.0.1", rtp_port_range = "20000-29999" }\n',
  )
  const program = startProgram(...pinned(['janus', `--configs-folder=${configs}`, '--disable-colors']))
  await sleep(1500)
  const janus = await connectJanus('ws://127.0.0.1:18188')
  return {
    address: ownAddress(),
    pids: () => treeOf(program.pid),
    call: (_id, sdp, ports) => janus.call(sdp, ports),
    stop: async () => {
      janus.close()
      await program.stop()
    },
  }
}

const startRtpengine = async (_calls: number, folder: string): Promise<WebServer> => {
  const config = join(folder, 'rtpengine.conf')
  writeFileSync(config, '[rtpengine]\n')
  const options = ['--foreground', '--log-stderr', '--log-level=1', '--table=-1', '--num-threads=1']
  const places = [
    '--interface=127.0.0.1',
    `--listen-ng=127.0.0.1:${NG_PORT}`,
    '--port-min=20000',
    '--port-max=29999',
  ]
  const program = startProgram(...pinned(['rtpengine', `--config-file=${config}`, ...options, ...places]))
  const ng = connectNg(NG_PORT)
  await until('rtpengine stands', () => ng.ask({ command: 'ping' }))
  const sdpOf = (answer: string): string => {
    const at = answer.indexOf('3:sdp')
    const [, length = '0'] = /^(\d+):/.exec(answer.slice(at + 5)) ?? []
    const from = at + 5 + length.length + 1
    return answer.slice(from, from + Number(length))
  }
  return {
    address: '127.0.0.1',
    pids: () => treeOf(program.pid),
    call: async (id, sdp, ports) => {
      const call = { 'call-id': `call ${id}`, 'from-tag': `a${id}` }
      const plain = { ICE: 'remove', DTLS: 'off', 'transport-protocol': 'RTP/AVP', 'rtcp-mux': ['demux'] }
      const offered = sdpOf(await ng.ask({ command: 'offer', ...call, ...plain, sdp }))
      const web = {
        ICE: 'force',
        'ICE-lite': 'backward',
        DTLS: 'passive',
        'transport-protocol': 'UDP/TLS/RTP/SAVPF',
        'rtcp-mux': ['accept'],
        flags: ['generate-mid'],
      }
      const phone = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${ports[0]} RTP/AVP 0\r\n`
      const answer = sdpOf(
        await ng.ask({ command: 'answer', ...call, 'to-tag': `b${id}`, ...web, sdp: phone }),
      )
      return { answer, towards: [...offered.matchAll(/^m=\w+ (\d+)/gm)].map(([, port]) => Number(port)) }
    },
    stop: async () => {
      ng.close()
      await program.stop()
    },
  }
}

export const startWebServer = (kind: WebServerKind, calls: number, folder: string): Promise<WebServer> =>
  ({ tandem: startTandem, janus: startJanus, rtpengine: startRtpengine })[kind](calls, folder)
