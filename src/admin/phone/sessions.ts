import { createHash } from 'node:crypto'
import type { PhoneItem, PhoneStore, Subscriber, Subscribers } from '#core'
import type { Clock } from '#lib/clock'
import { bugText, type Log } from '#lib/log'

/** A subscriber that may log in: it has a password. */
export type PhoneUser = Subscriber & { password: string }

export type PhoneSession = { user: PhoneUser; key: string }

/** Who is logged in at which browser: kept over restarts, for 30 days after the last use. */
export type PhoneSessions = {
  /** The cookie's value. Resolves when it is on disk. */
  open(user: PhoneUser): Promise<string>
  /** `renewed`: the cookie is to be given anew, since it lasts longer now. */
  find(token: string): (PhoneSession & { renewed: boolean }) | undefined
  close(key: string): Promise<void>
}

export const SESSION_S = 30 * 86_400
const DAY_MS = 86_400_000
const MOST_OF_USER = 20

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export const hasPassword = (subscriber: Subscriber | undefined): subscriber is PhoneUser =>
  subscriber?.password !== undefined

type Ports = {
  store: Pick<PhoneStore, 'items' | 'put' | 'remove'>
  subscribers: Pick<Subscribers, 'byImpi'>
  clock: Clock
  /** 256 bits as text. */
  secret(): string
  log: Log
}

/**
 * Only hashes are kept: of the cookie, and of the cookie with the password, so that a new password in the configuration
 * ends the sessions of the old one. Nothing is kept of an extension of another exchange: it logs in again after a restart.
 */
export const createPhoneSessions = async (ports: Ports): Promise<PhoneSessions> => {
  const { store, subscribers, clock, secret, log } = ports
  const sessions = new Map<string, PhoneItem>()
  /** Extensions of another exchange: their passwords are nowhere but here, and gone with this process. */
  const extensions = new Map<string, PhoneUser>()
  const isOver = ({ atMs }: PhoneItem): boolean => atMs + SESSION_S * 1000 <= clock.wallMs()
  const complain = (failure: unknown): void => log.write('store', 'warn', `a session: ${bugText(failure)}`)
  const remove = (name: string): Promise<void> => {
    sessions.delete(name)
    if (extensions.delete(name)) return Promise.resolve()
    return store.remove({ kind: 'session', name }).catch(complain)
  }
  for (const item of (await store.items()).sort((a, b) => a.atMs - b.atMs))
    if (item.kind === 'session') {
      sessions.set(item.name, item)
      if (isOver(item)) void remove(item.name)
    }

  const makeRoom = (impi: string): void => {
    const own = [...sessions.values()].filter((item) => item.impi === impi)
    for (const { name } of own
      .sort((a, b) => a.atMs - b.atMs)
      .slice(0, Math.max(0, own.length - MOST_OF_USER + 1)))
      void remove(name)
  }
  return {
    open: async (user) => {
      const { impi, password } = user
      const token = secret()
      makeRoom(impi)
      const value = sha256(`${token}\0${password}`)
      const item: PhoneItem = { kind: 'session', name: sha256(token), impi, value, atMs: clock.wallMs() }
      sessions.set(item.name, item)
      if (user.proxied) extensions.set(item.name, user)
      else await store.put(item)
      return token
    },
    find: (token) => {
      const key = sha256(token)
      const item = sessions.get(key)
      if (!item) return undefined
      const extension = extensions.get(key)
      const user = extension ?? subscribers.byImpi(item.impi)
      if (isOver(item) || !hasPassword(user) || sha256(`${token}\0${user.password}`) !== item.value) {
        void remove(key)
        return undefined
      }
      const renewed = clock.wallMs() - item.atMs >= DAY_MS
      if (renewed) {
        item.atMs = clock.wallMs()
        if (!extension) store.put({ ...item }).catch(complain)
      }
      return { user, key, renewed }
    },
    close: remove,
  }
}
