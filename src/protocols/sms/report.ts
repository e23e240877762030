import { concat } from '#lib/bytes'
import type { DeliverReport, SubmitReport } from './contract.ts'
import type { SmsFault } from './faults.ts'
import type { Reader } from './reader.ts'
import { encodeTail, readTail } from './tail.ts'
import { decodeTime, encodeTime } from './time.ts'

const HEADER = 0x40

/** What the RPDU that carries a report says: only a negative one has a TP-Failure-Cause. */
export type ReportWithin = 'ack' | 'error'

/**
 * TP-FCS, TS 23.040 §9.2.3.22. Where nobody says what carried the report, an octet with its highest bit is a cause: so
 * have all causes, and no indicator in use.
 */
const readCause = (reader: Reader, within: ReportWithin | undefined): number | undefined => {
  const next = reader.octets[reader.at] ?? 0
  return within === 'error' || (within === undefined && next >= 0x80) ? reader.octet() : undefined
}

/** SMS-DELIVER-REPORT, TS 23.040 §9.2.2.1a. */
export const readDeliverReport = (reader: Reader, within?: ReportWithin): DeliverReport | SmsFault => {
  const first = reader.octet()
  const cause = readCause(reader, within)
  const tail = readTail(reader, (first & HEADER) !== 0)
  if (typeof tail === 'string') return tail
  return { kind: 'deliver-report', ...(cause !== undefined && { cause }), ...tail }
}

const firstOctet = (type: number, { userData }: DeliverReport | SubmitReport): number =>
  type | (userData !== undefined && userData.elements.length > 0 ? HEADER : 0)

export const encodeDeliverReport = (report: DeliverReport): Uint8Array =>
  concat(
    report.cause === undefined
      ? Uint8Array.of(firstOctet(0, report))
      : Uint8Array.of(firstOctet(0, report), report.cause),
    encodeTail(report),
  )

/** SMS-SUBMIT-REPORT, TS 23.040 §9.2.2.2a. */
export const readSubmitReport = (reader: Reader, within?: ReportWithin): SubmitReport | SmsFault => {
  const first = reader.octet()
  const cause = readCause(reader, within)
  let time: SubmitReport['time']
  const tail = readTail(reader, (first & HEADER) !== 0, (octets) => {
    time = decodeTime(octets.take(7))
  })
  if (typeof tail === 'string') return tail
  return { kind: 'submit-report', ...(cause !== undefined && { cause }), time, ...tail }
}

export const encodeSubmitReport = (report: SubmitReport): Uint8Array => {
  const time = new Uint8Array(7)
  encodeTime(report.time, time, 0)
  return concat(
    report.cause === undefined
      ? Uint8Array.of(firstOctet(1, report))
      : Uint8Array.of(firstOctet(1, report), report.cause),
    encodeTail(report, time),
  )
}
