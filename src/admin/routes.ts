import type { FastifyReply, FastifyRequest } from 'fastify'
import { COOKIE, cookieOf } from './access.ts'
import type { HealthView, LoginRequest, LoginView, Scope } from './contract.ts'
import { type CallsQuery, pageOfCalls, pageOfUsers, type UsersQuery } from './pages.ts'
import type { AdminPorts } from './ports.ts'
import { sendProblem } from './problems.ts'
import { queries, type Schema, type shapes } from './schemas.ts'
import type { Sessions } from './sessions.ts'

/** One operation: the server is built from this table and the OpenAPI document is written from it. */
export type Route = {
  method: 'GET' | 'POST'
  /** Below /api/v1. */
  path: string
  summary: string
  /** What the caller must be allowed; `session`: any authenticated caller; absent: open to all. */
  scope?: Scope | 'session'
  query?: Schema
  body?: keyof typeof shapes
  reply?: keyof typeof shapes
  problems: number[]
  handle(request: FastifyRequest, reply: FastifyReply): unknown
}

export type RoutePorts = Pick<AdminPorts, 'house' | 'password' | 'guard' | 'clock' | 'log'> & {
  sessions: Sessions
}

export const BASE = '/api/v1'

export const createRoutes = (ports: RoutePorts): Route[] => {
  const { house, clock, sessions } = ports
  const startMs = clock.nowMs()
  return [
    {
      method: 'GET',
      path: '/health',
      summary: 'Whether the server runs.',
      reply: 'Health',
      problems: [],
      handle: (): HealthView => ({
        status: 'ok',
        version: house.version,
        uptimeS: Math.floor((clock.nowMs() - startMs) / 1000),
      }),
    },
    {
      method: 'GET',
      path: '/users',
      summary: 'Users and where they are registered.',
      scope: 'users:read',
      query: queries.users,
      reply: 'Users',
      problems: [400],
      handle: (request, reply) => pageOfUsers(house, request.query as UsersQuery) ?? badCursor(reply),
    },
    {
      method: 'GET',
      path: '/calls',
      summary: 'Calls in progress, then call records, newest first.',
      scope: 'calls:read',
      query: queries.calls,
      reply: 'Calls',
      problems: [400],
      handle: async (request, reply) =>
        (await pageOfCalls(house, request.query as CallsQuery, clock.wallMs())) ?? badCursor(reply),
    },
    {
      method: 'POST',
      path: '/login',
      summary: 'Opens a console session, kept in a cookie.',
      body: 'LoginRequest',
      reply: 'Login',
      problems: [400, 401, 403, 429, 503],
      handle: (request, reply) => login(ports, request, reply),
    },
    {
      method: 'POST',
      path: '/logout',
      summary: 'Ends the console session.',
      scope: 'session',
      problems: [],
      handle: (request, reply) => {
        const token = cookieOf(request.headers)
        if (token !== undefined) sessions.close(token)
        return reply
          .header('set-cookie', cookie(request, '', 0))
          .code(204)
          .send()
      },
    },
  ]
}

const badCursor = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 400, 'cursor: not one that was given out')

const cookie = (request: FastifyRequest, value: string, maxAgeS: number): string =>
  `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}${request.protocol === 'https' ? '; Secure' : ''}`

export const sourceOf = (request: FastifyRequest): string => (request.ip ?? '').replace(/^::ffff:/, '')

/** A page elsewhere must not log its visitors in here: browsers tell where a request comes from. */
const fromElsewhere = ({ headers }: FastifyRequest): boolean => {
  if (headers.origin === undefined) return false
  return URL.parse(headers.origin)?.host !== headers.host
}

const login = async (
  { guard, password, sessions, log }: RoutePorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<LoginView | FastifyReply> => {
  if (fromElsewhere(request)) return sendProblem(reply, 403, 'Origin: another site')
  const source = sourceOf(request)
  const { user = 'admin', password: text } = request.body as LoginRequest
  await new Promise((resume) => setTimeout(resume, guard.delayMs(source)))
  const verdict = await password.verify(text)
  if (verdict === 'busy') return sendProblem(reply.header('retry-after', 5), 503)
  if (verdict === 'wrong' || user !== 'admin') {
    guard.fail(source)
    log.write('api', 'warn', 'login refused', { user: source })
    return sendProblem(reply, 401, 'user or password is wrong')
  }
  guard.succeed(source)
  log.write('api', 'info', `${user} logged in`, { user: source })
  const { token, csrfToken, expiresInS } = sessions.open(user)
  reply.header('set-cookie', cookie(request, token, expiresInS))
  return { user, csrfToken, expiresInS }
}
