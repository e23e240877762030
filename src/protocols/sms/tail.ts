import { concat } from '#lib/bytes'
import type { ReportTail, UserData } from './contract.ts'
import type { SmsFault } from './faults.ts'
import type { Reader } from './reader.ts'
import { encodeUserData, readUserData } from './user-data.ts'

/** TP-Parameter-Indicator, TS 23.040 §9.2.3.27. */
const [PID, DCS, DATA, MORE] = [0x01, 0x02, 0x04, 0x80] as const

const readIndicator = (reader: Reader): number => {
  const indicator = reader.octet()
  // Further octets of the indicator announce what nobody has defined yet.
  for (let octet = indicator; octet & MORE && !reader.short; ) octet = reader.octet()
  return indicator
}

/** What the indicator announces. `between` reads what stands behind the indicator in some reports. */
export const readTail = (
  reader: Reader,
  hasHeader: boolean,
  between?: (reader: Reader) => void,
): ReportTail | SmsFault => {
  const indicator = readIndicator(reader)
  between?.(reader)
  const tail: ReportTail = {}
  if (indicator & PID) tail.pid = reader.octet()
  if (indicator & DCS) tail.dcs = reader.octet()
  if (indicator & DATA) {
    const userData = readUserData(reader, tail.dcs ?? 0, hasHeader, false)
    if (typeof userData === 'string') return userData
    tail.userData = userData
  }
  return reader.short ? 'short' : tail
}

/** The indicator and what it announces, with `between` behind the indicator. */
export const encodeTail = ({ pid, dcs, userData }: ReportTail, between?: Uint8Array): Uint8Array => {
  const indicator = (pid === undefined ? 0 : PID) | (dcs === undefined ? 0 : DCS) | (userData ? DATA : 0)
  return concat(
    Uint8Array.of(indicator),
    ...(between ? [between] : []),
    ...(pid === undefined ? [] : [Uint8Array.of(pid)]),
    ...(dcs === undefined ? [] : [Uint8Array.of(dcs)]),
    ...dataOf(userData, dcs),
  )
}

const dataOf = (userData: UserData | undefined, dcs = 0): Uint8Array[] =>
  userData ? [encodeUserData(userData, dcs)] : []
