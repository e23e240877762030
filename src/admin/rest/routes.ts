import type { FastifyReply } from 'fastify'
import type { HealthView } from '../contract.ts'
import { joinGateways } from '../gateways/joined.ts'
import type { AdminPorts } from '../ports.ts'
import { cookieOf } from './access.ts'
import { eventRoutes } from './events/routes.ts'
import { gatewayRoutes } from './gateways/routes.ts'
import { changePassword, type LoginPorts, login, noCookie } from './logins.ts'
import { messageRoutes } from './messages/routes.ts'
import { type CallsQuery, pageOfCalls, pageOfUsers, type UsersQuery } from './pages.ts'
import { sendProblem } from './problems.ts'
import type { Route } from './route.ts'
import { queries } from './schemas.ts'
import { webhookRoutes } from './webhooks/routes.ts'

export type RoutePorts = LoginPorts &
  Pick<AdminPorts, 'house' | 'clock' | 'messages' | 'feed' | 'webhooks' | 'gateways'>

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
      handle: async (request, reply) => {
        const page = await pageOfCalls(house, request.query as CallsQuery, clock.wallMs())
        return page ? { ...page, items: await joinGateways(ports.gateways, page.items) } : badCursor(reply)
      },
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
      path: '/password',
      summary: 'Changes the admin password, ends every session and opens a new one.',
      scope: 'session',
      body: 'PasswordRequest',
      reply: 'Login',
      problems: [400, 409, 503],
      handle: (request, reply) => changePassword(ports, request, reply),
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
        return reply.header('set-cookie', noCookie(request)).code(204).send()
      },
    },
    ...messageRoutes(ports.messages),
    ...eventRoutes(ports.feed),
    ...webhookRoutes(ports.webhooks),
    ...gatewayRoutes(ports.gateways),
  ]
}

const badCursor = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 400, 'cursor: not one that was given out')
