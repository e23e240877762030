import type { Found, Subscriber } from '#core'
import type { Timers } from '#lib/clock'
import { silentLog } from '#lib/log'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import type { Endpoint, Transport, Wire } from '#lib/wire'
import { createDigestAnswerer, type DigestAnswerer, parseUri, type SipRequest } from '#sip'
import type { TrunkLine } from '../trunks/line.ts'
import {
  createTrunkRegistration,
  type RegistrationPorts,
  type TrunkRegistration,
} from '../trunks/registration.ts'

/** Who wants to be registered: the number, the name and the password of its login there. Texts of octets. */
export type ProxyWish = {
  tel: string
  user: string
  password: string
  subscriber?: Subscriber
  expiresS?: number
}

/** How a registration stands: 0, −2 nobody answers, −3 another contact has taken its place, else minus SIP's status. */
export type ProxyState = { code: number; reason?: string; over: boolean }

/** One web session as an extension of the other exchange; towards the core a trunk of its own. */
export type ProxyAccount = {
  /** The trunk's name. */
  readonly name: string
  readonly found: Found
  readonly line: TrunkLine
  readonly wish: ProxyWish
  /** User part of its contact, by which the exchange's requests find it. */
  readonly contact: string
  hear: ((state: ProxyState) => void) | undefined
  /** As it was told last. */
  state: ProxyState
  /** The exchange has let it in. */
  standing: boolean
  /** What waits in its mailbox, as it comes. */
  onWaiting: ((body: Uint8Array) => void) | undefined
  answerer(): DigestAnswerer
  leave(): void
}

export type AccountsPorts = {
  timers: Timers
  random: Random
  wire: Wire
  request: RegistrationPorts['request']
  keep: RegistrationPorts['keep']
  /** Where the exchange is; undefined while its name is not known. */
  endpoint: () => Endpoint | undefined
  transport: Transport
  /** Host of its URIs. */
  host: string
  domain: string
  /** An extension is registered, anew or again: what waits to be sent by it can go. */
  onStanding?(impi: string, number: string): void
}

const PREFIX = 'web:'
/** Longer than it takes to repeat a request some times, shorter than clients wait. */
const ENTER_MS = 10_000

const codeOf = ({ registered, status = 408 }: TrunkRegistration): number =>
  registered ? 0 : status === 408 ? -2 : -status

const isFinal = (status: number | undefined): boolean => status === 401 || status === 403 || status === 407

const subscriberOf = ({ tel, subscriber }: ProxyWish, domain: string): Subscriber => ({
  ...(subscriber ?? {
    // Another person than whoever has that number in this house, also where both have one domain: mailbox, history, texts.
    ...{ impi: `exchange:${tel}@${domain}`, domain, identities: [{ uri: `sip:${tel}`, user: tel }] },
    ...{ proof: 'MD5' as const, multiSim: false, anonymous: false, ringOnly: false },
    ...{ reliable: false, proveOnRegisterOnly: false },
  }),
  proxied: true,
})

/** All extensions that are registered at the other exchange, each for one web session. */
export const createProxyAccounts = (ports: AccountsPorts) => {
  const { timers, random, host, domain, endpoint, transport } = ports
  const byName = new Map<string, ProxyAccount>()
  const byContact = new Map<string, ProxyAccount>()
  const bySubscriber = new Map<Subscriber, ProxyAccount>()
  let entering = 0

  const make = (wish: ProxyWish, told: (state: ProxyState) => void): ProxyAccount => {
    const { tel, user, password } = wish
    const contact = random.token(20)
    const subscriber = subscriberOf(wish, domain)
    const identity = subscriber.identities.find((one) => one.user === tel) ?? {
      uri: `sip:${tel}`,
      user: tel,
    }
    const line: TrunkLine = {
      ...{ name: `${PREFIX}${contact}`, transport, host, trusted: true, caller: tel, strip: 0 },
      ...{ prefix: '', format: 'as_dialled', endpoint, login: { username: user, password } },
    }
    let listed = false
    const registration = createTrunkRegistration(
      {
        ...{ timers, random, log: silentLog, wire: ports.wire },
        ...{ request: ports.request, keep: ports.keep },
        ...{ contactUser: contact, accountUser: tel },
        ...(wish.expiresS !== undefined && { expiresS: wish.expiresS }),
        told(state, contacts) {
          account.standing ||= state.registered
          const isListed = contacts.some((one) => one.includes(contact))
          const isReplaced = state.registered && listed && contacts.length > 0 && !isListed
          listed = isListed
          const { reason, status } = state
          if (isReplaced) return told({ code: -3, reason: 'Another phone has taken its place.', over: true })
          told({ code: codeOf(state), over: isFinal(status), ...(reason !== undefined && { reason }) })
          if (state.registered) ports.onStanding?.(subscriber.impi, identity.user)
        },
      },
      line,
    )
    const account: ProxyAccount = {
      ...{ name: line.name, found: { subscriber, identity }, line, wish, contact },
      ...{ hear: undefined, standing: false, state: { code: -2, over: false }, onWaiting: undefined },
      answerer: () => createDigestAnswerer({ username: user, password }, random),
      leave() {
        registration.close()
        byName.delete(line.name)
        byContact.delete(contact)
        bySubscriber.delete(subscriber)
      },
    }
    byName.set(line.name, account)
    byContact.set(contact, account)
    bySubscriber.set(subscriber, account)
    registration.start()
    return account
  }

  return {
    /** Registers, and resolves with the first answer: the account, or why there is none. */
    enter(wish: ProxyWish): Promise<Result<ProxyAccount, ProxyState>> {
      const { promise, resolve } = Promise.withResolvers<Result<ProxyAccount, ProxyState>>()
      let entered = false
      entering++
      const give = (state: ProxyState): void => {
        timer.cancel()
        entered = true
        entering--
        if (state.code === 0) return resolve(ok(account))
        account.leave()
        resolve(err(state))
      }
      const timer = timers.after(ENTER_MS, () =>
        give({ code: -2, over: true, reason: 'The exchange does not answer.' }),
      )
      const account = make(wish, (state) => {
        account.state = state
        if (!entered) give(state)
        else account.hear?.(state)
      })
      return promise
    },
    /** One that stays for as long as the house stands, whatever the exchange says at the moment. */
    keep: (wish: ProxyWish, told: (state: ProxyState) => void): ProxyAccount => make(wish, told),
    named: (trunk: string): ProxyAccount | undefined => byName.get(trunk),
    of: (subscriber: Subscriber | undefined): ProxyAccount | undefined =>
      subscriber && bySubscriber.get(subscriber),
    /** One that may speak for that extension, by that number of its. */
    speaker(impi: string, tel: string): ProxyAccount | undefined {
      for (const account of byName.values()) {
        const { subscriber, identity } = account.found
        if (account.standing && subscriber.impi === impi && identity.user === tel) return account
      }
      return undefined
    },
    /** Whose contact it is that a request is for. */
    called({ uri }: Pick<SipRequest, 'uri'>): ProxyAccount | undefined {
      const parsed = parseUri(uri)
      return parsed.ok ? byContact.get(parsed.value.user) : undefined
    },
    closeAll(): void {
      for (const account of [...byName.values()]) account.leave()
    },
    get size(): number {
      return byName.size
    },
    /** Whose first answer is awaited. */
    get entering(): number {
      return entering
    },
  }
}
export type ProxyAccounts = ReturnType<typeof createProxyAccounts>
