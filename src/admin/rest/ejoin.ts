import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { EjoinHandler } from '../ports.ts'
import { sourceOf } from './logins.ts'

/** Hundreds of reports with their texts; a device that posts more than this is not one. */
const MOST_OCTETS = 2 * 1024 * 1024
const PREFIX = '/ejoin/'
const RETRY_AFTER_S = 30

/**
 * `POST /ejoin/<secret>`, outside /api/v1. Content types are the device's whim, a query of its own may follow, and the
 * secret is kept out of every log.
 */
export const mountEjoin = (app: FastifyInstance, gateways: EjoinHandler): void => {
  void app.register((room, _options, done) => {
    room.removeAllContentTypeParsers()
    room.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    const onError = room.errorHandler
    room.setErrorHandler((error: FastifyError, request, reply) => {
      if (error.statusCode === 413)
        gateways.refused(sourceOf(request), `a post of more than ${MOST_OCTETS} octets`)
      return onError.call(room, error, request, reply)
    })
    room.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: `${PREFIX}*`,
      bodyLimit: MOST_OCTETS,
      onRequest: (request, reply, done) => {
        request.raw.url = `${PREFIX}…`
        request.raw.headers['content-type'] = 'application/octet-stream'
        if (request.method === 'POST') done()
        else reply.callNotFound()
      },
      handler: (request, reply) => answer(gateways, request, reply),
    })
    done()
  })
}

const answer = async (
  { handle }: EjoinHandler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const { status, body } = await handle({
    secret: ((request.params as Record<string, string>)['*'] ?? '').replace(/\/$/, ''),
    query: queryOf(request),
    address: sourceOf(request),
    body: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
  })
  if (status === 404) {
    reply.callNotFound()
    return reply
  }
  if (status === 429 || status === 503) reply.header('retry-after', RETRY_AFTER_S)
  return reply.code(status).type('application/json; charset=utf-8').send(body)
}

const queryOf = ({ query }: FastifyRequest): string =>
  new URLSearchParams(query as Record<string, string>).toString()
