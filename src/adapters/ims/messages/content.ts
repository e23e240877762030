import { parseWorded, type SipRequest } from '#sip'

/** What a MESSAGE carries. */
export type Content =
  | { kind: 'sms' }
  | { kind: 'text'; charset: string | undefined }
  | { kind: 'refused'; status: number; headers?: [name: string, value: string][] }

export const ACCEPTED = 'text/plain, application/vnd.3gpp.sms'
/** Of a text: it must fit into one datagram with our own headers. */
export const MOST_OCTETS = 60_000

const unsupported: Content = { kind: 'refused', status: 415, headers: [['Accept', ACCEPTED]] }
const encoded: Content = { kind: 'refused', status: 415, headers: [['Accept-Encoding', 'identity']] }
const tooLarge: Content = { kind: 'refused', status: 413 }
const sms: Content = { kind: 'sms' }
const text: Content = { kind: 'text', charset: undefined }

/** RFC 3428 §7, TS 24.341 §5.3.1.2. */
export const contentOf = ({ headers, body }: SipRequest): Content => {
  if (body.length > MOST_OCTETS) return tooLarge
  const type = headers.get('Content-Type')
  const encoding = headers.get('Content-Encoding')
  if (encoding !== undefined && !/^\s*identity\s*$/i.test(encoding)) return encoded
  if (type === 'text/plain') return text
  const worded = parseWorded(type ?? '')
  if (worded?.word === 'application/vnd.3gpp.sms') return sms
  if (worded?.word !== 'text/plain') return unsupported
  return { kind: 'text', charset: worded.params.get('charset')?.toLowerCase() }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true })
const LATIN_1 = new TextDecoder('iso-8859-1')

const utf8 = (octets: Uint8Array): string | undefined => {
  try {
    return UTF_8.decode(octets)
  } catch {
    return undefined
  }
}

/**
 * The characters of a plain text. Nobody says UTF-8 and means something else, but phones that say nothing may well mean
 * Latin-1. `malformed`: not in the charset it names; `charset`: one that is not spoken here.
 */
export const textIn = (
  octets: Uint8Array,
  charset: string | undefined,
): { text: string } | 'malformed' | 'charset' => {
  switch (charset) {
    case undefined:
      return { text: utf8(octets) ?? LATIN_1.decode(octets) }
    case 'utf-8':
    case 'utf8':
    case 'us-ascii': {
      const decoded = utf8(octets)
      return decoded === undefined ? 'malformed' : { text: decoded }
    }
    case 'iso-8859-1':
      return { text: LATIN_1.decode(octets) }
    default:
      return 'charset'
  }
}
