import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { EMPTY, toHex } from '#lib/bytes'
import { alphabetOf, septetsOf } from './alphabet.ts'
import type { HeaderElement, SmsAddress, SmsTime, Tpdu, UserData, Validity } from './contract.ts'
import { type Cp, decodeCp, encodeCp } from './cp.ts'
import { ELEMENT, lastElement } from './header.ts'
import { decodeRp, encodeRp, type Rp } from './rp.ts'
import { textOf, ucs2Of } from './text.ts'
import { decodeTpdu, encodeTpdu } from './tpdu.ts'
import { NO_DATA } from './user-data.ts'

const folder = join(import.meta.dirname, '../../../test/fixtures/sms')
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))

type Address = { ton: number; npi: number; digits: string }
type Decoded = {
  type: string
  mr?: number
  oa?: Address
  da?: Address
  ra?: Address
  pid?: number
  dcs?: number
  scts?: string
  discharge?: string
  charset?: 'gsm7' | '8bit' | 'ucs2'
  text?: string
  data?: string
  udh?: { iei: number; data: string }[]
  vp?: { relative?: number; enhanced?: string }
  status?: number
  pi?: number
  fcs?: number
  command_type?: number
  message_number?: number
  more_messages?: boolean
  status_report_indication?: boolean
  status_report_request?: boolean
}
type Item = { name: string; tpdu: string; direction: string; rpdu: string; decoded: Decoded }

const address = (given: Address | undefined): SmsAddress => {
  assert.ok(given)
  return { ton: given.ton, npi: given.npi, value: given.digits }
}

const timeOf = (text: string | undefined): SmsTime | undefined => {
  if (text === undefined) return undefined
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(text) ?? []
  const size = Number(hours) * 4 + Number(minutes) / 15
  return { atMs: Date.parse(text.replace(/-00:00$/, '+00:00')), quarters: sign === '-' ? -size : size }
}

const dataOf = ({ charset, text, data, udh = [] }: Decoded): UserData | undefined => {
  if (charset === undefined) return undefined
  const elements: HeaderElement[] = udh.map(({ iei, data }) => ({ id: iei, octets: bytes(data) }))
  if (text === undefined) return { elements, payload: bytes(data ?? '') }
  if (charset === 'ucs2') return { elements, payload: ucs2Of(text) }
  const single = lastElement(elements, ELEMENT.singleShift)?.[0]
  return { elements, payload: septetsOf(text, alphabetOf(0, single)) }
}

const bytes = (hex: string) => Uint8Array.fromHex(hex)

const validity = ({ vp }: Decoded): { validity?: Validity } => {
  if (vp?.relative !== undefined) return { validity: { kind: 'relative', value: vp.relative } }
  return vp?.enhanced === undefined ? {} : { validity: { kind: 'enhanced', octets: bytes(vp.enhanced) } }
}

/** The value that the vector's own description of a TPDU makes. */
const expected = (decoded: Decoded): Tpdu => {
  const { mr = 0, pid = 0, dcs = 0, status = 0, fcs } = decoded
  const userData = dataOf(decoded)
  const report = {
    ...(fcs !== undefined && { cause: fcs }),
    ...(decoded.pi && userData && { pid, dcs, userData }),
  }
  // The three published ones with fewer fields say nothing of more messages; their bit says that none wait.
  const moreMessages = decoded.more_messages === true
  switch (decoded.type) {
    case 'SMS-DELIVER':
      return {
        kind: 'deliver',
        originator: address(decoded.oa),
        pid,
        dcs,
        time: timeOf(decoded.scts),
        userData: userData ?? NO_DATA,
        moreMessages,
        loopPrevention: false,
        reportIndication: decoded.status_report_indication === true,
        replyPath: false,
      }
    case 'SMS-SUBMIT':
      return {
        kind: 'submit',
        reference: mr,
        destination: address(decoded.da),
        pid,
        dcs,
        ...validity(decoded),
        userData: userData ?? NO_DATA,
        rejectDuplicates: false,
        reportWanted: decoded.status_report_request === true,
        replyPath: false,
      }
    case 'SMS-STATUS-REPORT':
      return {
        kind: 'status-report',
        reference: mr,
        recipient: address(decoded.ra),
        time: timeOf(decoded.scts),
        doneTime: timeOf(decoded.discharge),
        status,
        moreMessages,
        loopPrevention: false,
        ofCommand: false,
        ...report,
      }
    case 'SMS-SUBMIT-REPORT':
      return { kind: 'submit-report', time: timeOf(decoded.scts), ...report }
    case 'SMS-DELIVER-REPORT':
      return { kind: 'deliver-report', ...report }
    case 'SMS-COMMAND':
      return {
        kind: 'command',
        reference: mr,
        pid,
        command: decoded.command_type ?? 0,
        messageNumber: decoded.message_number ?? 0,
        destination: address(decoded.da),
        data: EMPTY,
        hasHeader: false,
        reportWanted: decoded.status_report_request === true,
      }
    default:
      throw new Error(`no such type: ${decoded.type}`)
  }
}

describe('TPDUs of the vectors (TS 23.040)', () => {
  const { items, count } = read('tpdu.json') as { items: Item[]; count: number }
  test('are all here', () => assert.equal(items.length, count))
  for (const { name, tpdu, direction, rpdu, decoded } of items)
    test(name, () => {
      const octets = bytes(tpdu)
      const from = direction === 'MS to SC' ? 'mo' : 'mt'
      const got = decodeTpdu(octets, from)
      assert.ok(got.ok)
      assert.deepStrictEqual(got.value, expected(decoded))
      if ('userData' in got.value && got.value.userData)
        assert.equal(textOf(got.value.userData, decoded.dcs ?? 0), decoded.text)
      assert.equal(toHex(encodeTpdu(expected(decoded))), tpdu)
      const rp = decodeRp(bytes(rpdu))
      assert.ok(rp.ok && rp.value.kind !== 'smma' && rp.value.direction === from)
      assert.equal(toHex(rp.value.tpdu ?? EMPTY), tpdu)
      assert.equal(toHex(encodeRp(rp.value)), rpdu)
    })
})

type RpDecoded = {
  type: string
  direction: string
  mr: number
  oa?: string | null
  da?: string | null
  tpdu?: string | null
  cause?: number
}

const expectedRp = ({ type, direction, mr, oa, da, tpdu, cause }: RpDecoded): Rp => {
  const head = {
    direction: direction === 'MS to network' ? ('mo' as const) : ('mt' as const),
    reference: mr,
  }
  const international = (digits: string) => ({ ton: 1, npi: 1, value: digits })
  const carried = tpdu ? { tpdu: bytes(tpdu) } : {}
  if (type === 'RP-SMMA') return { kind: 'smma', direction: 'mo', reference: mr }
  if (type === 'RP-ACK') return { kind: 'ack', ...head, ...carried }
  if (type === 'RP-ERROR') return { kind: 'error', ...head, cause: cause ?? 0, ...carried }
  const originator = oa ? { originator: international(oa) } : {}
  const destination = da ? { destination: international(da) } : {}
  return { kind: 'data', ...head, ...originator, ...destination, tpdu: bytes(tpdu ?? '') }
}

type CpDecoded = { type: string; ti: number; ti_flag: number; rpdu?: string; cause?: number }

const expectedCp = ({ type, ti, ti_flag, rpdu, cause }: CpDecoded): Cp => {
  const head = { transaction: ti, answering: ti_flag === 1 }
  if (type === 'CP-DATA') return { ...head, kind: 'data', rpdu: bytes(rpdu ?? '') }
  return type === 'CP-ACK' ? { ...head, kind: 'ack' } : { ...head, kind: 'error', cause: cause ?? 0 }
}

describe('RPDUs and CP messages of the vectors (TS 24.011)', () => {
  const file = read('rp.json')
  for (const { name, rpdu, decoded } of file.items as { name: string; rpdu: string; decoded: RpDecoded }[])
    test(name, () => {
      assert.deepStrictEqual(decodeRp(bytes(rpdu)), { ok: true, value: expectedRp(decoded) })
      assert.equal(toHex(encodeRp(expectedRp(decoded))), rpdu)
    })
  for (const { name, hex, decoded } of file.cp_layer.items as {
    name: string
    hex: string
    decoded: CpDecoded
  }[])
    test(name, () => {
      assert.deepStrictEqual(decodeCp(bytes(hex)), { ok: true, value: expectedCp(decoded) })
      assert.equal(toHex(encodeCp(expectedCp(decoded))), hex)
    })
})

/** TS 24.341: the bodies of four SIP messages, as exact octets. */
describe('bodies of SMS over IP', () => {
  const bodies = [
    ['sip-message-mo-submit.dat', 'data', 'submit'],
    ['sip-message-mo-submit-report.dat', 'ack', 'submit-report'],
    ['sip-message-mt-deliver.dat', 'data', 'deliver'],
    ['sip-message-mt-rp-ack.dat', 'ack', 'deliver-report'],
  ] as const
  for (const [file, rpKind, tpduKind] of bodies)
    test(file, () => {
      const octets = readFileSync(join(folder, file))
      const body = octets.subarray(octets.indexOf('\r\n\r\n') + 4)
      const rp = decodeRp(body)
      assert.ok(rp.ok && rp.value.kind === rpKind && rp.value.tpdu)
      const tpdu = decodeTpdu(rp.value.tpdu, rp.value.direction, 'ack')
      assert.equal(tpdu.ok && tpdu.value.kind, tpduKind)
      assert.equal(toHex(encodeRp(rp.value)), toHex(body))
    })
})
