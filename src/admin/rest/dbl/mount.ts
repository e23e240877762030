import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sameText } from '../../password.ts'
import type { AdminPorts } from '../../ports.ts'
import { sourceOf } from '../logins.ts'
import { type DblPorts, queryLines, querySms, sendSms } from './calls.ts'
import { createTasks } from './tasks.ts'

export type DblUser = { username: string; password: string }
export type DblMountPorts = Pick<
  AdminPorts,
  'messages' | 'gateways' | 'simLimits' | 'guard' | 'clock' | 'random' | 'log'
>

/** 9999 numbers with a text. */
const MOST_OCTETS = 512 * 1024

type Body = Record<string, unknown>

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whoever proves to be one of the users; each of them is compared, whichever fits. */
const userIn = (users: readonly DblUser[], { auth }: Body): DblUser | undefined => {
  if (!isObject(auth)) return undefined
  const { username, password } = auth
  if (typeof username !== 'string' || typeof password !== 'string') return undefined
  let found: DblUser | undefined
  for (const user of users)
    if (sameText(username, user.username) && sameText(password, user.password)) found ??= user
  return found
}

/** The three JSON calls of DBL's SMS server, for programs that were written for it; outside /api/v1. */
export const mountDbl = (app: FastifyInstance, users: readonly DblUser[], ports: DblMountPorts): void => {
  const { guard, log, messages, gateways, simLimits, clock, random } = ports
  const dbl: DblPorts = {
    ...{ messages, gateways, tasks: createTasks({ store: gateways.records, clock, random }) },
    ...(simLimits && { simLimits }),
  }
  const calls: Record<string, (body: Body, user: DblUser) => object | Promise<object>> = {
    sendsms: (body, user) => sendSms(dbl, body, user.username),
    querysms: (body) => querySms(dbl, body),
    querylines: () => queryLines(dbl),
  }
  const answer = (request: FastifyRequest, reply: FastifyReply, call: string): unknown => {
    const source = sourceOf(request)
    if (guard.blocked(source)) return reply.code(429).header('retry-after', 60).send({ result: 'REJECT' })
    const body = isObject(request.body) ? request.body : {}
    const user = userIn(users, body)
    if (!user) {
      guard.fail(source)
      log.write('api', 'warn', `/goip/${call}/: wrong user or password`, { user: source })
      return reply.code(401).send({ result: 'REJECT', reason: 'auth' })
    }
    return calls[call]?.(body, user)
  }
  for (const call of Object.keys(calls))
    for (const url of [`/goip/${call}/`, `/goip/${call}`])
      app.post(url, { bodyLimit: MOST_OCTETS }, (request, reply) => answer(request, reply, call))
}
