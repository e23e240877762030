import Fastify, { type FastifyInstance } from 'fastify'
import { err, ok, type Result } from '#lib/result'
import type { AdminPorts, Listen } from '../ports.ts'
import { createAccess } from './access.ts'
import type { Admission } from './admit.ts'
import { type DblMountPorts, type DblUser, mountDbl } from './dbl/mount.ts'
import { mountEjoin } from './ejoin.ts'
import { onError } from './faults.ts'
import { sourceOf } from './logins.ts'
import { mountMetrics } from './metrics.ts'
import { mount, mountOthers } from './mount.ts'
import { openApiOf } from './openapi.ts'
import { sendProblem } from './problems.ts'
import type { Route } from './route.ts'
import { BASE, createRoutes } from './routes.ts'
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

type Application = Admission &
  Pick<AdminPorts, 'metrics' | 'ejoin'> & {
    routes: Route[]
    version: string
    dbl?: { users: DblUser[]; ports: DblMountPorts }
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
    metrics: ports.metrics,
    ...(ports.ejoin && { ejoin: ports.ejoin }),
    ...(ports.dblUsers && ports.dblUsers.length > 0 && { dbl: { users: ports.dblUsers, ports } }),
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

const NOT_STORED = Object.entries({
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
})

const build = (application: Application, certificate: AdminPorts['certificate']): FastifyInstance => {
  const { log } = application
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
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, 404, `the interface is under ${BASE}, its description at ${BASE}/openapi.json`),
  )
  app.addHook('onSend', (_request, reply, _payload, done) => {
    for (const [name, value] of NOT_STORED) reply.header(name, value)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (log.on('api', 'debug'))
      log.write('api', 'debug', `${request.method} ${request.url} ${reply.statusCode}`, {
        user: sourceOf(request),
      })
    done()
  })
  const document = openApiOf(application.routes, application.version)
  app.get(`${BASE}/openapi.json`, () => document)
  mountMetrics(app, application)
  if (application.ejoin) mountEjoin(app, application.ejoin)
  if (application.dbl) mountDbl(app, application.dbl.users, application.dbl.ports)
  for (const route of application.routes) mount(app, application, route)
  mountOthers(app, application.routes)
  return app
}
