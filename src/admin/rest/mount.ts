import type { FastifyInstance } from 'fastify'
import { type Admission, admit, refuseBlocked } from './admit.ts'
import { sendProblem } from './problems.ts'
import type { Route } from './route.ts'
import { BASE } from './routes.ts'
import { type Schema, shapes } from './schemas.ts'

const urlOf = (route: Pick<Route, 'path'>): string => BASE + route.path.replace(/\{(\w+)\}/g, ':$1')

/** Health and the description of the interface are for everybody, always. */
export const mount = (app: FastifyInstance, admission: Admission, route: Route): void => {
  const { scope, query, reply: shape, statuses = [200] } = route
  app.route({
    method: route.method,
    url: urlOf(route),
    schema: {
      ...(query && { querystring: query }),
      ...(route.body && { body: shapes[route.body] }),
      ...(shape && { response: Object.fromEntries(statuses.map((status) => [status, shapes[shape]])) }),
    },
    onRequest: (request, reply, done) => {
      if (scope !== undefined) {
        const access = admit(admission, scope, request, reply)
        if (!access) return
        request.caller = access.name
      } else if (route.method !== 'GET' && refuseBlocked(admission, request, reply)) return
      done()
    },
    ...(query && {
      preValidation: (request, _reply, done) => {
        readQuery(request.query as Record<string, unknown>, query)
        done()
      },
    }),
    handler: (request, reply) => route.handle(request, reply),
  })
}

/** A query is all text: what shall be a number or a flag and looks like one becomes one. */
const readQuery = (given: Record<string, unknown>, query: Schema): void => {
  for (const [name, { type }] of Object.entries(query.properties as Record<string, Schema>)) {
    const text = given[name]
    if (typeof text !== 'string') continue
    if (type === 'integer' && /^-?\d{1,15}$/.test(text)) given[name] = Number(text)
    else if (type === 'boolean' && (text === 'true' || text === 'false')) given[name] = text === 'true'
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** What a path does not know is told what it knows. */
export const mountOthers = (app: FastifyInstance, routes: readonly Route[]): void => {
  const known = Map.groupBy(routes, urlOf)
  for (const [url, there] of known) {
    const methods = new Set<string>(there.map(({ method }) => method))
    if (methods.has('GET')) methods.add('HEAD')
    const others = METHODS.filter((method) => !methods.has(method))
    const allow = [...methods].join(', ')
    app.route({
      method: others,
      url,
      onRequest: (_request, reply) => void sendProblem(reply.header('allow', allow), 405, `only ${allow}`),
      handler: () => undefined,
    })
  }
}
