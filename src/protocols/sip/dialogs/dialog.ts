import { parseAddress, splitList, tagOf } from '../grammar/address.ts'
import { parseCSeq } from '../grammar/fields.ts'
import { createRequest, type Headers, type SipRequest, type SipResponse } from '../grammar/message.ts'

/** What two ends of a dialogue share, RFC 3261 §12. `local` and `remote` are whole From/To values, tags included. */
export type Dialog = {
  callId: string
  localTag: string
  remoteTag: string
  local: string
  remote: string
  localSeq: number
  /** -1 until the peer sent its first request. */
  remoteSeq: number
  /** The peer's Contact URI, raw: where requests are addressed to. */
  target: string
  /** Route values in the order in which they are sent. */
  routes: string[]
  /** We began the dialogue: the Call-ID is ours. */
  caller: boolean
}

/** The URI in the first Contact; undefined when there is none or it is not a URI. */
export const contactOf = (headers: Headers): string | undefined => {
  const value = headers.get('Contact')
  if (value === undefined) return undefined
  const parsed = parseAddress(splitList(value)[0] ?? '')
  return parsed.ok ? parsed.value.uri : undefined
}

const recordRoutes = (headers: Headers): string[] =>
  headers.has('Record-Route') ? headers.all('Record-Route').flatMap(splitList) : []

/** The dialogue of a request we answer, §12.1.1. */
export const dialogOfRequest = (request: SipRequest, localTag: string): Dialog => {
  const { headers } = request
  const to = headers.get('To') ?? ''
  const remote = headers.get('From') ?? ''
  return {
    callId: headers.get('Call-ID') ?? '',
    localTag,
    remoteTag: tagOf(remote) ?? '',
    local: tagOf(to) === undefined ? `${to};tag=${localTag}` : to,
    remote,
    localSeq: 0,
    remoteSeq: parseCSeq(headers.get('CSeq') ?? '')?.number ?? 0,
    target: contactOf(headers) ?? '',
    routes: recordRoutes(headers),
    caller: false,
  }
}

/** The dialogue that a response to our own request makes, §12.1.2. */
export const dialogOfResponse = (request: SipRequest, response: SipResponse): Dialog => {
  const local = request.headers.get('From') ?? ''
  const remote = response.headers.get('To') ?? ''
  return {
    callId: request.headers.get('Call-ID') ?? '',
    localTag: tagOf(local) ?? '',
    remoteTag: tagOf(remote) ?? '',
    local,
    remote,
    localSeq: parseCSeq(request.headers.get('CSeq') ?? '')?.number ?? 1,
    remoteSeq: -1,
    target: contactOf(response.headers) ?? request.uri,
    routes: recordRoutes(response.headers).reverse(),
    caller: true,
  }
}

/** A request inside the dialogue, §12.2.1.1 (loose routing; a strict router's URI is addressed as if it were loose). */
export const requestIn = (dialog: Dialog, method: string, cseq = ++dialog.localSeq): SipRequest => {
  const request = createRequest(method, dialog.target)
  const { headers } = request
  for (const route of dialog.routes) headers.add('Route', route)
  headers.add('Max-Forwards', '70')
  headers.add('From', dialog.local)
  headers.add('To', dialog.remote)
  headers.add('Call-ID', dialog.callId)
  headers.add('CSeq', `${cseq} ${method}`)
  return request
}

/** Whether the request comes in order, §12.2.2; a lower number than before is to be refused with 500. */
export const inOrder = (dialog: Dialog, request: SipRequest): boolean => {
  const number = parseCSeq(request.headers.get('CSeq') ?? '')?.number ?? -1
  if (number < dialog.remoteSeq) return false
  dialog.remoteSeq = number
  return true
}

/** Where the next request of the dialogue goes: its first route, else the peer's contact. */
export const nextHopOf = (dialog: Dialog): string => {
  const route = dialog.routes[0]
  if (route === undefined) return dialog.target
  const parsed = parseAddress(route)
  return parsed.ok ? parsed.value.uri : dialog.target
}
