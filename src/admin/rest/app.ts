import Fastify, { type FastifyInstance } from 'fastify'
import type { Log } from '#lib/log'
import type { Listen } from '../ports.ts'
import { onError } from './faults.ts'
import { sourceOf } from './logins.ts'

/** PEM. */
export type Certificate = { cert: string; key: string }
/** `address` could not be bound; `code` is the system's word. */
export type ListenFault = { address: string; text: string; code?: string }
/** For those who answer upgrades on the same ports. */
export type AppServer = { server: FastifyInstance['server']; secure: boolean; at: Listen }

const LIMITS = {
  bodyLimit: 64 * 1024,
  /** Of a whole request, against those who send a letter a minute. */
  requestTimeout: 15_000,
  connectionTimeout: 60_000,
  keepAliveTimeout: 10_000,
  routerOptions: { maxParamLength: 256 },
}
const HEADERS = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000 }
const MOST_CONNECTIONS = 1000

/** What every answer says that says nothing of its own. */
const UNSAID = Object.entries({
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
})

/** A web server of ours, without any routes yet. */
export const createApp = (log: Log, certificate: Certificate | undefined): FastifyInstance => {
  const common = {
    ...LIMITS,
    // What is misspelt or of another type is refused, not dropped or bent into shape.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    forceCloseConnections: true,
    frameworkErrors: onError(log),
    logger: false,
  } as const
  const app = certificate
    ? (Fastify({
        ...common,
        https: { ...HEADERS, ...certificate, minVersion: 'TLSv1.2' },
      }) as unknown as FastifyInstance)
    : Fastify({ ...common, http: HEADERS })
  app.server.maxConnections = MOST_CONNECTIONS
  app.decorateRequest('caller', '')
  // A form of another site may post text/plain without asking; JSON it may not.
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(onError(log))
  app.addHook('onSend', (_request, reply, _payload, done) => {
    for (const [name, value] of UNSAID) if (!reply.hasHeader(name)) reply.header(name, value)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (log.on('api', 'debug'))
      log.write('api', 'debug', `${request.method} ${request.url} ${reply.statusCode}`, {
        user: sourceOf(request),
      })
    done()
  })
  return app
}

/** Where it really listens. Rejects with `ListenFault`. */
export const listenAt = async (app: FastifyInstance, { address, port }: Listen): Promise<Listen> => {
  try {
    await app.listen({ host: address, port })
  } catch (error) {
    const { message: text, code } = error as NodeJS.ErrnoException
    throw { address: `${address}:${port}`, text, ...(code !== undefined && { code }) } satisfies ListenFault
  }
  const bound = app.server.address()
  return { address, port: typeof bound === 'object' && bound ? bound.port : port }
}
