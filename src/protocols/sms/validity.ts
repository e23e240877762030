import type { Validity } from './contract.ts'
import { copyOf, type Reader } from './reader.ts'
import { decodeTime, encodeTime } from './time.ts'

const [MINUTE, HOUR, DAY, WEEK] = [60, 3600, 86_400, 604_800] as const

/** TP-Validity-Period-Format: bits 4 and 3 of the first octet, TS 23.040 §9.2.3.3. */
export const validityFormat = (validity: Validity | undefined): number =>
  validity === undefined
    ? 0
    : validity.kind === 'relative'
      ? 0x10
      : validity.kind === 'absolute'
        ? 0x18
        : 0x08

export const readValidity = (reader: Reader, firstOctet: number): Validity | undefined => {
  switch (firstOctet & 0x18) {
    case 0x10:
      return { kind: 'relative', value: reader.octet() }
    case 0x18:
      return { kind: 'absolute', time: decodeTime(reader.take(7)) }
    case 0x08:
      return { kind: 'enhanced', octets: copyOf(reader.take(7)) }
    default:
      return undefined
  }
}

export const encodeValidity = (validity: Validity | undefined): Uint8Array => {
  if (!validity) return new Uint8Array(0)
  if (validity.kind === 'relative') return Uint8Array.of(validity.value)
  const out = new Uint8Array(7)
  if (validity.kind === 'absolute') encodeTime(validity.time, out, 0)
  else out.set(validity.octets.subarray(0, 7))
  return out
}

/** TS 23.040 §9.2.3.12.1. */
const relativeSeconds = (value: number): number => {
  if (value <= 143) return (value + 1) * 5 * MINUTE
  if (value <= 167) return 12 * HOUR + (value - 143) * 30 * MINUTE
  return value <= 196 ? (value - 166) * DAY : (value - 192) * WEEK
}

/** TS 23.040 §9.2.3.12.3: the functionality indicator names one of four forms; others, and none, say nothing. */
const enhancedSeconds = (octets: Uint8Array): number | undefined => {
  const [indicator = 0, first = 0] = octets
  // An extension octet would follow the indicator; none is defined, so what comes after it is unknown.
  if (indicator & 0x80) return undefined
  switch (indicator & 7) {
    case 1:
      return relativeSeconds(first)
    case 2:
      return first === 0 ? undefined : first
    case 3: {
      const [hours = 0, minutes = 0, seconds = 0] = Array.from(
        octets.subarray(1, 4),
        (o) => (o & 15) * 10 + (o >> 4),
      )
      return hours * HOUR + minutes * MINUTE + seconds
    }
    default:
      return undefined
  }
}

/** How long the message is good for; undefined when it does not say. An absolute time gone by gives 0. */
export const validitySeconds = (validity: Validity | undefined, nowMs: number): number | undefined => {
  if (!validity) return undefined
  if (validity.kind === 'relative') return relativeSeconds(validity.value)
  if (validity.kind === 'enhanced') return enhancedSeconds(validity.octets)
  return validity.time && Math.max(0, Math.ceil((validity.time.atMs - nowMs) / 1000))
}

/** The least relative validity that is as long, at most 63 weeks. */
export const validityOf = (seconds: number): Validity => {
  const value =
    seconds <= 12 * HOUR
      ? Math.ceil(seconds / (5 * MINUTE)) - 1
      : seconds <= DAY
        ? 143 + Math.ceil((seconds - 12 * HOUR) / (30 * MINUTE))
        : seconds <= 30 * DAY
          ? 166 + Math.ceil(seconds / DAY)
          : 192 + Math.ceil(seconds / WEEK)
  return { kind: 'relative', value: Math.min(255, Math.max(0, value)) }
}

/** TS 23.040 §9.2.3.12.3: one attempt only, then it is given up. */
export const isSingleShot = (validity: Validity | undefined): boolean =>
  validity?.kind === 'enhanced' && ((validity.octets[0] ?? 0) & 0x40) !== 0
