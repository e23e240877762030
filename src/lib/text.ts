declare global {
  /** Node's own fast paths; public in effect, missing in its types. */
  interface Buffer {
    latin1Slice(start?: number, end?: number): string
    latin1Write(text: string, offset?: number, length?: number): number
  }
}

const scratch = Buffer.allocUnsafeSlow(4096)

/**
 * A copy that stands alone. In V8 a substring pins the whole text it was cut from (a datagram, say), so
 * whatever outlives the handling of a message is copied first. Latin-1 text only, as all SIP text here is.
 */
export const keep = (text: string): string => {
  if (text.length > scratch.length) return Buffer.from(text, 'latin1').latin1Slice()
  return scratch.latin1Slice(0, scratch.latin1Write(text))
}

/** Octets as Latin-1 text and back: one character is one octet. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).latin1Slice()
export const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/** Letters as SIP has them: one character an octet of UTF-8. */
export const wired = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : latin1(Buffer.from(text, 'utf8'))

/** The other way round, what a person may read: octets that are UTF-8 become their characters, others stay Latin-1. */
export const readable = (text: string): string => {
  const decoded = Buffer.from(text, 'latin1').toString('utf8')
  return decoded.includes('�') ? text : decoded
}
