import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Scope } from '../contract.ts'
import type { AdminPorts } from '../ports.ts'
import type { Access, Claim } from './access.ts'
import { sourceOf } from './logins.ts'
import { sendProblem } from './problems.ts'

export type Admission = Pick<AdminPorts, 'guard' | 'log'> & {
  access(method: string, headers: FastifyRequest['headers']): Claim
}

const RETRY_AFTER_S = 60

/** Who asks, if it may; undefined when the request was answered. `session`: any authenticated caller. */
export const admit = (
  { guard, access, log }: Admission,
  scope: Scope | 'session',
  request: FastifyRequest,
  reply: FastifyReply,
): Access | undefined => {
  if (refuseBlocked({ guard }, request, reply)) return undefined
  const claim = access(request.method, request.headers)
  if (claim.ok) {
    if (scope === 'session' || claim.access.may(scope)) return claim.access
    sendProblem(reply, 403, `the key "${claim.access.name}" lacks the scope ${scope}`)
    return undefined
  }
  if (claim.why === 'csrf') {
    sendProblem(reply, 403, 'X-CSRF-Token: missing or wrong')
    return undefined
  }
  if (claim.why === 'wrong') {
    const source = sourceOf(request)
    guard.fail(source)
    log.write('api', 'warn', 'a wrong API key was shown', { user: source })
  }
  const detail =
    claim.why === 'wrong'
      ? 'this key is not one of admin.api_keys in the configuration'
      : 'show a key (Authorization: Bearer KEY, admin.api_keys in the configuration) or log in'
  sendProblem(reply.header('www-authenticate', 'Bearer realm="Tandem"'), 401, detail)
  return undefined
}

/** True when the source showed too many wrong keys or passwords, and was told so. */
export const refuseBlocked = (
  { guard }: Pick<Admission, 'guard'>,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean => {
  if (!guard.blocked(sourceOf(request))) return false
  sendProblem(reply.header('retry-after', RETRY_AFTER_S), 429)
  return true
}
