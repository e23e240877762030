import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import Fastify from 'fastify'
import { json, withAdmin } from '../../../test/support/admin-server.ts'
import { SCOPES } from '../contract.ts'
import { examples } from './examples.ts'
import { type ShapeName, shapes } from './schemas.ts'

type Operation = {
  summary?: string
  security: Record<string, string[]>[]
  requestBody?: { content: Record<string, { example?: unknown }> }
  responses: Record<string, { content?: Record<string, { example?: unknown }> }>
}
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> }

describe('the description of REST', () => {
  test('is valid OpenAPI 3.1 to a public validator', () =>
    withAdmin(async (ask) => {
      const document = await json<Document>(await ask('/openapi.json'))
      const validator = new Validator()
      const result = await validator.validate(document)
      assert.deepEqual(result.errors ?? [], [])
      assert.ok(result.valid)
      assert.equal(validator.version, '3.1')
      // The validator is one: it finds what is wrong.
      const broken = structuredClone(document) as { paths: Record<string, unknown> }
      broken.paths['/messages'] = { get: { responses: 'none' } }
      assert.equal((await new Validator().validate(broken)).valid, false)
    }))

  test('has an example for every body, and names scopes that there are', () =>
    withAdmin(async (ask) => {
      const { paths } = await json<Document>(await ask('/openapi.json'))
      for (const [path, operations] of Object.entries(paths))
        for (const { responses, requestBody, security } of Object.values(operations)) {
          const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)]
          for (const [type, body] of contents.flatMap((content) => Object.entries(content ?? {})))
            if (type !== 'text/event-stream') assert.ok(body.example, `${path} ${type}`)
          for (const scope of security.flatMap(({ key = [] }) => key))
            assert.ok((SCOPES as readonly string[]).includes(scope), scope)
        }
    }))

  test('has examples that fit their shapes', async () => {
    const app = Fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } })
    app.get('/', (request) =>
      Object.entries(shapes).flatMap(([name, shape]) => {
        const fits = request.compileValidationSchema(shape)
        return fits(examples[name as ShapeName]) ? [] : [name]
      }),
    )
    assert.deepEqual((await app.inject('/')).json(), [])
    await app.close()
  })
})
