import { createHash } from 'node:crypto'
import type { Clock } from '#lib/clock'
import type { Random } from '#lib/random'

export type Session = { user: string; csrfToken: string }

export type Sessions = {
  /** `token` is the cookie's value; only its hash is kept. */
  open(user: string): Session & { token: string; expiresInS: number }
  find(token: string): Session | undefined
  close(token: string): void
  closeAll(): void
  readonly count: number
}

const IDLE_MS = 30 * 60_000
const LONGEST_MS = 12 * 60 * 60_000
const MOST = 1000

/** Sessions live in memory: a restart asks for the password again. The one unused longest goes first. */
export const createSessions = (clock: Clock, random: Random): Sessions => {
  const sessions = new Map<string, Session & { idleUntilMs: number; endsAtMs: number }>()
  const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64')
  return {
    open: (user) => {
      const [token, csrfToken, now] = [random.token(32), random.token(32), clock.nowMs()]
      sessions.set(keyOf(token), { user, csrfToken, idleUntilMs: now + IDLE_MS, endsAtMs: now + LONGEST_MS })
      if (sessions.size > MOST) sessions.delete(sessions.keys().next().value as string)
      return { user, csrfToken, token, expiresInS: LONGEST_MS / 1000 }
    },
    find: (token) => {
      const key = keyOf(token)
      const session = sessions.get(key)
      if (!session) return undefined
      sessions.delete(key)
      const now = clock.nowMs()
      if (now >= Math.min(session.idleUntilMs, session.endsAtMs)) return undefined
      session.idleUntilMs = now + IDLE_MS
      sessions.set(key, session)
      return session
    },
    close: (token) => void sessions.delete(keyOf(token)),
    closeAll: () => sessions.clear(),
    get count() {
      return sessions.size
    },
  }
}
