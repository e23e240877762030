import { err, ok, type Result } from '#lib/result'

/** One report about an event, RFC 4733 §2.3: `volume` in -dBm0, `duration` in clock ticks since its timestamp. */
export type TelephoneEvent = { event: number; end: boolean; volume: number; duration: number }

/** The sixteen DTMF events of §3.2 in their order, and the flash (16). */
const DIGITS = '0123456789*#ABCD!'

/** The key of an event number; undefined for those that are no DTMF. */
export const digitOf = (event: number): string | undefined => DIGITS[event]

/** The event number of a key; undefined when it is none. */
export const eventOf = (digit: string): number | undefined => {
  const event = digit.length === 1 ? DIGITS.indexOf(digit.toUpperCase()) : -1
  return event < 0 ? undefined : event
}

export const decodeTelephoneEvent = (payload: Uint8Array): Result<TelephoneEvent, 'short'> => {
  if (payload.length < 4) return err('short')
  const flags = payload[1] as number
  return ok({
    event: payload[0] as number,
    end: (flags & 0x80) !== 0,
    volume: flags & 0x3f,
    duration: ((payload[2] as number) << 8) | (payload[3] as number),
  })
}

export const encodeTelephoneEvent = ({ event, end, volume, duration }: TelephoneEvent): Uint8Array =>
  Uint8Array.of(event, (end ? 0x80 : 0) | (volume & 0x3f), (duration >> 8) & 0xff, duration & 0xff)
