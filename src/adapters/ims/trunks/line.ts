import type { Dialled, Subscriber } from '#core'
import type { Endpoint, Transport } from '#lib/wire'
import type { Login } from '#sip'

export const NUMBER_FORMATS = ['as_dialled', 'plus', 'bare', '00'] as const
export type NumberFormat = (typeof NUMBER_FORMATS)[number]

/** A trunk as SIP needs to know it. */
export type TrunkLine = {
  name: string
  transport: Transport
  /** Where it is; undefined while its name is not known, and of an account. */
  endpoint: () => Endpoint | undefined
  /** The subscriber whose registration is the way there: the SIP account of a gateway. */
  account?: Subscriber
  /** Towards it, where it asks. */
  login?: Login
  /** Host of URIs towards it, with its port where that is another one. */
  host: string
  /** It may see callers who hide from others. */
  trusted: boolean
  /** The number that is shown to it; empty: the caller's own. */
  caller: string
  /** Characters that are taken off what was dialled, then what is put before it. */
  strip: number
  prefix: string
  format: NumberFormat
}

const escapedCharacter = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** The user part of a URI, RFC 3261 §25.1: nothing in it can end it. Text is Latin-1. */
export const userPart = (user: string): string => user.replace(/[^\w\-.!~*'()&=+$,]/g, escapedCharacter)

/**
 * The number as the trunk wants it. `normal` is what was dialled as E.164, where that can be told: all formats but
 * `as_dialled` are made of it.
 */
export const numberTowards = (
  { strip, prefix, format }: Pick<TrunkLine, 'strip' | 'prefix' | 'format'>,
  dialled: Pick<Dialled, 'user'>,
  normal: (user: string) => string,
): string => {
  const rest = dialled.user.slice(strip)
  return prefix + formatted(rest, format, normal)
}

const formatted = (number: string, format: NumberFormat, normal: (user: string) => string): string => {
  if (format === 'as_dialled') return number
  const whole = normal(number)
  if (format === 'plus' || !whole.startsWith('+')) return whole
  return format === '00' ? `00${whole.slice(1)}` : whole.slice(1)
}
