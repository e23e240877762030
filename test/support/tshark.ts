import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { peer, without } from './peers.ts'
import { run, startProgram } from './program.ts'
import { temporaryFolder } from './tandem.ts'
import { sleep } from './wait.ts'

/** What a second reader says about the packets of a test. */
export type Reading = {
  /** How many packets hold each protocol. */
  count: { sip: number; rtp: number; rtcp: number }
  /** First lines of all SIP messages, in their order. */
  startLines: string[]
  /** Packets that tshark calls malformed, or has an expert error or warning for, as `number: words`. */
  faults: string[]
}

/** One stream of G.711 between two ports, decoded. */
export type WireSound = { fromPort: number; toPort: number; samples: Int16Array }

export type Capture = {
  /** Ends the capture and reads it; `allow` leaves out faults that the test means to send. */
  read(options?: { sipPorts?: number[]; allow?: RegExp }): Promise<Reading>
  /** Everything that was said on the wire. Ends the capture as well. */
  sounds(sipPorts: number[]): Promise<WireSound[]>
  /** Ends the capture too, and gives its file; undefined for a blind one. */
  file(): Promise<string | undefined>
}

const lookForInterface = (): string | false => {
  const missing = without('tshark', 'dumpcap')
  if (missing) return missing
  // Listing the link types opens the interface, as a capture does.
  const { status } = spawnSync(peer('dumpcap').path, ['-i', 'lo', '-L'])
  return status === 0 ? false : 'capturing packets needs root, or membership in the group wireshark'
}

/** Why nobody can look at the packets here; false when one can. */
export const blind: string | false = lookForInterface()

const NOTHING: Capture = {
  read: async () => ({ count: { sip: 0, rtp: 0, rtcp: 0 }, startLines: [], faults: [] }),
  sounds: async () => [],
  file: async () => undefined,
}

/** Captures on the loopback interface until it is read. `filter` is in tcpdump's language. A blind one sees nothing. */
export const startCapture = async (filter: string): Promise<Capture> => {
  if (blind) return NOTHING
  const file = join(temporaryFolder('capture'), 'packets.pcap')
  const program = startProgram(peer('dumpcap').path, ['-i', 'lo', '-f', filter, '-w', file, '-q'])
  await program.waitFor(/^File: /m, 30_000)
  let finished: Promise<void> | undefined
  const finish = () => {
    finished ??= sleep(1000).then(async () => void (await program.stop(20_000)))
    return finished
  }
  return {
    read: async ({ sipPorts = [], allow } = {}) => {
      await finish()
      return readCapture(file, sipPorts, allow)
    },
    sounds: async (sipPorts) => {
      await finish()
      return readSounds(file, sipPorts)
    },
    file: async () => {
      await finish()
      return file
    },
  }
}

const asSip = (ports: number[]): string[] =>
  ports.flatMap((port) => ['-d', `udp.port==${port},sip`, '-d', `tcp.port==${port},sip`])

const readSounds = async (file: string, sipPorts: number[]): Promise<WireSound[]> => {
  const fields = ['udp.srcport', 'udp.dstport', 'rtp.p_type', 'rtp.payload']
  const { stdout } = await run(peer('tshark').path, [
    ...[
      '-r',
      file,
      '-n',
      ...asSip(sipPorts),
      '--enable-heuristic',
      'rtp_udp',
      '-Y',
      'rtp && rtp.p_type in {0, 8}',
    ],
    ...['-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
  ])
  const streams = new Map<string, number[]>()
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [from, to, type, payload = ''] = line.split('\t')
    const decode = type === '8' ? fromALaw : fromMuLaw
    const samples = streams.get(`${from} ${to}`) ?? []
    for (const octet of Buffer.from(payload.replaceAll(':', ''), 'hex')) samples.push(decode(octet))
    streams.set(`${from} ${to}`, samples)
  }
  return [...streams].map(([key, samples]) => {
    const [fromPort = 0, toPort = 0] = key.split(' ').map(Number)
    return { fromPort, toPort, samples: Int16Array.from(samples) }
  })
}

/** ITU-T G.711 by its definition; the server's own tables are no witness for it. */
const fromALaw = (octet: number): number => {
  const value = octet ^ 0x55
  const exponent = (value >> 4) & 7
  const mantissa = ((value & 15) << 4) + 8
  const size = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
  return value & 0x80 ? size : -size
}
const fromMuLaw = (octet: number): number => {
  const value = ~octet & 0xff
  const size = ((((value & 15) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84
  return value & 0x80 ? -size : size
}

/** Severities of Wireshark: note 0x400000, warning 0x600000, error 0x800000. */
const WARNING = 0x600000

export const readCapture = async (file: string, sipPorts: number[], allow?: RegExp): Promise<Reading> => {
  const decode = asSip(sipPorts)
  const fields = [
    'frame.number',
    'frame.protocols',
    'sip.Request-Line',
    'sip.Status-Line',
    '_ws.expert.severity',
    '_ws.expert.message',
    '_ws.malformed',
  ]
  const { stdout } = await run(peer('tshark').path, [
    ...['-r', file, '-n', ...decode, '-Y', 'sip || rtp || rtcp || _ws.malformed'],
    ...[
      '-T',
      'fields',
      '-E',
      'separator=/t',
      '-E',
      'aggregator=|',
      ...fields.flatMap((field) => ['-e', field]),
    ],
  ])
  const reading: Reading = { count: { sip: 0, rtp: 0, rtcp: 0 }, startLines: [], faults: [] }
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [number, protocols = '', request, status, severities = '', words = '', malformed] = line.split('\t')
    for (const name of ['sip', 'rtp', 'rtcp'] as const)
      if (protocols.split(':').includes(name)) reading.count[name]++
    if (request || status) reading.startLines.push(request || (status as string))
    const bad = severities.split('|').some((severity) => Number(severity) >= WARNING)
    const fault = `${number}: ${protocols} ${words}${malformed ? ' malformed' : ''}`
    if ((bad || malformed) && !allow?.test(fault)) reading.faults.push(fault)
  }
  return reading
}
