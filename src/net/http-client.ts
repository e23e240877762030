import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { err, ok, type Result } from '#lib/result'

/** `unreached`: nothing of the request has arrived, for certain. */
export type HttpFault = { kind: 'unreached' | 'broken'; text: string }
export type HttpReply = { status: number; body: Uint8Array }
export type HttpOptions = {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  timeoutMs: number
}
export type HttpClient = {
  request(url: string, options: HttpOptions): Promise<Result<HttpReply, HttpFault>>
  close(): void
}

const MOST_ANSWER = 8 * 1024 * 1024
/** Small devices serve few at once. */
const MOST_CONNECTIONS = 4

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'the device refuses the connection: nothing listens at its address',
  ECONNRESET: 'the device closed the connection',
  EPIPE: 'the device closed the connection',
  EHOSTUNREACH: "there is no way to the device's address",
  ENETUNREACH: "there is no way to the device's address",
  ETIMEDOUT: 'the device does not answer',
  ENOTFOUND: "nobody knows the name in the device's address",
  EAI_AGAIN: "nobody knows the name in the device's address",
}
/** For people who operate devices, not for those who know the names of errors; what is rare keeps its name. */
const wordsOf = ({ code }: NodeJS.ErrnoException): string => {
  if (code === undefined) return 'the connection broke'
  if (Object.hasOwn(WORDS, code)) return WORDS[code] as string
  if (code.startsWith('HPE_')) return 'what answers there speaks no HTTP'
  return /CERT|SIGNATURE|TLS|SSL/.test(code)
    ? `the device's certificate is not taken (${code})`
    : `the connection broke (${code})`
}

const broken = (text: string) => err({ kind: 'broken' as const, text })

const readAll = (response: IncomingMessage, settle: (reply: Result<HttpReply, HttpFault>) => void): void => {
  const pieces: Buffer[] = []
  let length = 0
  response.on('data', (piece: Buffer) => {
    length += piece.length
    pieces.push(piece)
    if (length <= MOST_ANSWER) return
    settle(broken('the answer is too long'))
    response.destroy()
  })
  response.on('end', () => settle(ok({ status: response.statusCode ?? 0, body: Buffer.concat(pieces) })))
  response.on('close', () => settle(broken('the answer breaks off')))
  response.on('error', () => settle(broken('the answer breaks off')))
}

/**
 * Asks web servers of devices: never rejects, follows no redirect, keeps no connection (a kept one that the other side
 * has just closed would leave it open whether a request has arrived). Faults name no URL: those hold passwords.
 * `checkCertificates` false: devices make their own.
 */
export const createHttpClient = ({ checkCertificates }: { checkCertificates: boolean }): HttpClient => {
  const options = { keepAlive: false, maxSockets: MOST_CONNECTIONS }
  const plain = new HttpAgent(options)
  const secure = new HttpsAgent({ ...options, rejectUnauthorized: checkCertificates })

  const request: HttpClient['request'] = (url, { method, headers, body, timeoutMs }) => {
    const target = URL.parse(url)
    if (!target || !/^https?:$/.test(target.protocol))
      return Promise.resolve(err({ kind: 'unreached', text: 'its address is no http URL' }))
    const isSecure = target.protocol === 'https:'
    const { promise, resolve } = Promise.withResolvers<Result<HttpReply, HttpFault>>()
    let connected = false
    const fail = (text: string): void => resolve(err({ kind: connected ? 'broken' : 'unreached', text }))
    const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }
    const call = (isSecure ? httpsRequest : httpRequest)(target, {
      ...{ method, headers: { accept: '*/*', connection: 'close', ...headers, ...length } },
      agent: isSecure ? secure : plain,
    })
    /** Of the whole exchange, the wait for a free connection included. */
    const timer = setTimeout(() => {
      fail(`no answer within ${timeoutMs / 1000} s`)
      call.destroy()
    }, timeoutMs)
    call.on('socket', (socket) => {
      if (!socket.connecting) connected = true
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        connected = true
      })
    })
    call.on('response', (response) => readAll(response, resolve))
    call.on('error', (error: NodeJS.ErrnoException) => fail(wordsOf(error)))
    call.on('close', () => fail('the connection was closed'))
    call.end(body)
    return promise.finally(() => clearTimeout(timer))
  }
  return {
    request,
    close() {
      plain.destroy()
      secure.destroy()
    },
  }
}
