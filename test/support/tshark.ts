import { join } from 'node:path'
import { peer } from './peers.ts'
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

export type Capture = {
  /** Ends the capture and reads it; `allow` leaves out faults that the test means to send. */
  read(options?: { sipPorts?: number[]; allow?: RegExp }): Promise<Reading>
}

/** Captures on the loopback interface until it is read. `filter` is in tcpdump's language. */
export const startCapture = async (filter: string): Promise<Capture> => {
  const file = join(temporaryFolder('capture'), 'packets.pcap')
  const program = startProgram(peer('tshark').path, [
    '-i',
    'lo',
    '-f',
    filter,
    '-w',
    file,
    '-q',
    '--update-interval',
    '20',
  ])
  await program.waitFor(/Capture started|Capturing on/, 10_000)
  return {
    read: async ({ sipPorts = [], allow } = {}) => {
      await sleep(300)
      await program.stop()
      return readCapture(file, sipPorts, allow)
    },
  }
}

/** Severities of Wireshark: note 0x400000, warning 0x600000, error 0x800000. */
const WARNING = 0x600000

export const readCapture = async (file: string, sipPorts: number[], allow?: RegExp): Promise<Reading> => {
  const decode = sipPorts.flatMap((port) => ['-d', `udp.port==${port},sip`, '-d', `tcp.port==${port},sip`])
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
