import type { FastifyReply, FastifyRequest } from 'fastify'
import { sourceOf } from '../rest/logins.ts'
import { sendProblem } from '../rest/problems.ts'
import type { PhonePorts } from './ports.ts'
import { type PhoneUser, SESSION_S } from './sessions.ts'

/** Two names: over http no browser lets anybody replace what came over https. */
const nameOf = ({ protocol }: FastifyRequest): string =>
  protocol === 'https' ? '__Host-tandem_phone' : 'tandem_phone'

const RETRY_AFTER_S = 60
const SAFE = ['GET', 'HEAD', 'OPTIONS']

export const phoneCookieOf = (request: FastifyRequest): string | undefined => {
  const name = nameOf(request)
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

export const giveCookie = (request: FastifyRequest, reply: FastifyReply, value: string): void => {
  const age = value === '' ? 0 : SESSION_S
  const secure = request.protocol === 'https' ? '; Secure' : ''
  const cookie = `${nameOf(request)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure}`
  reply.header('set-cookie', cookie)
}

/** Browsers tell where a request comes from; what tells nothing is no page of another site. */
const isFromHere = ({ headers }: FastifyRequest, { origins }: Pick<PhonePorts, 'origins'>): boolean => {
  const { origin } = headers
  if (origin === undefined) return true
  return URL.parse(origin)?.host === headers.host || origins.includes(origin)
}

/** Another site can make a browser send a form, but neither this header nor this site's name. True: it was refused. */
export const refuseForeign = (request: FastifyRequest, reply: FastifyReply, ports: PhonePorts): boolean => {
  if (SAFE.includes(request.method)) return false
  if (!isFromHere(request, ports)) sendProblem(reply, 403, 'Origin: another site')
  else if (request.headers['x-tandem-phone'] !== '1') sendProblem(reply, 403, 'X-Tandem-Phone: 1 is missing')
  else return false
  return true
}

/** True when the source failed too often, and was told so. */
export const refuseBlockedPhone = (
  request: FastifyRequest,
  reply: FastifyReply,
  { guard }: Pick<PhonePorts, 'guard'>,
): boolean => {
  if (!guard.blocked(sourceOf(request))) return false
  sendProblem(reply.header('retry-after', RETRY_AFTER_S), 429, 'too many failures: wait a while')
  return true
}

export type Admitted = { user: PhoneUser; key: string }

/** Who asks, by its cookie; undefined: the request was answered. */
export const admitPhone = (
  request: FastifyRequest,
  reply: FastifyReply,
  ports: PhonePorts,
): Admitted | undefined => {
  const token = phoneCookieOf(request)
  const found = token === undefined ? undefined : ports.sessions.find(token)
  if (!found || token === undefined) {
    sendProblem(reply, 401, 'log in first')
    return undefined
  }
  if (refuseForeign(request, reply, ports)) return undefined
  if (found.renewed) giveCookie(request, reply, token)
  return found
}
