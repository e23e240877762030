import { join } from 'node:path'
import {
  createPhone,
  createPhoneBook,
  createPhoneSessions,
  openPhoneServers,
  type Phone,
  type PhonePorts,
  type PhoneServers,
} from '#admin'
import type { Settings, WebphoneSettings } from '#config'
import { err, ok, type Result } from '#lib/result'
import { originOf } from '#lib/site'
import { createGuardedHttp, isBeyondLink } from '#net'
import { createExempt, nearAddress, printEndpoint } from '#start'
import { createExchangeLogins } from './exchange-logins.ts'
import type { Ground, StartFault } from './ground.ts'
import type { Network } from './network.ts'

/** The web phone on ports of its own. */
export type PhoneDoor = Pick<PhoneServers, 'servers' | 'close'>

const FOLDER = join(import.meta.dirname, '..', 'web', 'dist')
const BOOK = { timeoutMs: 5000, mostOctets: 1024 * 1024, mostRedirects: 3 }

const resolutionOf = (text: string): { width: number; height: number } => {
  const [width = 640, height = 480] = text.split('*').map(Number)
  return { width, height }
}

/** Users who can be called, where the configuration has no directory. */
const directoryOf = ({ directory }: WebphoneSettings, { subscribers }: Network) => {
  if (directory.length > 0) return directory.map(({ group, entries }) => ({ name: group, entries }))
  const entries = subscribers.list
    .flatMap(({ identities }) => identities.find(({ code }) => code === undefined)?.user ?? [])
    .map((tel) => ({ name: tel, tel, blf: true }))
  return [{ name: '', entries }]
}

/** Our own port comes first: a page needs no second certificate to be trusted there. */
const createSocketUrls =
  ({ ws_urls, ws_addr, wss_addr }: WebphoneSettings): PhonePorts['socketUrls'] =>
  (host, secure) => {
    if (ws_urls.length > 0) return ws_urls
    const scheme = secure ? 'wss' : 'ws'
    const name = URL.parse(`http://${host}`)?.hostname ?? 'localhost'
    const ports = (secure ? wss_addr : ws_addr).filter(({ port }) => port !== 0)
    return [`${scheme}://${host}/phone/ws`, ...ports.map(({ port }) => `${scheme}://${name}:${port}/`)]
  }

const originsOf = ({ admin, webphone }: Settings): string[] =>
  [admin?.public_url, ...(webphone?.origins ?? [])].flatMap((site) => originOf(site ?? '') ?? [])

/** The web phone as every HTTP server of ours can carry it; undefined: the configuration has none. */
export const createHousePhone = async (
  { settings, timers, store, log }: Ground,
  network: Network,
  version: string,
): Promise<Phone | undefined> => {
  const { webphone } = settings
  if (!webphone) return undefined
  const { clock } = timers
  const { subscribers, guard, random, phoneSide, callBack, sounds } = network
  const { upstream } = network.proxied
  const own = directoryOf(webphone, network)
  const fetch = createGuardedHttp({ ...BOOK, allows: isBeyondLink, schemes: ['http', 'https'] })
  const { tokens, guests, push } = phoneSide
  return createPhone({
    facts: {
      ...{ version, domain: settings.domain, echo: settings.echo, maxBlf: webphone.max_blf },
      video: resolutionOf(webphone.video_resolution),
    },
    ...{ folder: FOLDER, subscribers, tokens, guests, callBack, guard, clock, random, log },
    exchange: upstream && createExchangeLogins(upstream),
    sessions: await createPhoneSessions({
      ...{ store: store.phone, subscribers, clock, log },
      secret: () => random.token(50),
    }),
    ...{ store: store.phone, sounds },
    book: createPhoneBook({ url: webphone.phone_book_url, own, fetch, clock, log }),
    push: push ?? {
      key: undefined,
      subscribe: async () => 'messages to closed pages are switched off here (webphone.push)',
      unsubscribe: async () => {},
    },
    socketUrls: createSocketUrls(webphone),
    origins: originsOf(settings),
  })
}

/** What could not be bound, and where the phone is then. */
const noteOf = ({ admin }: Settings, missed: PhoneServers['missed']): string => {
  const [first] = admin?.http_addr ?? []
  const why = missed.map(
    ({ address, code, text }) => `${address} (${code === 'EACCES' ? 'this user may not' : text})`,
  )
  const instead = first
    ? `the phone is at http://${printEndpoint(nearAddress(first.address), first.port)}/phone/`
    : 'choose others: webphone.phone_http_addr, phone_https_addr'
  return `web phone: cannot listen on ${why.join(', ')}; ${instead}`
}

/** Opens webphone.phone_http_addr and phone_https_addr. The default ports need privileges: those may be missing. */
export const openPhoneDoor = async (
  { settings, log, pem }: Ground,
  phone: Phone | undefined,
): Promise<Result<PhoneDoor, StartFault>> => {
  const { webphone } = settings
  if (!webphone || !phone) return ok({ servers: [], close: async () => {} })
  const { phone_http_addr: http, phone_https_addr: https, phone_given } = webphone
  const certificate = pem && { cert: pem.certificate, key: pem.key }
  const exempt = createExempt(settings.security.exempt)
  const plan = { http, https, log, exempt, ...(certificate && { certificate }) }
  const opened = await openPhoneServers(phone, plan)
  const needed = opened.missed.find(({ secure }) => (secure ? phone_given.https : phone_given.http))
  if (needed) {
    await opened.close()
    const name = needed.secure ? 'phone_https_addr' : 'phone_http_addr'
    const text = `webphone.${name}: ${needed.address}: ${needed.text}`
    return err({ kind: 'bind', text })
  }
  if (opened.missed.length > 0) log.write('app', 'warn', noteOf(settings, opened.missed))
  return ok(opened)
}
