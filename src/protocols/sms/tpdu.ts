import { err, ok, type Result } from '#lib/result'
import type { Tpdu } from './contract.ts'
import { encodeDeliver, encodeStatusReport, readDeliver, readStatusReport } from './deliver.ts'
import type { SmsDirection, SmsFault } from './faults.ts'
import { Reader } from './reader.ts'
import {
  encodeDeliverReport,
  encodeSubmitReport,
  type ReportWithin,
  readDeliverReport,
  readSubmitReport,
} from './report.ts'
import { encodeCommand, encodeSubmit, readCommand, readSubmit } from './submit.ts'

/**
 * One transfer protocol data unit, TS 23.040 §9.2. What it means depends on who sent it; `within` says whether an RP-ACK
 * or an RP-ERROR carried a report. Octets behind the last field are passed over. The value keeps no view of `octets`.
 */
export const decodeTpdu = (
  octets: Uint8Array,
  direction: SmsDirection,
  within?: ReportWithin,
): Result<Tpdu, SmsFault> => {
  if (octets.length === 0) return err('short')
  const tpdu = read(new Reader(octets), direction, (octets[0] as number) & 3, within)
  return typeof tpdu === 'string' ? err(tpdu) : ok(tpdu)
}

const read = (
  reader: Reader,
  direction: SmsDirection,
  type: number,
  within: ReportWithin | undefined,
): Tpdu | SmsFault => {
  if (direction === 'mo') {
    if (type === 1) return readSubmit(reader)
    if (type === 0) return readDeliverReport(reader, within)
    return type === 2 ? readCommand(reader) : 'type'
  }
  if (type === 1) return readSubmitReport(reader, within)
  // A handset takes the reserved type for a SMS-DELIVER, §9.2.3.1.
  return type === 2 ? readStatusReport(reader) : readDeliver(reader)
}

export const encodeTpdu = (tpdu: Tpdu): Uint8Array => {
  switch (tpdu.kind) {
    case 'submit':
      return encodeSubmit(tpdu)
    case 'deliver':
      return encodeDeliver(tpdu)
    case 'status-report':
      return encodeStatusReport(tpdu)
    case 'submit-report':
      return encodeSubmitReport(tpdu)
    case 'deliver-report':
      return encodeDeliverReport(tpdu)
    case 'command':
      return encodeCommand(tpdu)
  }
}
