import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GuestPlace, GuestRefusal } from '#core'
import { sourceOf } from '../../rest/logins.ts'
import { sendProblem } from '../../rest/problems.ts'
import { type Site, sendFile, WIDGET } from '../files.ts'
import { pageHeaders } from '../headers.ts'
import type { PhonePorts } from '../ports.ts'
import { hostOf, isSecure } from '../site.ts'
import { TEST_PAGE } from './test-page.ts'

const BASE = '/click-to-call'
const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength })
const TICKET = { body: { type: 'object', required: ['to'], properties: { to: text(64) } } }
const CALL_BACK = {
  body: {
    type: 'object',
    required: ['to', 'number'],
    properties: { to: text(64), number: text(40), cdata: text(512), skill: text(512) },
  },
}
const STATUS: Record<GuestRefusal['why'], number> = {
  'bad-request': 400,
  'not-authorised': 403,
  forbidden: 403,
  overloaded: 429,
}
const RETRY_AFTER_S = 60

const placeOf = (request: FastifyRequest): GuestPlace => {
  const { origin, host } = request.headers
  return {
    address: sourceOf(request),
    ...(origin !== undefined && { origin }),
    ...(host !== undefined && { host }),
  }
}

type Refused = Pick<GuestRefusal, 'code' | 'reason'> & { why: string }

const refused = (reply: FastifyReply, { why, code, reason }: Refused): FastifyReply => {
  const status = STATUS[why as GuestRefusal['why']] ?? 503
  if (status === 429 || status === 503) reply.header('retry-after', RETRY_AFTER_S)
  return sendProblem(reply, status, reason, undefined, { code })
}

/** Calls from web sites by people without an account: docs/web-phone.md. */
export const mountGuests = (app: FastifyInstance, files: Site, ports: PhonePorts): void => {
  const { guests, callBack, socketUrls } = ports
  /** Sites of the operator's may read the answers; what they may do is looked at again in each handler. */
  const share = (request: FastifyRequest, reply: FastifyReply): void => {
    const { origin } = request.headers
    reply.header('vary', 'Origin')
    if (origin !== undefined && guests.welcomes(placeOf(request)))
      reply
        .header('access-control-allow-origin', origin)
        .header('access-control-allow-headers', 'content-type')
  }
  const preflight = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    share(request, reply)
    return reply
      .header('access-control-allow-methods', 'GET, POST')
      .header('access-control-max-age', '600')
      .code(204)
      .send()
  }
  const post = (path: string, schema: object, handler: (q: FastifyRequest, r: FastifyReply) => unknown) => {
    app.options(BASE + path, preflight)
    app.route({
      ...{ method: 'POST', url: BASE + path, schema, handler },
      onRequest: (request, reply, done) => {
        share(request, reply)
        done()
      },
    })
  }

  post('/ticket', TICKET, (request, reply) => {
    const ticket = guests.ticket({ ...placeOf(request), ...(request.body as { to: string }) })
    if (!ticket.ok) return refused(reply, ticket.error)
    return { ...ticket.value, ws: socketUrls(hostOf(request), isSecure(request)) }
  })
  post('/callback', CALL_BACK, (request, reply) => {
    const { cdata, ...wish } = request.body as { to: string; number: string; cdata?: string; skill?: string }
    const called = callBack({ ...placeOf(request), ...wish, ...(cdata !== undefined && { cti: cdata }) })
    if (!called.ok) return refused(reply, called.error)
    return reply.code(202).send({ call: called.value.id })
  })
  app.get(`${BASE}/config`, (request, reply) => {
    share(request, reply)
    return { enabled: guests.enabled, ws: socketUrls(hostOf(request), isSecure(request)) }
  })
  mountWidget(app, files, (request) => socketUrls(hostOf(request), isSecure(request)))
}

/** The widget is a script for pages of other sites, the test page is ours. */
const mountWidget = (
  app: FastifyInstance,
  files: Site,
  socketsOf: (request: FastifyRequest) => string[],
): void => {
  app.get(`${BASE}/widget.js`, (request, reply) => {
    const widget = files.get(WIDGET)
    if (!widget) return reply.callNotFound()
    reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin')
    return sendFile(request, reply, WIDGET, widget)
  })
  for (const [path, type, body] of TEST_PAGE)
    app.get(`${BASE}/${path}`, (request, reply) =>
      reply
        .headers(pageHeaders(socketsOf(request)))
        .type(type)
        .send(body),
    )
}
