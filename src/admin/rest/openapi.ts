import { COOKIE } from './access.ts'
import { examples } from './examples.ts'
import { TITLES } from './problems.ts'
import type { Route } from './route.ts'
import { BASE } from './routes.ts'
import { type Schema, type ShapeName, shapes } from './schemas.ts'

const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const json = (name: ShapeName, type = 'application/json'): Schema => ({
  [type]: { schema: reference(name), ...(examples[name] && { example: examples[name] }) },
})

/** OpenAPI 3.1 from the very table and schemas that the server is built from. */
export const openApiOf = (routes: Route[], version: string): Schema => ({
  openapi: '3.1.0',
  info: { title: 'Tandem', version, description: 'Errors are RFC 9457 problem documents.' },
  servers: [{ url: BASE }],
  paths: Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, there]) => [
      path,
      Object.fromEntries(there.map((route) => [route.method.toLowerCase(), operationOf(route)])),
    ]),
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
  const problems = new Set(route.scope ? [...route.problems, 401, 403, 429] : route.problems)
  const parameters = parametersOf(route)
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: route.summary,
    security: securityOf(route),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: json(route.body) } }),
    responses: {
      ...Object.fromEntries(repliesOf(route)),
      ...Object.fromEntries(
        [...problems].map((status) => [
          status,
          { description: TITLES[status], content: json('Problem', 'application/problem+json') },
        ]),
      ),
    },
  }
}

const MEANINGS: Record<number, string> = { 200: 'Done', 201: 'Made', 204: 'Done' }

const repliesOf = ({ reply, stream, method, statuses = [200] }: Route): [number, Schema][] => {
  if (stream !== undefined)
    return [[200, { description: 'Done', content: { [stream]: { schema: { type: 'string' } } } }]]
  if (!reply) return [[method === 'GET' ? 200 : 204, { description: 'Done' }]]
  return statuses.map((status) => [status, { description: MEANINGS[status], content: json(reply) }])
}

const securityOf = ({ scope }: Route): Schema[] => {
  if (scope === undefined) return []
  return scope === 'session' ? [{ session: [] }] : [{ key: [scope] }, { session: [] }]
}

const parametersOf = ({ path, query, headers = {} }: Route): Schema[] => [
  ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })),
  ...Object.entries((query?.properties ?? {}) as Record<string, Schema>).map((one) =>
    parameterOf('query', one),
  ),
  ...Object.entries(headers).map((one) => parameterOf('header', one)),
]

const parameterOf = (
  where: 'query' | 'header',
  [name, { description, ...schema }]: [string, Schema],
): Schema => ({
  name,
  in: where,
  required: false,
  ...(description !== undefined && { description }),
  schema,
})
