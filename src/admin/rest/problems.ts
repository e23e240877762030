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
  429: 'Too many failures',
  431: 'Header fields too large',
  500: 'Internal error',
  503: 'Overloaded',
}

export const problemOf = (status: number, detail?: string): ProblemView => ({
  type: 'about:blank',
  title: TITLES[status] ?? 'Error',
  status,
  ...(detail !== undefined && { detail }),
})

/** RFC 9457. Sent as text: no response schema may reshape it. */
export const sendProblem = (reply: FastifyReply, status: number, detail?: string): FastifyReply =>
  reply
    .code(status)
    .type('application/problem+json')
    .serializer((body) => body as string)
    .send(JSON.stringify(problemOf(status, detail)))
