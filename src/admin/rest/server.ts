import type { FastifyInstance } from 'fastify'
import { err, ok, type Result } from '#lib/result'
import type { AdminPorts, Listen } from '../ports.ts'
import { createAccess } from './access.ts'
import type { Admission } from './admit.ts'
import { type AppServer, type Certificate, createApp, type ListenFault, listenAt } from './app.ts'
import { type DblMountPorts, type DblUser, mountDbl } from './dbl/mount.ts'
import { mountEjoin } from './ejoin.ts'
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
  /** For those who answer upgrades on the same ports. */
  servers: AppServer[]
  close(): Promise<void>
}

/** `address` could not be bound, or the certificate is no use. */
export type AdminFault = ListenFault

type Application = Admission &
  Pick<AdminPorts, 'metrics' | 'ejoin' | 'phone'> & {
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
    ...(ports.phone && { phone: ports.phone }),
    ...(ports.dblUsers && ports.dblUsers.length > 0 && { dbl: { users: ports.dblUsers, ports } }),
    routes: createRoutes({ ...ports, sessions }),
    access: createAccess(ports.keys, sessions),
    version: ports.house.version,
  }
  return openApps(ports, (certificate) => build(application, certificate))
}

type Doors = Pick<AdminPorts, 'http' | 'https' | 'certificate'>

/** The same application at every address; the first that cannot be bound undoes the rest. */
const openApps = async (
  { http, https, certificate }: Doors,
  make: (certificate: Certificate | undefined) => FastifyInstance,
): Promise<Result<Admin, AdminFault>> => {
  const apps: FastifyInstance[] = []
  const servers: AppServer[] = []
  const close = async (): Promise<void> => void (await Promise.all(apps.map((app) => app.close())))
  const open = async (places: Listen[], pem?: Certificate): Promise<Listen[]> => {
    const opened: Listen[] = []
    for (const place of places) {
      const app = make(pem)
      apps.push(app)
      const at = await listenAt(app, place)
      servers.push({ server: app.server, secure: pem !== undefined, at })
      opened.push(at)
    }
    return opened
  }
  try {
    return ok({ http: await open(http), https: await open(https, certificate), servers, close })
  } catch (fault) {
    await close()
    return err(fault as AdminFault)
  }
}

const build = (application: Application, certificate: Certificate | undefined): FastifyInstance => {
  const app = createApp(application.log, certificate)
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, 404, `the interface is under ${BASE}, its description at ${BASE}/openapi.json`),
  )
  const document = openApiOf(application.routes, application.version)
  app.get(`${BASE}/openapi.json`, () => document)
  mountMetrics(app, application)
  application.phone?.mount(app, false)
  if (application.ejoin) mountEjoin(app, application.ejoin)
  if (application.dbl) mountDbl(app, application.dbl.users, application.dbl.ports)
  for (const route of application.routes) mount(app, application, route)
  mountOthers(app, application.routes)
  return app
}
