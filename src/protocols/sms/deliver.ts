import { concat } from '#lib/bytes'
import { encodeAddress, readAddress } from './address.ts'
import type { Deliver, StatusReport } from './contract.ts'
import type { SmsFault } from './faults.ts'
import type { Reader } from './reader.ts'
import { encodeTail, readTail } from './tail.ts'
import { decodeTime, encodeTime } from './time.ts'
import { encodeUserData, readUserData } from './user-data.ts'

/** TP-MMS says that *no* more messages wait, in both messages from the service centre. */
const NO_MORE = 0x04
const LOOP_PREVENTION = 0x08
const REPORT_INDICATION = 0x20
const OF_COMMAND = 0x20
const HEADER = 0x40
const REPLY_PATH = 0x80

const shared = (first: number) => ({
  moreMessages: (first & NO_MORE) === 0,
  loopPrevention: (first & LOOP_PREVENTION) !== 0,
})

const sharedBits = (tpdu: { moreMessages: boolean; loopPrevention: boolean }): number =>
  (tpdu.moreMessages ? 0 : NO_MORE) | (tpdu.loopPrevention ? LOOP_PREVENTION : 0)

/** SMS-DELIVER, TS 23.040 §9.2.2.1. */
export const readDeliver = (reader: Reader): Deliver | SmsFault => {
  const first = reader.octet()
  const originator = readAddress(reader)
  if (!originator) return 'length'
  const pid = reader.octet()
  const dcs = reader.octet()
  const time = decodeTime(reader.take(7))
  const userData = readUserData(reader, dcs, (first & HEADER) !== 0)
  if (reader.short) return 'short'
  if (typeof userData === 'string') return userData
  return {
    kind: 'deliver',
    originator,
    pid,
    dcs,
    time,
    userData,
    ...shared(first),
    reportIndication: (first & REPORT_INDICATION) !== 0,
    replyPath: (first & REPLY_PATH) !== 0,
  }
}

export const encodeDeliver = (deliver: Deliver): Uint8Array => {
  const { originator, pid, dcs, time, userData } = deliver
  const first =
    sharedBits(deliver) |
    (deliver.reportIndication ? REPORT_INDICATION : 0) |
    (userData.elements.length > 0 ? HEADER : 0) |
    (deliver.replyPath ? REPLY_PATH : 0)
  const middle = new Uint8Array(9)
  middle[0] = pid
  middle[1] = dcs
  encodeTime(time, middle, 2)
  return concat(Uint8Array.of(first), encodeAddress(originator), middle, encodeUserData(userData, dcs))
}

/** SMS-STATUS-REPORT, TS 23.040 §9.2.2.3. */
export const readStatusReport = (reader: Reader): StatusReport | SmsFault => {
  const first = reader.octet()
  const reference = reader.octet()
  const recipient = readAddress(reader)
  if (!recipient) return 'length'
  const time = decodeTime(reader.take(7))
  const doneTime = decodeTime(reader.take(7))
  const status = reader.octet()
  // The indicator and what it announces may be missing altogether.
  const tail = reader.left > 0 ? readTail(reader, (first & HEADER) !== 0) : {}
  if (reader.short) return 'short'
  if (typeof tail === 'string') return tail
  return {
    kind: 'status-report',
    reference,
    recipient,
    time,
    doneTime,
    status,
    ...shared(first),
    ofCommand: (first & OF_COMMAND) !== 0,
    ...tail,
  }
}

export const encodeStatusReport = (report: StatusReport): Uint8Array => {
  const { reference, recipient, time, doneTime, status, userData } = report
  const hasHeader = userData !== undefined && userData.elements.length > 0
  const first = 0x02 | sharedBits(report) | (report.ofCommand ? OF_COMMAND : 0) | (hasHeader ? HEADER : 0)
  const times = new Uint8Array(15)
  encodeTime(time, times, 0)
  encodeTime(doneTime, times, 7)
  times[14] = status
  const tail = encodeTail(report)
  return concat(
    Uint8Array.of(first, reference),
    encodeAddress(recipient),
    times,
    tail.length > 1 ? tail : tail.subarray(0, 0),
  )
}
