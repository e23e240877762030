import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '#lib/log'
import { type FieldFaults, sendProblem } from './problems.ts'

const RETRY_AFTER_S = 5

/** Faults of the request tell what was wrong; ours tell nothing and are logged with their stack. */
export const onError =
  (log: Log) =>
  (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    if (error.validation) return invalid(error, reply)
    // The disk does not take it, and the store has said so in the log.
    if (error.name === 'StoreFailure')
      return void sendProblem(
        reply.header('retry-after', RETRY_AFTER_S),
        503,
        'the disk has trouble: try again',
      )
    const status = error.statusCode ?? 500
    if (status >= 500)
      log.write('api', 'error', `${request.method} ${request.url}: ${error.stack ?? error.message}`)
    const detail = status === 415 ? 'send JSON: Content-Type: application/json' : error.message
    sendProblem(reply, status, status >= 500 ? undefined : detail)
  }

const invalid = (error: FastifyError, reply: FastifyReply): void => {
  const faults = (error.validation ?? []).map(faultOf)
  const detail = faults.map(({ field, detail }) => `${field}: ${detail}`).join('; ')
  sendProblem(reply, 400, detail, faults)
}

type Validation = NonNullable<FastifyError['validation']>[number]

/** Which member it is, in words of the caller's. */
const faultOf = ({ instancePath, keyword, params, message = '' }: Validation): FieldFaults[number] => {
  const at = instancePath.slice(1).replaceAll('/', '.')
  const inner = (name: unknown): string => (at === '' ? String(name) : `${at}.${name}`).slice(0, 100)
  switch (keyword) {
    case 'required':
      return { field: inner(params.missingProperty), detail: 'is missing' }
    case 'additionalProperties':
      return { field: inner(params.additionalProperty), detail: 'is not known here' }
    case 'enum':
      return { field: at, detail: `must be one of ${(params.allowedValues as unknown[]).join(', ')}` }
    case 'pattern':
      return { field: at, detail: 'holds characters that may not stand there' }
    default:
      return { field: at === '' ? 'body' : at, detail: message }
  }
}
