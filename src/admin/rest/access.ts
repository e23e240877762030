import { hash as hashOf, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Scope } from '../contract.ts'
import { sameText } from '../password.ts'
import type { ApiKey } from '../ports.ts'
import type { Sessions } from './sessions.ts'

/** Who asks and what it may do. */
export type Access = { name: string; may(scope: Scope): boolean }

/** `absent`: nothing was shown, which is no failure; `wrong`: something false was; `csrf`: a session without its token. */
export type Claim = { ok: true; access: Access } | { ok: false; why: 'absent' | 'wrong' | 'csrf' }

export const COOKIE = 'tandem_session'

export const cookieOf = (headers: IncomingHttpHeaders): string | undefined => {
  for (const part of (headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (part.slice(0, at).trim() === COOKIE) return part.slice(at + 1).trim()
  }
  return undefined
}

const SAFE = ['GET', 'HEAD', 'OPTIONS']

/** An API key (`Authorization: Bearer KEY`), else a console session by its cookie. */
export const createAccess = (keys: ApiKey[], sessions: Sessions) => {
  const hash = (text: string): Buffer => hashOf('sha256', text, 'buffer')
  const known = keys.map(({ name, key, scopes }) => ({ name, scopes, hash: hash(key) }))

  /** Every key is compared, whichever fits: the time tells neither the key nor its place. */
  const byKey = (key: string): Claim => {
    const shown = hash(key)
    let found: (typeof known)[number] | undefined
    for (const one of known) if (timingSafeEqual(one.hash, shown)) found ??= one
    if (!found) return { ok: false, why: 'wrong' }
    const { name, scopes } = found
    return { ok: true, access: { name, may: (scope) => scopes.includes('*') || scopes.includes(scope) } }
  }
  const bySession = (token: string, method: string, headers: IncomingHttpHeaders): Claim => {
    const session = sessions.find(token)
    // A cookie outlives restarts of the server: an old one is no attack.
    if (!session) return { ok: false, why: 'absent' }
    const csrf = headers['x-csrf-token']
    if (!SAFE.includes(method) && !(typeof csrf === 'string' && sameText(csrf, session.csrfToken)))
      return { ok: false, why: 'csrf' }
    return { ok: true, access: { name: session.user, may: () => true } }
  }
  return (method: string, headers: IncomingHttpHeaders): Claim => {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (bearer !== undefined) return byKey(bearer)
    if (headers.authorization !== undefined) return { ok: false, why: 'wrong' }
    const token = cookieOf(headers)
    return token === undefined ? { ok: false, why: 'absent' } : bySession(token, method, headers)
  }
}
