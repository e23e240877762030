import type { Settings } from '#config'
import type { Binding, Carrier, Guests, Lamps, Mailbox, Ring } from '#core'
import { isWeb } from '#core'
import { isLoopback } from '#lib/loopback'
import { err, ok, type Result } from '#lib/result'
import { originOf } from '#lib/site'
import type { Endpoint } from '#lib/wire'
import { type OpenWebCall, openWebCall } from '#net'
import { createExempt } from '#start'
import { SUBPROTOCOL } from '#webcall'
import {
  createLampFeed,
  createWebCarrier,
  createWebphone,
  type Mailboxes,
  type Tokens,
  type Upstream,
  type Webphone,
  type WebphonePorts,
} from '#webphone'
import type { Ground, StartFault } from './ground.ts'
import type { SoundSide } from './sounds.ts'

/** Header fields by which call centres say what web phones are told (aid, agtel). */
export const agentHeadersOf = ({ webphone }: Settings) =>
  webphone ? { agentHeaders: { id: webphone.aid_header, tel: webphone.agtel_header } } : {}

type PhoneServer = { at: Endpoint; secure: boolean; path: string }

/** What stands before there are calls and texts: who rings browsers and who carries texts to them. */
export type WebphoneSide = {
  /** Browsers are rung by the web phone server, everything else as before. */
  ringOver(ring: Ring): Ring
  transportOf: (binding: Binding, call: string) => string
  isAway: (binding: Binding) => boolean
  carrierOver(carrier: Carrier): Carrier
  /** The web phone's own servers as they stand: old clients find the phone book at one of them. */
  serves(servers: readonly PhoneServer[]): void
  /** Once everything that it needs is there; undefined where the configuration has no web phones. */
  open(rest: WebphoneRest): Webphone | undefined
}

export type WebphoneRest = Pick<
  WebphonePorts,
  'random' | 'subscribers' | 'registrations' | 'guard' | 'calls' | 'media' | 'messages' | 'events'
> & { tokens: Tokens; guests?: Guests; lamps: Lamps; sounds: SoundSide; upstream?: Upstream }

export const createWebphoneSide = (
  { settings, timers, log }: Ground,
  { subscribers }: Pick<WebphonePorts, 'subscribers'>,
): WebphoneSide => {
  // Calls ring browsers, and browsers make calls: this ring is closed here, by looking the other up when it is needed.
  let webphone: Webphone | undefined
  let book: PhoneServer | undefined
  let carrier: ReturnType<typeof createWebCarrier> | undefined
  return {
    ringOver: (ring) => (call, binding, sdp, events) => {
      if (!isWeb(binding)) return ring(call, binding, sdp, events)
      return webphone?.ring(call, binding, sdp, events) ?? err({ why: 'not-registered' })
    },
    isAway: (binding) => webphone?.isAway(binding) === true,
    transportOf: (binding, call) => webphone?.transportOf(binding, call) ?? '',
    carrierOver(others) {
      carrier = createWebCarrier(others, {
        ...{ subscribers, timers, sessions: () => webphone?.sessions },
        elsewhere: settings.webphone?.proxy.addr !== undefined,
      })
      return carrier
    },
    serves(servers) {
      const own = servers.filter(({ path }) => path === '/')
      book = own.find(({ secure }) => secure) ?? own[0]
    },
    open({ lamps, sounds, ...rest }) {
      const { webphone: web, click_to_call: guests } = settings
      if (!web) return undefined
      const { cipher, key, plain_ws: plainWs, takeover } = web.legacy
      webphone = createWebphone(
        {
          ...{ ...rest, timers, log },
          ...(sounds.mailbox && { mailboxes: mailboxesOf(sounds.mailbox) }),
          lamps: createLampFeed({ clock: timers.clock, subscribers, lamps }),
          features: {
            ...{ messages: true, transfer: true, conference: false },
            video: settings.media.engine !== 'none',
            record: sounds.canRecord,
            mailbox: sounds.mailbox !== undefined,
          },
          settings: {
            ...{ cipher, key, plainWs, takeover },
            ...{ maxRegisters: web.max_registers, maxCalls: web.max_calls, maxVideos: web.max_videos },
            maxBlf: web.max_blf,
            leavingS: web.leaving_timeout,
            phoneBook: (host) => phoneBookAt(host, book),
            ctiHeader: guests?.cti_header ?? '',
            skillHeader: guests?.skill_header ?? '',
          },
        },
        carrier,
      )
      return webphone
    },
  }
}

/** How much waits is told at once, and whenever that changes. */
const mailboxesOf = (mailbox: Mailbox): Mailboxes => ({
  watch(subscriber, hear) {
    hear(mailbox.countsOf(subscriber.impi))
    return mailbox.watch(subscriber, hear)
  },
})

/** Our own, on the host by which the client came: its lines take no query. */
const phoneBookAt = (host: string | undefined, book: PhoneServer | undefined): string | undefined => {
  const name = host === undefined ? undefined : URL.parse(`http://${host}`)?.hostname
  return name && book && `${book.secure ? 'https' : 'http'}://${name}:${book.at.port}/getpbook.jsp`
}

const hostOf = (url: string): string | undefined => URL.parse(url)?.hostname
const isSame = (a: string, b: string): boolean => a === b || (isLocal(a) && isLocal(b))
const isLocal = (name: string): boolean => name === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''))

/** Pages of this very host, of admin.public_url and of configured sites; whoever is no page may come. */
export const createOrigins = ({ settings, log }: Pick<Ground, 'settings' | 'log'>) => {
  const own = [
    settings.admin?.public_url,
    ...(settings.webphone?.origins ?? []),
    ...(settings.click_to_call?.origins ?? []),
  ]
  const isAny = own.includes('*')
  const known = new Set(own.flatMap((site) => originOf(site ?? '') ?? []))
  const told = new Set<string>()
  return (origin: string | undefined, host: string | undefined, address: string): boolean => {
    if (origin === undefined || isAny || known.has(origin)) return true
    const [page, asked] = [hostOf(origin), host === undefined ? undefined : hostOf(`http://${host}`)]
    if (page !== undefined && asked !== undefined && isSame(page, asked)) return true
    if (told.size < 20 && !told.has(origin)) {
      told.add(origin)
      log.write('app', 'warn', refusalOf(origin), { user: address })
    }
    return false
  }
}

const refusalOf = (origin: string): string =>
  origin === 'null'
    ? 'a page of no site was refused: a sandboxed frame, or a file'
    : `a page of ${origin.slice(0, 100)} was refused: to let it in, add that to webphone.origins`

/** Opens the ports of webphone.ws_addr and wss_addr. */
export const openWebphoneDoor = async (
  ground: Ground,
  webphone: Webphone | undefined,
): Promise<Result<OpenWebCall | undefined, StartFault>> => {
  const { settings, log, pem, wire } = ground
  const { webphone: web } = settings
  if (!web || !webphone) return ok(undefined)
  const exempt = createExempt(settings.security.exempt)
  const opened = await openWebCall({
    listeners: [
      ...web.ws_addr.map((at) => ({ at, secure: false })),
      ...web.wss_addr.map((at) => ({ at, secure: true })),
    ],
    ...(pem && { tls: pem }),
    ...{ subprotocol: SUBPROTOCOL, wire, log },
    exempt,
    allowOrigin: createOrigins(ground),
    // Behind a proxy of one's own all strangers have one address.
    admit: (address) => exempt(address) || webphone.admits(address),
    onLink: webphone.onLink,
  })
  return opened.ok ? opened : err({ kind: 'bind', text: `webphone: ${opened.error.message}` })
}
