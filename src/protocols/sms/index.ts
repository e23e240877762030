export { addressOf, addressText } from './address.ts'
export { cpCauseName, FCS_MEMORY_FULL, RP_CAUSE, rpCauseName } from './causes.ts'
export {
  type Coding,
  codingOf,
  dcsOf,
  isSilent,
  isSimDownload,
  type WaitingKind,
  withAlphabet,
} from './coding.ts'
export { type Concat, concatElement, concatOf, otherElements } from './concat.ts'
export type * from './contract.ts'
export { type Cp, decodeCp, encodeCp } from './cp.ts'
export { encodeDeliver, encodeStatusReport } from './deliver.ts'
export type { SmsDirection, SmsFault } from './faults.ts'
export {
  decodeElements,
  ELEMENT,
  encodeElements,
  lastElement,
  type Ports,
  portsElement,
  portsOf,
} from './header.ts'
export { LANGUAGES } from './national.ts'
export {
  countParts,
  dataParts,
  type PartCount,
  type PartOptions,
  type Parts,
  type PartsFault,
  type TextOptions,
  textParts,
} from './parts.ts'
export { encodeDeliverReport, encodeSubmitReport, type ReportWithin } from './report.ts'
export { decodeRp, encodeRp, type Rp, rpReference } from './rp.ts'
export { STATUS, type StatusClass, statusClass, statusName } from './status.ts'
export { encodeCommand, encodeSubmit } from './submit.ts'
export { textOf } from './text.ts'
export { smsTime } from './time.ts'
export { decodeTpdu, encodeTpdu } from './tpdu.ts'
export { isSingleShot, validityOf, validitySeconds } from './validity.ts'
