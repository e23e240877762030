import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { err, ok, type Result } from '#lib/result'

/** Asks web servers at addresses that others chose. */
export type GuardedHttp = (url: string, options: GuardedRequest) => Promise<Result<GuardedReply, string>>
export type GuardedRequest = {
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: Uint8Array
}
/** Header names are lower case. */
export type GuardedReply = { status: number; headers: Record<string, string>; body: Uint8Array }

export type GuardedOptions = {
  /** Looked at after the name was resolved, at each connection: what a name stands for may change in between. */
  allows(address: string): boolean
  schemes: readonly ('http' | 'https')[]
  timeoutMs: number
  mostOctets: number
  /** Of GET; each target is looked at as the first one was. */
  mostRedirects: number
  /** False: certificates of one's own making too. */
  checkCertificates?: boolean
}

const NOT_ALLOWED = 'its address is one that may not be asked'

/** Never rejects; faults name no URL, since those may hold secrets. */
export const createGuardedHttp = (options: GuardedOptions): GuardedHttp => {
  const { allows, schemes, timeoutMs, mostRedirects } = options

  const lookup: NonNullable<RequestOptions['lookup']> = (name, wanted, callback) =>
    dnsLookup(name, { ...wanted, all: true }, (error, found: LookupAddress[]) => {
      const addresses = error ? [] : found.filter(({ address }) => allows(address))
      const [first] = addresses
      if (!first) return callback(error ?? new Error(NOT_ALLOWED), [])
      if (wanted.all) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })

  const ask = async (
    url: string,
    request: GuardedRequest,
    signal: AbortSignal,
    redirects: number,
  ): Promise<Result<GuardedReply, string>> => {
    const target = URL.parse(url)
    const scheme = target?.protocol.slice(0, -1) as 'http' | 'https'
    if (!target || !schemes.includes(scheme))
      return err(`its address does not begin with ${schemes.join(' or ')}`)
    const host = target.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !allows(host)) return err(NOT_ALLOWED)
    const reply = await exchange(target, request, { ...options, signal, lookup })
    const { location } = reply.ok ? reply.value.headers : {}
    if (!reply.ok || location === undefined || ![301, 302, 303, 307, 308].includes(reply.value.status))
      return reply
    const next = request.method === 'GET' ? URL.parse(location, target) : null
    if (!next || redirects >= mostRedirects) return err('it sends elsewhere too often')
    return ask(next.href, request, signal, redirects + 1)
  }

  return async (url, request) => {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), timeoutMs)
    try {
      const reply = await ask(url, request, abort.signal, 0)
      return !reply.ok && abort.signal.aborted ? err(`no answer within ${timeoutMs / 1000} s`) : reply
    } finally {
      clearTimeout(timer)
    }
  }
}

type Exchange = GuardedOptions & { signal: AbortSignal; lookup: NonNullable<RequestOptions['lookup']> }

const exchange = (
  target: URL,
  { method, headers, body }: GuardedRequest,
  { signal, lookup, mostOctets, checkCertificates }: Exchange,
): Promise<Result<GuardedReply, string>> => {
  const { promise, resolve } = Promise.withResolvers<Result<GuardedReply, string>>()
  const fail = (error: NodeJS.ErrnoException): void => resolve(err(error.code ?? error.message))
  try {
    const isSecure = target.protocol === 'https:'
    const call = (isSecure ? httpsRequest : httpRequest)(target, {
      ...{ method, signal, lookup, agent: false },
      headers: { ...headers, ...(body && { 'content-length': `${body.length}` }) },
      ...(isSecure && { rejectUnauthorized: checkCertificates !== false }),
    })
    call.on('response', (response) => void read(response, mostOctets).then(resolve))
    call.on('error', fail)
    call.on('close', () => resolve(err('the connection was closed')))
    call.end(body)
  } catch (error) {
    fail(error as NodeJS.ErrnoException)
  }
  return promise
}

const read = async (response: IncomingMessage, most: number): Promise<Result<GuardedReply, string>> => {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      length += piece.length
      if (length > most) {
        response.destroy()
        return err(`its answer is longer than ${most} octets`)
      }
      pieces.push(piece)
    }
  } catch {
    return err('its answer breaks off')
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  return ok({ status: response.statusCode ?? 0, headers, body: Buffer.concat(pieces) })
}
