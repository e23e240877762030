import { COOKIE } from './access.ts'
import { TITLES } from './problems.ts'
import { BASE, type Route } from './routes.ts'
import { type Schema, shapes } from './schemas.ts'

const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const json = (name: string, type = 'application/json'): Schema => ({ [type]: { schema: reference(name) } })

/** OpenAPI 3.1 from the very table and schemas that the server is built from. */
export const openApiOf = (routes: Route[], version: string): Schema => ({
  openapi: '3.1.0',
  info: { title: 'Tandem', version, description: 'Errors are RFC 9457 problem documents.' },
  servers: [{ url: BASE }],
  paths: Object.fromEntries(
    routes.map((route) => [route.path, { [route.method.toLowerCase()]: operationOf(route) }]),
  ),
  components: {
    schemas: shapes,
    securitySchemes: {
      key: {
        type: 'http',
        scheme: 'bearer',
        description: 'An entry of admin.api_keys in the configuration.',
      },
      session: { type: 'apiKey', in: 'cookie', name: COOKIE },
    },
  },
})

const operationOf = (route: Route): Schema => {
  const problems = route.scope ? [...route.problems, 401, 403, 429] : route.problems
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replace(/\W(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: route.summary,
    security: securityOf(route),
    ...(route.query && { parameters: parametersOf(route.query) }),
    ...(route.body && { requestBody: { required: true, content: json(route.body) } }),
    responses: {
      ...(route.reply
        ? { 200: { description: 'Done', content: json(route.reply) } }
        : { [route.method === 'GET' ? 200 : 204]: { description: 'Done' } }),
      ...Object.fromEntries(
        problems.map((status) => [
          status,
          { description: TITLES[status], content: json('Problem', 'application/problem+json') },
        ]),
      ),
    },
  }
}

const securityOf = ({ scope }: Route): Schema[] => {
  if (scope === undefined) return []
  return scope === 'session' ? [{ session: [] }] : [{ key: [scope] }, { session: [] }]
}

const parametersOf = (query: Schema): Schema[] =>
  Object.entries(query.properties as Record<string, Schema>).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    ...(description !== undefined && { description }),
    schema,
  }))
