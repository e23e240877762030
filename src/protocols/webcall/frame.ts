import type { Seq } from './pdu.ts'

/** A message of either dialect before anybody knows what it means: everything is text. */
export type Frame = { op: number; seq: Seq; fields: ReadonlyMap<string, readonly string[]> }

/** Octets of one message, and fields before the description. */
export const MOST_OCTETS = 64 * 1024
export const MOST_FIELDS = 64
const MOST_SEQ = 64

export const opOf = (text: string | undefined): number => {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return 0
  return Number(text)
}

/** Missing: 0. Nobody needs long ones, and they are sent back. */
export const seqOf = (text: string | undefined): string =>
  text === undefined || text === '' ? '0' : text.slice(0, MOST_SEQ)
