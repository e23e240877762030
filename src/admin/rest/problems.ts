import type { FastifyReply } from 'fastify'
import type { ProblemView } from '../contract.ts'

export const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Conflict',
  413: 'Too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  422: 'Cannot be done',
  429: 'Too many failures',
  431: 'Header fields too large',
  500: 'Internal error',
  503: 'Overloaded',
}

export type FieldFaults = NonNullable<ProblemView['errors']>

export const problemOf = (status: number, detail?: string, errors?: FieldFaults): ProblemView => ({
  type: 'about:blank',
  title: TITLES[status] ?? 'Error',
  status,
  ...(detail !== undefined && { detail }),
  ...(errors && { errors }),
})

/** RFC 9457; `more`: its extension members. Sent as text: no response schema may reshape it. */
export const sendProblem = (
  reply: FastifyReply,
  status: number,
  detail?: string,
  errors?: FieldFaults,
  more?: Readonly<Record<string, string>>,
): FastifyReply =>
  reply
    .code(status)
    .type('application/problem+json')
    .serializer((body) => body as string)
    .send(JSON.stringify({ ...problemOf(status, detail, errors), ...more }))

/** One member of the request is what is wrong. */
export const refuseField = (
  reply: FastifyReply,
  status: number,
  field: string,
  detail: string,
): FastifyReply => sendProblem(reply, status, `${field}: ${detail}`, [{ field, detail }])
