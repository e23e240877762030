import type { Guard, Subscriber, Subscribers } from '#core'
import type { Log } from '#lib/log'
import { sameSecret } from '#lib/secret'
import { wired } from '#lib/text'
import { type CommandOf, decipher } from '#webcall'
import { isExtension } from './names.ts'
import type { Account, Tokens, WebphoneSettings } from './ports.ts'
import type { UpstreamWish } from './upstream.ts'

export type LoginPorts = {
  subscribers: Subscribers
  guard: Guard
  tokens: Tokens
  settings: WebphoneSettings
  log: Log
  /** Present: another exchange judges passwords. */
  upstream?: unknown
}

/** `refused`: the answer to 1001 is code −2. `denied`: the login is heard, and 9001 says −403. */
export type Login =
  | { kind: 'in'; account: Account }
  | { kind: 'elsewhere'; wish: UpstreamWish }
  | { kind: 'refused'; reason: string }
  | { kind: 'denied'; reason: string }

type Register = CommandOf<1001>
type Place = { address: string; secure: boolean; nonce: string }

const WRONG: Login = { kind: 'denied', reason: 'The name or the password is wrong.' }
/** Compared with where there is nobody, so that this takes as long. */
const NOBODY = 'a password that nobody has'

/** Who means to log in, where the name and the number are the same person's. */
const accountOf = (subscribers: Subscribers, usr: string, tel: string): Account | undefined => {
  const [name, number] = [wired(usr), wired(tel)]
  const found = subscribers.byIdentity(number)
  const subscriber = subscribers.byImpi(name) ?? subscribers.byIdentity(name)?.subscriber
  if (!found || !subscriber || found.subscriber !== subscriber) return undefined
  return { subscriber, identity: found.identity, tel }
}

const isPassword = (given: string, subscriber: Subscriber | undefined): boolean => {
  const password = subscriber?.password ?? NOBODY
  const [plain, asSent] = [sameSecret(given, password), sameSecret(given, wired(password))]
  return (plain || asSent) && subscriber?.password !== undefined
}

const NO_PASSWORD: Login = {
  kind: 'denied',
  reason: 'The server has no password of yours for the exchange: log in with that.',
}

/** Who proved itself here is registered there with the password that this server knows. */
const knownElsewhere = ({ subscriber, identity }: Account): Login => {
  const { password } = subscriber
  if (password === undefined) return NO_PASSWORD
  const wish = { tel: identity.user, user: identity.user, password: wired(password), subscriber }
  return { kind: 'elsewhere', wish }
}

export const createLogin = ({ subscribers, guard, tokens, settings, log, upstream }: LoginPorts) => {
  const told = new Set<string>()
  /** Once each: what to do about it is for the operator, and strangers shall not fill the log. */
  const advise = (text: string): void => {
    if (told.has(text)) return
    told.add(text)
    log.write('app', 'warn', text)
  }

  const denied = (address: string): Login => {
    guard.fail(address)
    return WRONG
  }

  const byToken = ({ token = '', tel }: Register, { address }: Place): Login => {
    const owner = tokens.redeem(token)
    const { extension } = owner ?? {}
    if (owner && extension && upstream !== undefined && (tel === '' || tel === owner.tel)) {
      const { password, refused } = extension
      const wish = { tel: owner.tel, user: owner.tel, password: wired(password), refused }
      return { kind: 'elsewhere', wish }
    }
    const account = owner && !extension && accountOf(subscribers, owner.impi, tel || owner.tel)
    if (!account) return denied(address)
    return upstream === undefined ? { kind: 'in', account } : knownElsewhere(account)
  }

  const byPassword = ({ usr, tel, pwd = '' }: Register, { address, secure, nonce }: Place): Login => {
    const { cipher, key, plainWs } = settings
    if (cipher === 'off') return { kind: 'refused', reason: 'Logins with a password are switched off here.' }
    if (key === '') {
      advise(
        'web phone: an old client was refused; to let such in, set webphone.legacy.key to the key it has',
      )
      return { kind: 'refused', reason: 'The server has no key for old clients.' }
    }
    if (!secure && !plainWs) {
      advise('web phone: an old client came without TLS; it shall use wss, or set webphone.legacy.plain_ws')
      return { kind: 'refused', reason: 'Old clients must come by wss.' }
    }
    if (nonce === '')
      return { kind: 'refused', reason: 'Say 1000 first: a nonce is good once, for a minute.' }
    const clear = decipher(pwd, { cipher, key, nonce, tel })
    if (upstream !== undefined) {
      if (!clear.ok || !isExtension(tel) || usr === '' || /["\r\n]/.test(usr)) return denied(address)
      return { kind: 'elsewhere', wish: { tel, user: wired(usr), password: clear.value } }
    }
    const account = accountOf(subscribers, usr, tel)
    const right = isPassword(clear.ok ? clear.value : '', account?.subscriber)
    if (!account || !right || !clear.ok) return denied(address)
    return { kind: 'in', account }
  }

  return (command: Register, place: Place): Login => {
    const login = command.token === undefined ? byPassword(command, place) : byToken(command, place)
    if (login.kind === 'in') guard.succeed(place.address)
    return login
  }
}
