/** Bounds of one message: more is answered 413. */
export const MAX_MESSAGE = 65535
export const MAX_HEADERS = 256

export type Problem = { reason: string; status: 400 | 413 | 505 }

/** A text being read: where the next line begins, where the next CR stands, and what came up so far. */
export type Reading = {
  readonly octets: Uint8Array
  readonly text: string
  at: number
  cr: number
  /** Value of Content-Length; -1 when it is not given. */
  length: number
  problem: Problem | undefined
}

/** One native call for the whole datagram; `toString` would look its encoding up first. */
const { latin1Slice } = Buffer.prototype

export const startReading = (octets: Uint8Array): Reading => {
  const text = latin1Slice.call(octets as Buffer, 0, Math.min(octets.length, MAX_MESSAGE))
  return { octets, text, at: 0, cr: -1, length: -1, problem: undefined }
}

export const bad = (reason: string): Problem => ({ reason, status: 400 })

/** Digits only, at most nine of them; -1 for all else. */
export const wholeNumber = (text: string, at: number, end: number): number => {
  if (end <= at || end - at > 9) return -1
  let value = 0
  for (let i = at; i < end; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
