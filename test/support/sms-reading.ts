import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peer } from './peers.ts'
import { run } from './program.ts'
import { temporaryFolder } from './tandem.ts'

/** What tshark reads out of one RPDU: lists, as a field may stand several times. */
export type SmsReading = Record<(typeof FIELDS)[number], string[]>

/** By which one knows a datagram that was sent again. */
const MESSAGE = ['udp.srcport', 'udp.dstport', 'sip.Call-ID', 'sip.CSeq'] as const
const FIELDS = [
  'gsm_a.rp.msg_type',
  'gsm_a.rp.rp_message_reference',
  'e164.called_party_number.digits',
  'gsm_sms.tp-mti',
  'gsm_sms.tp-mr',
  'gsm_sms.tp-oa',
  'gsm_sms.tp-da',
  'gsm_sms.tp-ra',
  'gsm_sms.tp-digits',
  'gsm_sms.tp-pid',
  'gsm_sms.tp-dcs',
  'gsm_sms.tp-srr',
  'gsm_sms.sms_text',
  'gsm_sms.udh.mm.msg_id',
  'gsm_sms.udh.mm.msg_parts',
  'gsm_sms.udh.mm.msg_part',
  'gsm_sms.dis_field.st_error',
  'gsm_sms.dis.field_st_reason',
  'gsm_sms.scts.timezone',
  'gsm_a.rp.cause',
  '_ws.malformed',
  '_ws.expert.message',
  '_ws.expert.severity',
  ...MESSAGE,
] as const

const word = (value: number, size: 2 | 4, little = false): number[] => {
  const octets = Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 0xff)
  return little ? octets : octets.reverse()
}

/** One IPv4 datagram with a SIP MESSAGE that carries the RPDU. Checksums are left out; nobody looks. */
const datagram = (rpdu: Uint8Array, from: number, number: number): Uint8Array => {
  const head = [
    'MESSAGE sip:smsc@example.org SIP/2.0',
    `Via: SIP/2.0/UDP 192.0.2.${from}:5060;branch=z9hG4bK${number}`,
    'Max-Forwards: 70',
    'From: <sip:a@example.org>;tag=1',
    'To: <sip:smsc@example.org>',
    `Call-ID: ${number}@example.org`,
    'CSeq: 1 MESSAGE',
    'Content-Type: application/vnd.3gpp.sms',
    `Content-Length: ${rpdu.length}`,
  ].join('\r\n')
  const sip = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), rpdu])
  const udp = [...word(5060, 2), ...word(5060, 2), ...word(sip.length + 8, 2), 0, 0]
  const ip = [0x45, 0, ...word(sip.length + 28, 2), ...word(number, 2), 0, 0, 64, 17, 0, 0]
  return Uint8Array.from([...ip, 192, 0, 2, from, 192, 0, 2, 200, ...udp, ...sip])
}

/** A capture file of raw IP packets, one second apart. */
const pcap = (packets: Uint8Array[]): Uint8Array => {
  const file = [...word(0xa1b2c3d4, 4, true), ...word(2, 2, true), ...word(4, 2, true)]
  const RAW_IP = 101
  file.push(...word(0, 4), ...word(0, 4), ...word(0xffff, 4, true), ...word(RAW_IP, 4, true))
  for (const [second, packet] of packets.entries()) {
    file.push(...word(second, 4, true), ...word(0, 4), ...word(packet.length, 4, true))
    file.push(...word(packet.length, 4, true), ...packet)
  }
  return Uint8Array.from(file)
}

/** Has tshark read RPDUs inside SIP messages, each from the sender of its number (1 to 199). */
export const readSms = async (rpdus: { octets: Uint8Array; from: number }[]): Promise<SmsReading[]> => {
  const file = join(temporaryFolder('sms'), 'messages.pcap')
  writeFileSync(file, pcap(rpdus.map(({ octets, from }, number) => datagram(octets, from, number + 1))))
  return readFields(file, [])
}

/** The same for all that a capture holds which speaks SIP on that UDP port; what was repeated on the way is read once. */
export const readSmsCapture = async (file: string, port: number): Promise<SmsReading[]> => {
  const readings = await readFields(file, ['-d', `udp.port==${port},sip`, '-Y', 'gsm_a.rp.msg_type'])
  const keyOf = (reading: SmsReading) => JSON.stringify(MESSAGE.map((field) => reading[field]))
  return [...new Map(readings.toReversed().map((one) => [keyOf(one), one])).values()].reverse()
}

const readFields = async (file: string, args: string[]): Promise<SmsReading[]> => {
  const { stdout } = await run(peer('tshark').path, [
    ...['-r', file, '-n', '-T', 'json', ...args, ...FIELDS.flatMap((field) => ['-e', field])],
  ])
  const packets = JSON.parse(stdout) as { _source: { layers: Partial<SmsReading> } }[]
  return packets.map(({ _source: { layers } }) => {
    const reading = {} as SmsReading
    for (const field of FIELDS) reading[field] = layers[field] ?? []
    return reading
  })
}
