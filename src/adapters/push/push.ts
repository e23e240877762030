import type { PhoneItem, PhoneStore } from '#core'
import type { Clock } from '#lib/clock'
import { bugText, type Log } from '#lib/log'
import type { Result } from '#lib/result'
import { encryptPush, keysOf, type PushKeys, type Vapid } from '#webpush'

export type Subscription = { endpoint: string; keys: PushKeys }
/** What a closed page is told: the service worker shows it, and opens the page when it is touched. */
export type PushMessage = { kind: 'call' | 'text'; from: string; name: string; atMs: number }

/** One request to a push service, RFC 8030 §5; never rejects. The status of its answer, or what went wrong. */
export type PushPost = (
  url: string,
  headers: Record<string, string>,
  body: Uint8Array,
) => Promise<Result<number, string>>

export type PushPorts = {
  vapid: Vapid
  store: Pick<PhoneStore, 'items' | 'put' | 'remove'>
  post: PushPost
  /** 64 hexadecimal digits for any text. */
  nameOf(text: string): string
  /** Also http, for push services of tests. */
  plain: boolean
  clock: Clock
  log: Log
}

export type Push = {
  readonly key: string
  subscribe(impi: string, subscription: Subscription): Promise<string | undefined>
  unsubscribe(impi: string, endpoint: string): Promise<void>
  /** Some browser of this user takes messages. */
  has(impi: string): boolean
  /** Tells all its browsers; false when there is none. */
  wake(impi: string, message: Omit<PushMessage, 'atMs'>): boolean
}

const MOST_OF_USER = 10
/** Callers name themselves as they like; a message has room for 4096 octets. */
const MOST_SHOWN = 200
/** Seconds that a push service keeps what the browser does not take at once: a call does not ring longer. */
const TTL_S = { call: 30, text: 24 * 3600 }
const URGENCY = { call: 'high', text: 'normal' }
/** The browser has given it up, RFC 8030 §7.3. */
const GONE = [404, 410]

type Kept = Subscription & { name: string }

/** Messages for pages that are closed: RFC 8030, RFC 8291, RFC 8292. */
export const createPush = async (ports: PushPorts): Promise<Push> => {
  const { vapid, store, post, nameOf, plain, clock, log } = ports
  const users = new Map<string, Map<string, Kept>>()
  const keep = (impi: string, one: Kept): void => {
    const own = users.get(impi) ?? new Map<string, Kept>()
    own.set(one.endpoint, one)
    users.set(impi, own)
  }
  for (const item of (await store.items()).sort((a, b) => a.atMs - b.atMs)) {
    const one = item.kind === 'push' ? readKept(item) : undefined
    if (one) keep(item.impi, one)
  }
  const drop = async (impi: string, endpoint: string): Promise<void> => {
    const own = users.get(impi)
    const one = own?.get(endpoint)
    if (!own || !one) return
    own.delete(endpoint)
    if (own.size === 0) users.delete(impi)
    await store.remove({ kind: 'push', name: one.name })
  }
  const complain = (failure: unknown): void => log.write('store', 'warn', `push: ${bugText(failure)}`)

  const send = async (impi: string, { endpoint, keys }: Kept, message: PushMessage): Promise<void> => {
    const body = encryptPush(new TextEncoder().encode(JSON.stringify(message)), keys)
    if (!body.ok) return body.error === 'keys' ? drop(impi, endpoint) : undefined
    const { kind } = message
    const headers = {
      authorization: vapid.authorization(endpoint, clock.wallMs()),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      ttl: `${TTL_S[kind]}`,
      urgency: URGENCY[kind],
    }
    const status = await post(endpoint, headers, body.value)
    if (status.ok && status.value >= 200 && status.value < 300) return
    if (status.ok && GONE.includes(status.value)) return drop(impi, endpoint)
    const why = status.ok ? `answered ${status.value}` : status.error
    log.write('app', 'warn', `the push service at ${hostOf(endpoint)}: ${why}`, { user: impi })
  }
  return {
    key: vapid.publicKey,
    has: (impi) => users.has(impi),
    subscribe: async (impi, { endpoint, keys }) => {
      const fault = faultOf(endpoint, plain) ?? (keysOf(keys) ? undefined : 'keys: are none of a browser')
      if (fault !== undefined) return fault
      // One browser is one user's: whoever logs in there now.
      for (const [other, own] of users) if (other !== impi && own.has(endpoint)) await drop(other, endpoint)
      const own = users.get(impi)
      for (const old of [...(own?.keys() ?? [])].slice(0, Math.max(0, (own?.size ?? 0) - MOST_OF_USER + 1)))
        if (old !== endpoint) await drop(impi, old)
      const one = { name: nameOf(`${impi}\0${endpoint}`), endpoint, keys }
      keep(impi, one)
      const value = JSON.stringify({ endpoint, keys })
      await store.put({ kind: 'push', name: one.name, impi, value, atMs: clock.wallMs() })
      return undefined
    },
    unsubscribe: drop,
    wake: (impi, message) => {
      const own = users.get(impi)
      if (!own) return false
      const [from, name] = [message.from.slice(0, MOST_SHOWN), message.name.slice(0, MOST_SHOWN)]
      const told: PushMessage = { ...message, from, name, atMs: clock.wallMs() }
      for (const one of [...own.values()]) send(impi, one, told).catch(complain)
      return true
    },
  }
}

const readKept = ({ name, value }: PhoneItem): Kept | undefined => {
  try {
    const { endpoint, keys } = JSON.parse(value) as Subscription
    return { name, endpoint, keys }
  } catch {
    return undefined
  }
}

const hostOf = (endpoint: string): string => URL.parse(endpoint)?.host ?? ''

const faultOf = (endpoint: string, plain: boolean): string | undefined => {
  const url = URL.parse(endpoint)
  if (!url || (url.protocol !== 'https:' && !(plain && url.protocol === 'http:')))
    return 'endpoint: an https address is needed'
  return url.username !== '' || url.password !== '' ? 'endpoint: without user and password' : undefined
}
