import type { SmsTime } from './contract.ts'

const swapped = (octet: number): number => (octet & 0x0f) * 10 + (octet >> 4)
const swap = (value: number): number => ((value % 10) << 4) | Math.trunc(value / 10)

const QUARTER_MS = 15 * 60_000

/** Seven octets of TS 23.040 §9.2.3.11; undefined when they name no moment. Years 70 to 99 are those of the last century. */
export const decodeTime = (octets: Uint8Array): SmsTime | undefined => {
  for (let i = 0; i < 6; i++)
    if (((octets[i] ?? 0xff) & 0x0f) > 9 || (octets[i] as number) >> 4 > 9) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = Array.from(octets, swapped)
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
    return undefined
  const zone = octets[6] ?? 0
  // Bit 3 of the last octet is the sign; the rest is swapped digits like all others. A zone that is none counts as UTC.
  const size = zone >> 4 > 9 ? 0 : swapped(zone & 0xf7)
  const quarters = (zone & 0x08) !== 0 ? -size : size
  const local = Date.UTC(year < 70 ? 2000 + year : 1900 + year, month - 1, day, hour, minute, second)
  return { atMs: local - quarters * QUARTER_MS, quarters }
}

/** Undefined is written as zeros, which name no moment. */
export const encodeTime = (time: SmsTime | undefined, out: Uint8Array, at: number): void => {
  if (!time) return
  const { atMs, quarters } = time
  const local = new Date(atMs + quarters * QUARTER_MS)
  out[at] = swap(local.getUTCFullYear() % 100)
  out[at + 1] = swap(local.getUTCMonth() + 1)
  out[at + 2] = swap(local.getUTCDate())
  out[at + 3] = swap(local.getUTCHours())
  out[at + 4] = swap(local.getUTCMinutes())
  out[at + 5] = swap(local.getUTCSeconds())
  const negative = quarters < 0 || Object.is(quarters, -0)
  out[at + 6] = swap(Math.abs(quarters)) | (negative ? 0x08 : 0)
}

/** A moment in the zone that is so many minutes ahead of UTC. */
export const smsTime = (atMs: number, zoneMinutes = 0): SmsTime => ({
  atMs,
  quarters: Math.round(zoneMinutes / 15),
})
