import { isWeb, type Subscriber, sessionOf, webContact } from '#core'
import type { Timer } from '#lib/clock'
import type { MessageLink } from '#lib/message-link'
import { sameSecret } from '#lib/secret'
import { Table } from '#lib/table'
import type { Dialect } from '#webcall'
import { createPhone } from './phone.ts'
import type { Account, WebphonePorts } from './ports.ts'
import type { Lamp } from './watched.ts'
import type { Phone, WebCall } from './web-call.ts'

/** How long a session and its calls outlive their connection. */
export const GRACE_S = 90
/** RFC 6455 §7.4.1: "a browser having navigated away from a page". */
const GOING_AWAY = 1001
const EXPIRES_S = 600
const RENEW_MS = 240_000
/** Browsers of one subscriber. */
const MOST_OF_ONE = 8

/** `last`: what a new client was told of it. */
export type WatchedLamp = { stop(): void; last?: Omit<Lamp, 'xml'> }

/** A browser that is logged in: bound like a phone, by its name. */
export type Session = {
  readonly phone: Phone
  readonly account: Account
  /** Its own name for itself. */
  client: string
  resume: string
  /** The voice mail's state is wanted. */
  mwi: boolean
  cseq: number
  grace: Timer | undefined
  renewal: Timer | undefined
  /** What it watches, by extension. */
  readonly watched: Map<string, WatchedLamp>
  mailbox: (() => void) | undefined
  over: boolean
}

export type SessionPorts = Pick<
  WebphonePorts,
  'timers' | 'random' | 'registrations' | 'events' | 'settings'
> & {
  /** The session is over: its calls are to be ended. */
  onEnd(calls: WebCall[]): void
}

export type Entry = { kind: 'in'; session: Session } | { kind: 'full' }

const NONE: readonly Session[] = []

export const createSessions = (ports: SessionPorts) => {
  const { timers, random, registrations, events, settings } = ports
  const sessions = new Table<string, Session>()
  /** Texts are many and browsers too: each finds its own at once. */
  const byImpi = new Map<string, Session[]>()
  const ofImpi = (impi: string): readonly Session[] => byImpi.get(impi) ?? NONE

  const bind = (session: Session, expiresS: number): boolean => {
    const { phone, account, client } = session
    const { link } = phone
    const wish = {
      contact: webContact(account.identity.user, phone.name),
      ...({ q: 1000, transport: link?.secure === false ? 'ws' : 'wss' } as const),
      ...{ address: link?.address ?? '127.0.0.1', port: link?.port ?? 0, listener: 0 },
      ...{ flow: undefined, path: [], instance: undefined, regId: undefined, features: '' },
      ...{ userAgent: client === '' ? 'web phone' : client, callId: phone.name },
      ...{ cseq: ++session.cseq, expiresS },
    }
    return registrations.update(account.subscriber, [wish]) === 'done'
  }

  const renew = (session: Session): void => {
    session.renewal = timers.after(RENEW_MS, () => {
      if (session.over || !session.phone.link) return
      bind(session, EXPIRES_S)
      renew(session)
    })
  }

  /** `unbound`: its binding has gone already. */
  const end = (session: Session, unbound = false): void => {
    if (session.over) return
    session.over = true
    sessions.delete(session.phone.name)
    const { impi } = session.account.subscriber
    const left = ofImpi(impi).filter((one) => one !== session)
    if (left.length > 0) byImpi.set(impi, left)
    else byImpi.delete(impi)
    session.grace?.cancel()
    session.renewal?.cancel()
    for (const { stop } of session.watched.values()) stop()
    session.watched.clear()
    session.mailbox?.()
    session.phone.link = undefined
    const calls = [...session.phone.calls.values()]
    if (!unbound) bind(session, 0)
    ports.onEnd(calls)
    session.account.upstream?.leave()
  }

  const of = ({ impi }: Subscriber): readonly Session[] => ofImpi(impi)

  /** Room for one more of the same person: those that are away make way first. */
  const makeRoom = (subscriber: Subscriber): void => {
    const own = of(subscriber)
    if (own.length < MOST_OF_ONE) return
    const gone = own.find(({ phone }) => !phone.link) ?? own[0]
    if (!gone) return
    gone.phone.say({ op: 9016, reason: 'taken-over' })
    const { link } = gone.phone
    end(gone)
    link?.close(1000)
  }

  events.subscribe((event) => {
    if (event.kind !== 'registration.changed' || !isWeb(event)) return
    if (event.change === 'registered' || event.change === 'refreshed') return
    const session = sessions.get(sessionOf(event) ?? '')
    if (!session || session.over) return
    const { phone } = session
    const { link } = phone
    phone.say({ op: 9001, state: -1, reason: 'The registration was ended.' })
    phone.say({ op: 9016, reason: 'deregistered' })
    end(session, true)
    link?.close(1000)
  })

  return {
    get: (name: string | undefined): Session | undefined =>
      name === undefined ? undefined : sessions.get(name),
    of,
    ofImpi,
    all: () => sessions.values(),
    get size(): number {
      return sessions.size
    },
    /** A browser logs in. */
    open(account: Account, dialect: Dialect, link: MessageLink, client: string): Entry {
      makeRoom(account.subscriber)
      if (sessions.size >= settings.maxRegisters) return { kind: 'full' }
      const phone = createPhone(random, dialect, link, account)
      const session: Session = {
        ...{ phone, account, client, resume: random.token(32), mwi: false, cseq: 0, over: false },
        ...{
          grace: undefined,
          renewal: undefined,
          watched: new Map(),
          mailbox: undefined,
        },
      }
      if (!bind(session, EXPIRES_S)) return { kind: 'full' }
      sessions.set(phone.name, session)
      const { impi } = account.subscriber
      byImpi.set(impi, [...ofImpi(impi), session])
      renew(session)
      return { kind: 'in', session }
    },
    /** The session of that number with that secret. */
    resumable(tel: string, resume: string): Session | undefined {
      for (const session of sessions.values())
        if (session.account.tel === tel && sameSecret(resume, session.resume)) return session
      return undefined
    },
    /** The same browser again, by a new connection. */
    resumed(account: Account, resume: string, link: MessageLink): Session | undefined {
      const session = of(account.subscriber).find((one) => sameSecret(resume, one.resume))
      if (!session || session.account.tel !== account.tel) return undefined
      const before = session.phone.link
      session.phone.link = link
      session.grace?.cancel()
      session.grace = undefined
      session.resume = random.token(32)
      if (before && before !== link) before.close(1000)
      bind(session, EXPIRES_S)
      session.renewal?.cancel()
      renew(session)
      return session
    },
    /**
     * Its connection is gone: it may come back for a while. Pages that are closed or loaded anew say so alike (1001), but the
     * latter are back at once.
     */
    lost(session: Session, link: MessageLink, code?: number): void {
      if (session.over || session.phone.link !== link) return
      session.phone.link = undefined
      session.renewal?.cancel()
      const graceS = code === GOING_AWAY ? settings.leavingS : GRACE_S
      session.grace = timers.after(graceS * 1000, () => end(session))
    },
    end,
  }
}
export type Sessions = ReturnType<typeof createSessions>
