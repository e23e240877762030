import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  addressOf,
  encodeDeliver,
  encodeDeliverReport,
  encodeRp,
  encodeStatusReport,
  encodeSubmit,
  encodeSubmitReport,
  FCS_MEMORY_FULL,
  portsElement,
  RP_CAUSE,
  type Rp,
  type SmsAddress,
  type SmsDirection,
  STATUS,
  smsTime,
  type TextOptions,
  textParts,
  type UserData,
  validityOf,
} from '#sms'
import { without } from '../support/peers.ts'
import { readSms, type SmsReading } from '../support/sms-reading.ts'

const centre = addressOf('+15550199')
const time = smsTime(Date.UTC(2026, 2, 4, 5, 6, 7), -480)

/** One RPDU on the wire and what a second reader has to say about it. */
type Sample = { octets: Uint8Array; from: number; expected: Partial<Record<keyof SmsReading, string[]>> }

const data = (direction: SmsDirection, reference: number, tpdu: Uint8Array): Uint8Array =>
  encodeRp({
    kind: 'data',
    direction,
    reference,
    ...(direction === 'mo' ? { destination: centre } : { originator: centre }),
    tpdu,
  })

/** As SMS-SUBMIT or as SMS-DELIVER, whichever the direction wants. */
const partTpdu = (
  direction: SmsDirection,
  party: SmsAddress,
  pid: number,
  dcs: number,
  userData: UserData,
) =>
  direction === 'mo'
    ? encodeSubmit({
        kind: 'submit',
        reference: 77,
        destination: party,
        pid,
        dcs,
        validity: validityOf(86_400),
        userData,
        rejectDuplicates: false,
        reportWanted: true,
        replyPath: false,
      })
    : encodeDeliver({
        kind: 'deliver',
        originator: party,
        pid,
        dcs,
        time,
        userData,
        moreMessages: false,
        loopPrevention: false,
        reportIndication: false,
        replyPath: false,
      })

let senders = 0

/** All parts of one text; each is expected to say what it says alone, and the last one the whole. */
const samplesOf = (
  direction: SmsDirection,
  party: string,
  text: string,
  { pid = 0, ...options }: TextOptions & { pid?: number } = {},
): Sample[] => {
  const made = textParts(text, options)
  assert.ok(made.ok)
  const { dcs, parts } = made.value
  const from = (senders++ % 150) + 1
  const total = parts.length
  return parts.map((userData, index) => {
    const address = addressOf(party)
    const last = index === total - 1
    return {
      octets: data(direction, index, partTpdu(direction, address, pid, dcs, userData)),
      from,
      expected: {
        'gsm_a.rp.msg_type': [direction === 'mo' ? '0x00' : '0x01'],
        'gsm_a.rp.rp_message_reference': [`0x${index.toString(16).padStart(2, '0')}`],
        [direction === 'mo' ? 'gsm_sms.tp-da' : 'gsm_sms.tp-oa']: [address.value],
        ...(direction === 'mo' && { 'gsm_sms.tp-mr': ['77'], 'gsm_sms.tp-srr': ['1'] }),
        'gsm_sms.tp-pid': [`${pid}`],
        'gsm_sms.tp-dcs': [`${dcs}`],
        ...(total > 1 && {
          'gsm_sms.udh.mm.msg_parts': [`${total}`],
          'gsm_sms.udh.mm.msg_part': [`${index + 1}`],
        }),
        ...(last && text !== '' && { 'gsm_sms.sms_text': [text] }),
      },
    }
  })
}

const TEXTS: [what: string, text: string, options?: TextOptions & { pid?: number }][] = [
  ['plain', 'Tandem one'],
  ['empty', ''],
  ['the whole alphabet', "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà"],
  ['extension characters', '[a]{b}~|€ ^ end'],
  ['seven left over', '1234567'],
  ['a full one', 'x'.repeat(160)],
  ['two parts', 'part of a longer text. '.repeat(8), { reference: 42 }],
  ['pairs at each border', '€'.repeat(300), { reference: 43 }],
  ['a wide reference', 'wide reference '.repeat(30), { reference: 4711 }],
  ['Cyrillic', 'Привет, как дела?'],
  ['emoji over borders', `${'я'.repeat(66)}😀👍🏽${'日本'.repeat(60)}`, { reference: 44 }],
  ['a full one of UCS-2', '字'.repeat(70)],
  ['flash', 'flash', { dcs: 0x10 }],
  ['flash in UCS-2', 'вспышка', { dcs: 0x10 }],
  ['something waits', 'voicemail', { dcs: 0xd8 }],
  ['silent', '', { pid: 0x40 }],
  ['ports', 'to a port', { elements: [portsElement({ destination: 2948, originator: 9200 })] }],
  [
    'ports, long',
    'to a port '.repeat(30),
    {
      elements: [portsElement({ destination: 2948, originator: 9200 })],
      reference: 45,
    },
  ],
  ['an element that nobody knows', 'unknown', { elements: [{ id: 0x6f, octets: Uint8Array.of(1, 2, 3) }] }],
]
const PARTIES = ['+15550100200', '+4930123456', '911', '07726', 'Tandem', 'Wirkstatt 1', '*100#']

const texts: { what: string; samples: Sample[] }[] = TEXTS.flatMap(([what, text, options]) =>
  (['mo', 'mt'] as const).map((direction) => ({
    what: `${what}, ${direction}`,
    samples: samplesOf(direction, '+15550100200', text, options),
  })),
)
const parties = PARTIES.flatMap((party) =>
  (['mo', 'mt'] as const).map((direction) => ({
    what: `${party}, ${direction}`,
    samples: samplesOf(direction, party, 'who is it?'),
  })),
)

const statusReport = (status: number, field: keyof SmsReading, said: string): Sample => ({
  octets: data(
    'mt',
    9,
    encodeStatusReport({
      kind: 'status-report',
      reference: 201,
      recipient: addressOf('+15550100200'),
      time,
      doneTime: time,
      status,
      moreMessages: false,
      loopPrevention: false,
      ofCommand: false,
    }),
  ),
  from: 180,
  expected: {
    'gsm_sms.tp-mti': ['2'],
    'gsm_sms.tp-mr': ['201'],
    'gsm_sms.tp-ra': ['15550100200'],
    [field]: [said],
  },
})

const reply = (rp: Rp, expected: Sample['expected']): Sample => ({
  octets: encodeRp(rp),
  from: 181,
  expected,
})
const REFERENCE = { 'gsm_a.rp.rp_message_reference': ['0xfe'] }

const others: { what: string; samples: Sample[] }[] = [
  {
    what: 'status reports',
    samples: [
      statusReport(STATUS.delivered, 'gsm_sms.dis.field_st_reason', '0'),
      statusReport(STATUS.expired, 'gsm_sms.dis.field_st_reason', '6'),
    ],
  },
  {
    what: 'RP-ACK',
    samples: [
      reply(
        { kind: 'ack', direction: 'mo', reference: 254 },
        { 'gsm_a.rp.msg_type': ['0x02'], ...REFERENCE },
      ),
      reply(
        {
          kind: 'ack',
          direction: 'mo',
          reference: 254,
          tpdu: encodeDeliverReport({ kind: 'deliver-report' }),
        },
        { 'gsm_a.rp.msg_type': ['0x02'], 'gsm_sms.tp-mti': ['0'], ...REFERENCE },
      ),
      reply(
        {
          kind: 'ack',
          direction: 'mt',
          reference: 254,
          tpdu: encodeSubmitReport({ kind: 'submit-report', time }),
        },
        { 'gsm_a.rp.msg_type': ['0x03'], 'gsm_sms.tp-mti': ['1'], ...REFERENCE },
      ),
    ],
  },
  {
    what: 'RP-ERROR and RP-SMMA',
    samples: [
      reply(
        {
          kind: 'error',
          direction: 'mo',
          reference: 254,
          cause: RP_CAUSE.memoryExceeded,
          tpdu: encodeDeliverReport({ kind: 'deliver-report', cause: FCS_MEMORY_FULL }),
        },
        { 'gsm_a.rp.msg_type': ['0x04'], 'gsm_a.rp.cause': ['22'], ...REFERENCE },
      ),
      reply(
        { kind: 'error', direction: 'mt', reference: 254, cause: RP_CAUSE.congestion },
        { 'gsm_a.rp.msg_type': ['0x05'], 'gsm_a.rp.cause': ['42'], ...REFERENCE },
      ),
      reply(
        { kind: 'smma', direction: 'mo', reference: 254 },
        { 'gsm_a.rp.msg_type': ['0x06'], ...REFERENCE },
      ),
    ],
  },
]

/** Said of the SIP part of any message with this kind of body, the published vectors among them. */
const OF_SIP = 'Trailing stray characters'

const agree = (reading: SmsReading | undefined, { expected }: Sample): void => {
  assert.ok(reading)
  for (const [field, values] of Object.entries(expected)) {
    const said: string[] = reading[field as keyof SmsReading]
    // Of a long message tshark says all parts in the last one.
    assert.deepEqual(field === 'gsm_sms.sms_text' ? [said.join('')] : said, values, field)
  }
  assert.deepEqual(reading['_ws.malformed'], [])
  assert.deepEqual(
    reading['_ws.expert.message'].filter((message) => message !== OF_SIP),
    [],
  )
}

describe('RPDUs as tshark reads them', { skip: without('tshark') }, () => {
  const all = [...texts, ...parties, ...others]
  let readings: SmsReading[] = []
  before(async () => {
    readings = await readSms(all.flatMap(({ samples }) => samples))
  })
  let at = 0
  for (const { what, samples } of all) {
    const first = at
    at += samples.length
    test(what, () => {
      for (const [index, sample] of samples.entries()) agree(readings[first + index], sample)
    })
  }
})
