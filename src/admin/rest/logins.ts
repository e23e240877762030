import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LoginRequest, LoginView, PasswordRequest } from '../contract.ts'
import type { AdminPorts } from '../ports.ts'
import { COOKIE } from './access.ts'
import { sendProblem } from './problems.ts'
import type { Sessions } from './sessions.ts'

export type LoginPorts = Pick<AdminPorts, 'password' | 'guard' | 'log'> & { sessions: Sessions }

export const login = async (
  ports: LoginPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<LoginView | FastifyReply> => {
  if (fromElsewhere(request)) return sendProblem(reply, 403, 'Origin: another site')
  const { user = 'admin', password } = request.body as LoginRequest
  if (!(await proved(ports, request, reply, password, user))) return reply
  ports.log.write('api', 'info', `${user} logged in`, { user: sourceOf(request) })
  return open(ports, request, reply, user)
}

/** Knowing the old password is asked for again: a session left open on a desk must not be enough. */
export const changePassword = async (
  ports: LoginPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<LoginView | FastifyReply> => {
  const { old, new: next } = request.body as PasswordRequest
  if (!(await proved(ports, request, reply, old, 'admin'))) return reply
  if ((await ports.password.change(next)) === 'fixed')
    return sendProblem(reply, 409, 'admin.password in the configuration says the password: change it there')
  ports.log.write('api', 'info', 'the admin password was changed', { user: sourceOf(request) })
  return open(ports, request, reply, 'admin')
}

export const noCookie = (request: FastifyRequest): string => cookie(request, '', 0)

export const sourceOf = (request: FastifyRequest): string => (request.ip ?? '').replace(/^::ffff:/, '')

/** False when the answer was sent: wrong, or too many ask at once. */
const proved = async (
  { guard, password, log }: LoginPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  user: string,
): Promise<boolean> => {
  const source = sourceOf(request)
  await new Promise((resume) => setTimeout(resume, guard.delayMs(source)))
  const verdict = await password.verify(text)
  if (verdict === 'right' && user === 'admin') {
    guard.succeed(source)
    return true
  }
  if (verdict === 'busy') sendProblem(reply.header('retry-after', 5), 503)
  else {
    guard.fail(source)
    log.write('api', 'warn', 'login refused', { user: source })
    sendProblem(reply, 401, 'user or password is wrong')
  }
  return false
}

const open = (
  { sessions }: LoginPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  user: string,
): LoginView => {
  const { token, csrfToken, expiresInS } = sessions.open(user)
  reply.header('set-cookie', cookie(request, token, expiresInS))
  return { user, csrfToken, expiresInS }
}

const cookie = (request: FastifyRequest, value: string, maxAgeS: number): string =>
  `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}${request.protocol === 'https' ? '; Secure' : ''}`

/** A page elsewhere must not log its visitors in here: browsers tell where a request comes from. */
const fromElsewhere = ({ headers }: FastifyRequest): boolean => {
  if (headers.origin === undefined) return false
  return URL.parse(headers.origin)?.host !== headers.host
}
