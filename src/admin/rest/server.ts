import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { err, ok, type Result } from '#lib/result'
import type { AdminPorts, Listen } from '../ports.ts'
import { createAccess } from './access.ts'
import { sourceOf } from './logins.ts'
import { openApiOf } from './openapi.ts'
import { sendProblem } from './problems.ts'
import { BASE, createRoutes, type Route } from './routes.ts'
import { shapes } from './schemas.ts'
import { createSessions } from './sessions.ts'

export type Admin = {
  /** Where it really listens, with the ports that the system chose for port 0. */
  http: Listen[]
  https: Listen[]
  close(): Promise<void>
}

/** `address` could not be bound, or the certificate is no use. */
export type AdminFault = { address: string; text: string }

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
const RETRY_AFTER_S = 60

type Application = Pick<AdminPorts, 'guard' | 'log'> & {
  routes: Route[]
  access: ReturnType<typeof createAccess>
  version: string
}

/** REST on every address given; one server, one set of sessions. */
export const createAdmin = async (ports: AdminPorts): Promise<Result<Admin, AdminFault>> => {
  const [tls] = ports.https
  if (tls && !ports.certificate)
    return err({ address: `${tls.address}:${tls.port}`, text: 'https needs a certificate' })
  const sessions = createSessions(ports.clock, ports.random)
  ports.password.onChange(() => sessions.closeAll())
  const application: Application = {
    guard: ports.guard,
    log: ports.log,
    routes: createRoutes({ ...ports, sessions }),
    access: createAccess(ports.keys, sessions),
    version: ports.house.version,
  }
  const apps: FastifyInstance[] = []
  const close = async (): Promise<void> => void (await Promise.all(apps.map((app) => app.close())))
  const open = async (places: Listen[], certificate?: AdminPorts['certificate']): Promise<Listen[]> => {
    const opened: Listen[] = []
    for (const place of places) opened.push(await listen(application, place, apps, certificate))
    return opened
  }
  try {
    return ok({ http: await open(ports.http), https: await open(ports.https, ports.certificate), close })
  } catch (fault) {
    await close()
    return err(fault as AdminFault)
  }
}

/** Rejects with `AdminFault`. */
const listen = async (
  application: Application,
  { address, port }: Listen,
  apps: FastifyInstance[],
  certificate?: AdminPorts['certificate'],
): Promise<Listen> => {
  try {
    const app = build(application, certificate)
    apps.push(app)
    await app.listen({ host: address, port })
    const bound = app.server.address()
    return { address, port: typeof bound === 'object' && bound ? bound.port : port }
  } catch (error) {
    throw { address: `${address}:${port}`, text: (error as Error).message } satisfies AdminFault
  }
}

const build = (application: Application, certificate: AdminPorts['certificate']): FastifyInstance => {
  const common = {
    ...LIMITS,
    forceCloseConnections: true,
    frameworkErrors: onError(application),
    logger: false,
  }
  const app = certificate
    ? (Fastify({
        ...common,
        https: { ...HEADERS, ...certificate, minVersion: 'TLSv1.2' },
      }) as unknown as FastifyInstance)
    : Fastify({ ...common, http: HEADERS })
  app.server.maxConnections = MOST_CONNECTIONS
  // A form of another site may post text/plain without asking; JSON it may not.
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(onError(application))
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, 404, `the interface is under ${BASE}, its description at ${BASE}/openapi.json`),
  )
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    })
  })
  app.addHook('onResponse', async (request, reply) => {
    if (application.log.on('api', 'debug'))
      application.log.write('api', 'debug', `${request.method} ${request.url} ${reply.statusCode}`, {
        user: sourceOf(request),
      })
  })
  const document = openApiOf(application.routes, application.version)
  app.get(`${BASE}/openapi.json`, () => document)
  for (const route of application.routes) mount(app, application, route)
  return app
}

const mount = (app: FastifyInstance, application: Application, route: Route): void => {
  app.route({
    method: route.method,
    url: BASE + route.path,
    schema: {
      ...(route.query && { querystring: route.query }),
      ...(route.body && { body: shapes[route.body] }),
      ...(route.reply && { response: { 200: shapes[route.reply] } }),
    },
    onRequest: async (request, reply) => admit(application, route, request, reply),
    handler: async (request, reply) => route.handle(request, reply),
  })
}

/** Lets the request through, or answers it. Health and the description of the interface are for everybody, always. */
const admit = (
  { guard, access, log }: Application,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined => {
  if (route.scope === undefined && route.method === 'GET') return undefined
  const source = sourceOf(request)
  if (guard.blocked(source)) return sendProblem(reply.header('retry-after', RETRY_AFTER_S), 429)
  if (route.scope === undefined) return undefined
  const claim = access(request.method, request.headers)
  if (claim.ok) {
    if (route.scope === 'session' || claim.access.may(route.scope)) return undefined
    return sendProblem(reply, 403, `the key "${claim.access.name}" lacks the scope ${route.scope}`)
  }
  if (claim.why === 'csrf') return sendProblem(reply, 403, 'X-CSRF-Token: missing or wrong')
  if (claim.why === 'wrong') {
    guard.fail(source)
    log.write('api', 'warn', 'a wrong API key was shown', { user: source })
  }
  const detail =
    claim.why === 'wrong'
      ? 'this key is not one of admin.api_keys in the configuration'
      : 'show a key (Authorization: Bearer KEY, admin.api_keys in the configuration) or log in'
  return sendProblem(reply.header('www-authenticate', 'Bearer realm="Tandem"'), 401, detail)
}

/** Faults of the request tell what was wrong; ours tell nothing and are logged with their stack. */
const onError =
  ({ log }: Pick<Application, 'log'>) =>
  (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const status = error.statusCode ?? 500
    if (status >= 500)
      log.write('api', 'error', `${request.method} ${request.url}: ${error.stack ?? error.message}`)
    const detail = status === 415 ? 'send JSON: Content-Type: application/json' : error.message
    sendProblem(reply, status, status >= 500 ? undefined : detail)
  }
