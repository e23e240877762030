import { readAddress } from './address.ts'
import { parseCSeq, parseDelta } from './fields.ts'
import type { Headers, SipRequest, SipResponse } from './message.ts'
import { PLAIN_ADDRESS, PLAIN_URI, PLAIN_VIA } from './plain.ts'
import { parseUri, readUri } from './uri.ts'
import { readVia } from './via.ts'

/** The answer that a bad request deserves. */
export type Complaint = { status: number; reason: string }

/** Fields that stand at most once; the first five must. Their place in the list is their bit in a mask. */
const SINGLE = `From To Call-ID CSeq Via Max-Forwards Content-Length Expires Content-Type Min-Expires Min-SE
Session-Expires Event Subscription-State RSeq RAck Refer-To Replaces Join`.split(/\s+/)
const MANDATORY = 0b11111
const VIA = 0b10000
const bits = new Map(SINGLE.map((name, i) => [name, 1 << i]))

/**
 * What RFC 3261 §8.2 and §16.3 demand of a request before anybody acts on it; undefined when all is well.
 * Max-Forwards may be missing and tags too: RFC 2543 did without. Of several Vias only the top one is looked at.
 */
export const checkRequest = (request: SipRequest): Complaint | undefined => {
  const { headers, method, uri } = request
  const { names, values } = headers
  let seen = 0
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    const bit = bits.get(name)
    if (bit !== undefined) {
      if ((seen & bit) !== 0) {
        if (bit === VIA) continue
        return bad(`two ${name} fields`)
      }
      seen |= bit
    }
    const wrong = checkField(name, values[i] as string, method)
    if (wrong !== undefined) return bad(wrong)
  }
  if ((seen & MANDATORY) !== MANDATORY)
    return bad(`no ${SINGLE.find((_, i) => (seen & (1 << i)) === 0)} field`)
  return checkUri(uri)
}

const bad = (reason: string): Complaint => ({ status: 400, reason })

const checkField = (name: string, value: string, method: string): string | undefined => {
  switch (name) {
    case 'Via':
      return PLAIN_VIA.test(value) || readVia(value, 0, value.length) >= 0 ? undefined : 'bad Via'
    case 'From':
    case 'To':
      return isAddress(value) ? undefined : `bad ${name}`
    case 'Call-ID':
      return value === '' || value.includes(' ') ? 'bad Call-ID' : undefined
    case 'CSeq': {
      const seq = parseCSeq(value)
      if (seq === undefined) return 'bad CSeq'
      return seq.method === method ? undefined : 'CSeq names another method'
    }
    case 'Max-Forwards':
    case 'Content-Length':
    case 'Expires':
      return parseDelta(value) === undefined ? `bad ${name}` : undefined
    case 'Contact':
      return value === '*' || areAddresses(value) ? undefined : 'bad Contact'
    case 'Route':
    case 'Record-Route':
      return areAddresses(value) ? undefined : `bad ${name}`
    default:
      return undefined
  }
}

const isAddress = (value: string): boolean =>
  PLAIN_ADDRESS.test(value) || readAddress(value, 0, value.length) === value.length

const areAddresses = (value: string): boolean => {
  if (PLAIN_ADDRESS.test(value)) return true
  let at = -1
  do {
    at = readAddress(value, at + 1, value.length)
    if (at < 0) return false
  } while (at < value.length)
  return true
}

const checkUri = (uri: string): Complaint | undefined => {
  if (PLAIN_URI.test(uri)) return undefined
  const wrong = readUri(uri, 0, uri.length)
  if (wrong !== undefined) return bad(`Request-URI: ${wrong}`)
  if (!/^(?:sips?|tel|urn):/i.test(uri)) return { status: 416, reason: 'unsupported URI scheme' }
  // RFC 3261 §19.1.1, table 1: header components have no place in a Request-URI.
  if (!uri.includes('?')) return undefined
  const parsed = parseUri(uri)
  return parsed.ok && parsed.value.headers !== undefined ? bad('Request-URI: header components') : undefined
}

/** False: drop it silently. More than one Via means that it was not for us but through us, RFC 3261 §8.1.3.3. */
export const checkResponse = (response: SipResponse): boolean => {
  if (response.status < 100 || response.status > 699) return false
  const { headers } = response
  if (!hasMandatory(headers)) return false
  const via = headers.get('Via') as string
  if (!PLAIN_VIA.test(via) && readVia(via, 0, via.length) !== via.length) return false
  return parseCSeq(headers.get('CSeq') as string) !== undefined
}

const hasMandatory = ({ names }: Headers): boolean => {
  let seen = 0
  for (let i = 0; i < names.length; i++) {
    const bit = (bits.get(names[i] as string) ?? 0) & MANDATORY
    if ((seen & bit) !== 0) return false
    seen |= bit
  }
  return seen === MANDATORY
}
