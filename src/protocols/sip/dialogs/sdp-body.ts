import { latin1, octets } from '#lib/text'
import { parseWorded } from '../grammar/fields.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'

const SDP = 'application/sdp'
/** Parts of a body that are looked at. */
const MOST_PARTS = 16

/** The SDP a message carries, also as one part of a multipart body (RFC 5621 §3); undefined when it has none. */
export const sdpOf = ({ headers, body }: SipRequest | SipResponse): string | undefined => {
  if (body.length === 0) return undefined
  const type = headers.get('Content-Type')
  if (type === undefined || type === SDP) return latin1(body)
  const worded = parseWorded(type)
  if (worded?.word === SDP) return latin1(body)
  const boundary = worded?.word.startsWith('multipart/') ? worded.params.get('boundary') : undefined
  return boundary === undefined || boundary === '' ? undefined : sdpPartOf(latin1(body), boundary)
}

/** True when the body is of a kind that nobody here can read: the request is to be refused with 415. */
export const isForeign = (request: SipRequest): boolean => {
  if (request.body.length === 0) return false
  const encoding = request.headers.get('Content-Encoding')
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return true
  if (sdpOf(request) !== undefined) return false
  const disposition = parseWorded(request.headers.get('Content-Disposition') ?? '')
  return disposition?.params.get('handling')?.toLowerCase() !== 'optional'
}

const sdpPartOf = (body: string, boundary: string): string | undefined => {
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`, MOST_PARTS + 1)
  for (const part of parts.slice(1)) {
    const end = part.indexOf('\r\n\r\n')
    if (end < 0) continue
    const type = /^content-type[ \t]*:[ \t]*([^\s;]+)/im.exec(part.slice(0, end))?.[1]
    if (type?.toLowerCase() === SDP) return `${part.slice(end + 4)}${part.endsWith('\n') ? '' : '\r\n'}`
  }
  return undefined
}

export const withSdp = <M extends SipRequest | SipResponse>(message: M, sdp: string | undefined): M => {
  if (sdp === undefined) return message
  message.headers.set('Content-Type', SDP)
  message.body = octets(sdp)
  return message
}
