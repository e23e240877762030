import { concat } from '#lib/bytes'
import { encodeAddress, readAddress } from './address.ts'
import type { Command, Submit } from './contract.ts'
import type { SmsFault } from './faults.ts'
import { copyOf, type Reader } from './reader.ts'
import { encodeUserData, readUserData } from './user-data.ts'
import { encodeValidity, readValidity, validityFormat } from './validity.ts'

const REJECT_DUPLICATES = 0x04
const REPORT_WANTED = 0x20
const HEADER = 0x40
const REPLY_PATH = 0x80

/** SMS-SUBMIT, TS 23.040 §9.2.2.2. */
export const readSubmit = (reader: Reader): Submit | SmsFault => {
  const first = reader.octet()
  const reference = reader.octet()
  const destination = readAddress(reader)
  if (!destination) return 'length'
  const pid = reader.octet()
  const dcs = reader.octet()
  const validity = readValidity(reader, first)
  const userData = readUserData(reader, dcs, (first & HEADER) !== 0)
  if (reader.short) return 'short'
  if (typeof userData === 'string') return userData
  return {
    kind: 'submit',
    reference,
    destination,
    pid,
    dcs,
    ...(validity && { validity }),
    userData,
    rejectDuplicates: (first & REJECT_DUPLICATES) !== 0,
    reportWanted: (first & REPORT_WANTED) !== 0,
    replyPath: (first & REPLY_PATH) !== 0,
  }
}

export const encodeSubmit = (submit: Submit): Uint8Array => {
  const { reference, destination, pid, dcs, validity, userData } = submit
  const first =
    0x01 |
    (submit.rejectDuplicates ? REJECT_DUPLICATES : 0) |
    validityFormat(validity) |
    (submit.reportWanted ? REPORT_WANTED : 0) |
    (userData.elements.length > 0 ? HEADER : 0) |
    (submit.replyPath ? REPLY_PATH : 0)
  return concat(
    Uint8Array.of(first, reference),
    encodeAddress(destination),
    Uint8Array.of(pid, dcs),
    encodeValidity(validity),
    encodeUserData(userData, dcs),
  )
}

/** SMS-COMMAND, TS 23.040 §9.2.2.4. */
export const readCommand = (reader: Reader): Command | SmsFault => {
  const first = reader.octet()
  const reference = reader.octet()
  const pid = reader.octet()
  const command = reader.octet()
  const messageNumber = reader.octet()
  const destination = readAddress(reader)
  if (!destination) return 'length'
  const data = copyOf(reader.take(reader.octet()))
  if (reader.short) return 'short'
  return {
    kind: 'command',
    reference,
    pid,
    command,
    messageNumber,
    destination,
    data,
    hasHeader: (first & HEADER) !== 0,
    reportWanted: (first & REPORT_WANTED) !== 0,
  }
}

export const encodeCommand = (command: Command): Uint8Array =>
  concat(
    Uint8Array.of(
      0x02 | (command.reportWanted ? REPORT_WANTED : 0) | (command.hasHeader ? HEADER : 0),
      command.reference,
      command.pid,
      command.command,
      command.messageNumber,
    ),
    encodeAddress(command.destination),
    Uint8Array.of(command.data.length),
    command.data,
  )
