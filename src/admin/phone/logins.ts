import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Subscriber } from '#core'
import { sameText } from '../password.ts'
import { sourceOf } from '../rest/logins.ts'
import { sendProblem } from '../rest/problems.ts'
import { type Admitted, giveCookie, refuseBlockedPhone } from './access.ts'
import type { PhonePorts } from './ports.ts'
import { hasPassword, type PhoneUser } from './sessions.ts'

/** `elsewhere`: its account is another exchange's, and what that one keeps is not here. */
export type MeView = { tel: string; name: string; identities: string[]; domain: string; elsewhere?: true }

export const telOf = ({ identities, impi }: Subscriber): string =>
  identities[0]?.user ?? (impi.split('@')[0] as string)

/** Whether the extension is one of the user's identities. */
export const isOwn = ({ identities }: Subscriber, extension: string): boolean =>
  identities.some(({ user }) => user === extension)

export const meOf = (user: Subscriber, { facts, book }: Pick<PhonePorts, 'facts' | 'book'>): MeView => {
  const tel = telOf(user)
  return {
    tel,
    name: book.nameOf(tel, tel) ?? tel,
    identities: user.identities.map((identity) => identity.user),
    domain: user.domain || facts.domain,
    ...(user.proxied && { elsewhere: true as const }),
  }
}

/** The user of a number, an identity or a private identity, if the password is its own. */
const userBy = (
  name: string,
  password: string,
  { subscribers }: Pick<PhonePorts, 'subscribers'>,
): PhoneUser | undefined => {
  const bare = name.trim().replace(/^(?:sips?|tel):/i, '')
  const found =
    subscribers.byIdentity(bare)?.subscriber ??
    subscribers.byIdentity(bare.replace(/@.*$/, ''))?.subscriber ??
    subscribers.byImpi(bare)
  // One comparison always: who has no password, or is nobody, must not answer sooner.
  const right = sameText(password, hasPassword(found) ? found.password : '')
  return right && hasPassword(found) && found.password !== '' ? found : undefined
}

/** Nobody has said whether the password is right: that is no failure of whoever showed it. */
const UNJUDGED: Record<'away' | 'busy' | 'full', { status: number; words: string; retryS?: number }> = {
  away: { status: 503, words: 'The exchange does not answer.' },
  busy: { status: 429, words: 'Too many attempts at once: wait a moment.', retryS: 5 },
  full: { status: 503, words: 'Too many log in at the moment: wait a moment.', retryS: 5 },
}

const extensionIn = (name: string): string => name.trim().replace(/^(?:sips?|tel):|@.*$/gi, '')

/**
 * The user, if what was shown proves it; undefined: the request was answered. `exchange`: asked where this house does not
 * know them.
 */
export const prove = async (
  name: string,
  password: string,
  request: FastifyRequest,
  reply: FastifyReply,
  ports: PhonePorts,
  exchange?: PhonePorts['exchange'],
): Promise<PhoneUser | undefined> => {
  const source = sourceOf(request)
  await new Promise((resume) => setTimeout(resume, ports.guard.delayMs(source)))
  // Many at once wait together: those behind the one that was too much are not heard any more.
  if (refuseBlockedPhone(request, reply, ports)) return undefined
  const user =
    userBy(name, password, ports) ?? (await exchange?.prove(extensionIn(name), password, source)) ?? 'wrong'
  if (typeof user === 'object') {
    ports.guard.succeed(source)
    return user
  }
  if (user !== 'wrong') {
    const { status, words, retryS } = UNJUDGED[user]
    if (retryS !== undefined) reply.header('retry-after', retryS)
    sendProblem(reply, status, words)
    return undefined
  }
  ports.guard.fail(source)
  ports.log.write('api', 'warn', 'phone login refused', { user: source })
  sendProblem(reply, 401, 'number or password is wrong')
  return undefined
}

export const loginPhone = async (
  request: FastifyRequest,
  reply: FastifyReply,
  ports: PhonePorts,
): Promise<MeView | FastifyReply> => {
  const { user: name, password } = request.body as { user: string; password: string }
  const user = await prove(name, password, request, reply, ports, ports.exchange)
  if (!user) return reply
  giveCookie(request, reply, await ports.sessions.open(user))
  ports.log.write('api', 'info', `${user.impi} logged in at the phone`, { user: sourceOf(request) })
  return meOf(user, ports)
}

export const logoutPhone = async (
  request: FastifyRequest,
  reply: FastifyReply,
  { key }: Admitted,
  ports: PhonePorts,
): Promise<FastifyReply> => {
  await ports.sessions.close(key)
  giveCookie(request, reply, '')
  return reply.code(204).send()
}
