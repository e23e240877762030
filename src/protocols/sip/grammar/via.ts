import { err, ok, type Result } from '#lib/result'
import { DIGIT, skipClass, skipSpace, TOKEN } from './chars.ts'
import { hostEndAt, hostOf, portAt, printHost } from './host.ts'
import type { SipMessage } from './message.ts'
import { type Params, printParam, printParams, readParams } from './params.ts'
import { COMMON_VIA } from './plain.ts'

/** One hop, RFC 3261 §20.42. `rport` is true when it is asked for (RFC 3581), a number when it is answered. */
export type Via = {
  /** Upper case; may be one that nobody here speaks. */
  transport: string
  host: string
  port?: number
  branch?: string
  received?: string
  rport?: number | true
  /** The others. */
  params: Params
}

export const parseVia = (text: string): Result<Via, string> => {
  const via: Via = { transport: '', host: '', params: new Map() }
  return readVia(text, 0, text.length, via) === text.length ? ok(via) : err('bad Via')
}

/** The hop that sent the message: first value of the first Via. Undefined when it is missing or malformed. */
export const topVia = (message: SipMessage): Via | undefined => {
  const text = message.headers.get('Via')
  if (text === undefined) return undefined
  const common = COMMON_VIA.exec(text)
  if (common) return commonVia(common)
  const via: Via = { transport: '', host: '', params: new Map() }
  return readVia(text, 0, text.length, via) < 0 ? undefined : via
}

const commonVia = ([, transport = '', host = '', port, before, branch = '', after]: RegExpExecArray): Via => {
  const via: Via = { transport, host, params: new Map() }
  if (port !== undefined) via.port = Number(port)
  via.branch = branch
  if (before ?? after) via.rport = true
  return via
}

/**
 * What can be read of a topmost Via that is malformed behind its host: enough to send the 400 that it deserves
 * (RFC 4475 §3.1.2.1). Undefined when not even the host is there.
 */
export const damagedVia = (message: SipMessage): Via | undefined => {
  const text = message.headers.get('Via') ?? ''
  const via: Via = { transport: '', host: '', params: new Map() }
  readVia(text, 0, text.length, via)
  if (via.params.has('rport')) via.rport = true
  return via.host === '' ? undefined : via
}

/** Checks one Via from `from` on, and fills `into` when one is given. Gives where it stopped (`end`, a comma), or -1. */
export const readVia = (text: string, from: number, end: number, into?: Via): number => {
  let at = text.startsWith('SIP/2.0/', from) ? from + 8 : protocolEnd(text, from, end)
  if (at < 0) return -1
  const transportEnd = skipClass(text, at, end, TOKEN)
  if (transportEnd === at) return -1
  if (into) into.transport = text.substring(at, transportEnd).toUpperCase()
  at = skipSpace(text, transportEnd, end)
  if (at === transportEnd) return -1
  const hostEnd = hostEndAt(text, at, end)
  if (hostEnd < 0) return -1
  if (into) into.host = hostOf(text, at, hostEnd)
  at = skipSpace(text, hostEnd, end)
  if (at < end && text.charCodeAt(at) === 58) {
    at = skipSpace(text, at + 1, end)
    const port = portAt(text, at, end)
    if (port < 0) return -1
    if (into) into.port = port
    at = skipClass(text, at, end, DIGIT)
  }
  const stop = readParams(text, at, end, into?.params)
  if (into && stop >= 0) takeKnown(into)
  return stop
}

/** `SIP / 2.0 /` with white space anywhere, and any version: a wrong one is the request line's matter. */
const protocolEnd = (text: string, from: number, end: number): number => {
  let at = skipSpace(text, from, end)
  for (let part = 0; part < 2; part++) {
    const wordEnd = skipClass(text, at, end, TOKEN)
    if (wordEnd === at) return -1
    if (part === 0 && text.substring(at, wordEnd).toUpperCase() !== 'SIP') return -1
    at = skipSpace(text, wordEnd, end)
    if (at >= end || text.charCodeAt(at) !== 47) return -1
    at = skipSpace(text, at + 1, end)
  }
  return at
}

const takeKnown = (via: Via): void => {
  const { params } = via
  const branch = params.get('branch')
  const received = params.get('received')
  if (branch !== undefined) via.branch = branch
  if (received !== undefined) via.received = received.replace(/^\[|\]$/g, '').toLowerCase()
  if (params.has('rport')) {
    const rport = params.get('rport') ?? ''
    const port = portAt(rport, 0, rport.length)
    via.rport = port < 0 ? true : port
  }
  params.delete('branch')
  params.delete('received')
  params.delete('rport')
}

export const printVia = (via: Via): string => {
  let text = `SIP/2.0/${via.transport} ${printHost(via.host)}`
  if (via.port !== undefined) text += `:${via.port}`
  text += printParams(via.params)
  if (via.rport !== undefined) text += via.rport === true ? ';rport' : `;rport=${via.rport}`
  if (via.received !== undefined) text += `;received=${via.received}`
  return via.branch === undefined ? text : text + printParam('branch', via.branch)
}
