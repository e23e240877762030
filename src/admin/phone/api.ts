import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from '../rest/problems.ts'
import { type Admitted, admitPhone, refuseBlockedPhone, refuseForeign } from './access.ts'
import { historyOf } from './history.ts'
import { loginPhone, logoutPhone, meOf, telOf } from './logins.ts'
import { partnerOf } from './people.ts'
import type { PhonePorts } from './ports.ts'
import type { PushSubscription } from './push/contract.ts'
import { hostOf, isSecure } from './site.ts'
import { conversationsOf, type ReadMarks, textsWith } from './texts.ts'

const BASE = '/phone/api'
const PAGE = { least: 1, usual: 50, most: 200 }

type Handle = (request: FastifyRequest, reply: FastifyReply, who: Admitted) => unknown
type Own = (method: 'GET' | 'POST' | 'DELETE', path: string, handle: Handle, schema?: object) => unknown

const text = (maxLength: number, minLength = 1) => ({ type: 'string', minLength, maxLength })
const body = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  body: { type: 'object', required, properties },
})
const LOGIN = body({ user: text(255), password: text(1024, 0) })
const READ = body({ with: text(255), id: text(64) })
const KEYS = {
  type: 'object',
  required: ['p256dh', 'auth'],
  properties: { p256dh: text(200), auth: text(64) },
}
const SUBSCRIBE = body({ endpoint: text(2048), keys: KEYS })
const UNSUBSCRIBE = body({ endpoint: text(2048) })

export type Query = Record<string, string | undefined>

/** One value of a query: where a name comes twice, the last. */
export const queryOf = (request: FastifyRequest): Query => {
  const given = request.query as Record<string, string | string[]>
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]),
  )
}

export const limitOf = ({ limit }: Query): number => {
  const wanted = /^\d{1,4}$/.test(limit ?? '') ? Number(limit) : PAGE.usual
  return Math.max(PAGE.least, Math.min(wanted, PAGE.most))
}

/** The phone's own interface: docs/protocols/web-phone.md. */
export const mountPhoneApi = (app: FastifyInstance, ports: PhonePorts, marks: ReadMarks): void => {
  /** For everybody. */
  const open = (
    method: 'GET' | 'POST',
    path: string,
    handle: (q: FastifyRequest, r: FastifyReply) => unknown,
    schema = {},
  ) =>
    app.route({
      ...{ method, url: BASE + path, schema },
      onRequest: (request, reply, done) => {
        if (!refuseBlockedPhone(request, reply, ports) && !refuseForeign(request, reply, ports)) done()
      },
      handler: handle,
    })
  /** For who is logged in. */
  const own: Own = (method, path, handle, schema = {}) =>
    app.route({
      ...{ method, url: BASE + path, schema },
      handler: (request, reply) => {
        const who = admitPhone(request, reply, ports)
        return who ? handle(request, reply, who) : reply
      },
    })

  open('POST', '/login', (request, reply) => loginPhone(request, reply, ports), LOGIN)
  open('GET', '/config', (request) => configOf(request, ports))
  own('POST', '/logout', (request, reply, who) => logoutPhone(request, reply, who, ports))
  own('GET', '/me', (_request, _reply, { user }) => meOf(user, ports))
  own('POST', '/token', (_request, _reply, { user, key }) => {
    const { impi, password, proxied } = user
    const extension = { password, refused: () => void ports.sessions.close(key) }
    return ports.tokens.issue({ impi, tel: telOf(user), ...(proxied && { extension }) })
  })
  own('GET', '/phone-book', async (_request, _reply, { user }) => ({
    groups: await ports.book.groups(telOf(user)),
  }))
  own('GET', '/history', async (request, reply, { user }) => {
    const query = queryOf(request)
    const page = await historyOf(user, { ...query, limit: limitOf(query) }, ports)
    return page ?? sendProblem(reply, 400, 'before: no cursor of this server')
  })
  own('GET', '/conversations', async (_request, _reply, { user }) => ({
    conversations: await conversationsOf(user, ports, marks),
  }))
  own('GET', '/messages', (request, reply, { user }) => {
    const query = queryOf(request)
    if (!query.with) return sendProblem(reply, 400, 'with: is missing')
    return textsWith(user, { ...query, with: query.with, limit: limitOf(query) }, ports)
  })
  own(
    'POST',
    '/read',
    async (request, reply, { user }) => {
      const read = request.body as { with: string; id: string }
      await marks.set(user.impi, partnerOf(read.with, user, ports.subscribers), read.id)
      return reply.code(204).send()
    },
    READ,
  )
  mountPush(own, ports)
}

const mountPush = (own: Own, { push }: Pick<PhonePorts, 'push'>): void => {
  own(
    'POST',
    '/push',
    async (request, reply, { user }) => {
      const { endpoint, keys } = request.body as PushSubscription
      const fault = await push.subscribe(user.impi, {
        endpoint,
        keys: { p256dh: keys.p256dh, auth: keys.auth },
      })
      return fault === undefined ? reply.code(204).send() : sendProblem(reply, 422, fault)
    },
    SUBSCRIBE,
  )
  own(
    'DELETE',
    '/push',
    async (request, reply, { user }) => {
      await push.unsubscribe(user.impi, (request.body as { endpoint: string }).endpoint)
      return reply.code(204).send()
    },
    UNSUBSCRIBE,
  )
}

const configOf = (request: FastifyRequest, { facts, push, guests, socketUrls }: PhonePorts) => ({
  ws: socketUrls(hostOf(request), isSecure(request)),
  ...{ video: facts.video, echo: facts.echo ?? '', maxBlf: facts.maxBlf },
  push: push.key === undefined ? null : { key: push.key },
  clickToCall: guests.enabled,
  version: facts.version,
})
