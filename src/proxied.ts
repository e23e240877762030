import type { Settings } from '#config'
import type { Calls, Carrier, Messages, Registrations, Routing, TrunkRing, Trunks } from '#core'
import {
  contactHeader,
  createFlowChoice,
  createOver,
  createParking,
  createPowers,
  createProxiedUser,
  createProxyAccounts,
  createProxyTexts,
  createReply,
  createStamp,
  createTrunkRing,
  createWatching,
  type ProxyAccount,
  type ProxyAccounts,
  type ProxyLamp,
} from '#ims'
import { bugText, type Log } from '#lib/log'
import type { Random } from '#lib/random'
import { err, ok } from '#lib/result'
import { wired } from '#lib/text'
import { createNames } from '#net'
import { createLegs, createSipEndpoint } from '#sip'
import { createExempt, mediaPlansOf, printEndpoint } from '#start'
import {
  isRefused,
  type Lamp,
  type Upstream,
  type UpstreamAccount,
  type UpstreamWish,
  userOf,
} from '#webphone'
import type { Ground } from './ground.ts'
import { agentHeadersOf } from './webphone.ts'

/** Extensions of web phones at an exchange elsewhere (`webphone.proxy`); without one everything is the house's own. */
export type ProxiedSide = {
  routing(others: Routing): Routing
  trunks(others: Trunks): Trunks
  ring(others: TrunkRing): TrunkRing
  /** Undefined: web phones are extensions of this house. */
  readonly upstream: Upstream | undefined
  /** Hands over what extensions send. */
  readonly carrier: Carrier | undefined
  /** Once there are calls, and texts are kept. */
  start(calls: Calls, messages: Messages): void
  close(): Promise<void>
}

const NONE: ProxiedSide = {
  routing: (others) => others,
  trunks: (others) => others,
  ring: (others) => others,
  upstream: undefined,
  carrier: undefined,
  start: () => {},
  close: async () => {},
}

const SIP_PORT = 5060
const MOST_NAME = 128
/** Logins whose answer is awaited: an exchange that is silent shall not have them pile up. */
const MOST_PROOFS = 100

const hostOf = ({ domain, addr }: NonNullable<Settings['webphone']>['proxy']): string => {
  if (domain !== '' || !addr) return domain
  return addr.port === SIP_PORT && !addr.address.includes(':')
    ? addr.address
    : printEndpoint(addr.address, addr.port)
}

/** Click to call has an account of its own there (`click_to_call.user`), which its guests call by. */
const keepGuest = (
  { click_to_call: guests }: Settings,
  accounts: ProxyAccounts,
  log: Log,
): ProxyAccount | undefined => {
  if (!guests?.enabled || guests.user === '' || guests.password === '') return undefined
  const { tel, user, password, expires } = guests
  const [name = user] = user.split('@')
  let last = 1
  return accounts.keep(
    { tel: tel || name, user: name, password: wired(password), expiresS: expires },
    ({ code, reason = '' }) => {
      if (code === last) return
      last = code
      if (code === 0) log.write('sip', 'info', `click to call is registered as ${name}`)
      else log.write('sip', 'warn', `click to call is not registered as ${name}: ${reason}`)
    },
  )
}

const lampFor = ({ remote, ...lamp }: ProxyLamp): Lamp => ({
  ...lamp,
  ...(remote && { remote: userOf(remote.identity), remoteName: remote.display.slice(0, MOST_NAME) }),
})

export const createProxiedSide = (
  { settings, timers, log, proxyWire: wire }: Ground,
  { registrations }: { registrations: Registrations },
  random: Random,
): ProxiedSide => {
  const proxy = settings.webphone?.proxy
  if (!proxy?.addr || !wire) return NONE
  const { addr, transport, t1, t2, t4 } = proxy
  const names = createNames([addr.address], timers)
  const stamp = createStamp(settings.user_agent, settings.custom_headers)
  // Calls are made after what rings them: this ring is closed here, by looking them up when they are needed.
  let user: ReturnType<typeof createProxiedUser> | undefined
  const values = { t1, t2, t4 }
  const exempt = createExempt(settings.security.exempt)
  const sip = createSipEndpoint({
    ...{ timers, random, log, wire, values, stamp },
    user: {
      onRequest: (request, transaction) => user?.onRequest(request, transaction),
      onAck: (request, flow) => user?.onAck(request, flow),
      onStrayResponse: (response, flow) => user?.onStrayResponse(response, flow),
    },
    tcpThreshold: settings.tcp_threshold,
    // All its calls come from one place.
    exempt: (address) => exempt(address) || address === names.addressOf(addr.address),
  })
  const dialogues = { flowFor: createFlowChoice(wire), contact: contactHeader, request: sip.request }
  const legs = createLegs({
    ...{ random, timers, values, ...dialogues },
    sessionExpires: settings.session_expires,
    sendAck: sip.sendAck,
    onBug: (bug) => log.write('app', 'error', bugText(bug)),
  })
  const host = hostOf(proxy)
  const accounts = createProxyAccounts({
    ...{ timers, random, wire, request: sip.request, keep: sip.keep },
    ...{ host, domain: host, transport },
    onStanding: (impi, number) => messages?.wake(impi, number),
    endpoint: () => {
      const address = names.addressOf(addr.address)
      return address === undefined ? undefined : { address, port: addr.port }
    },
  })
  const parking = createParking(timers)
  const enter = async (wish: UpstreamWish) => {
    const entered = await accounts.enter(wish)
    if (!entered.ok && isRefused(entered.error.code)) wish.refused?.()
    return entered
  }
  let guest: ProxyAccount | undefined
  const over = createOver(accounts, registrations, () => guest)
  const agents = agentHeadersOf(settings)
  const powers = createPowers(host, (trunk) => accounts.named(trunk)?.answerer())
  const reply = createReply(random)
  let messages: Messages | undefined
  const texts = createProxyTexts({
    ...{ wire, request: sip.request, accounts, host, reply },
    accept: async (draft) => (await messages?.accept(draft)) ?? err('failure'),
  })
  const watching = createWatching({ timers, random, wire, request: sip.request, accounts, host, reply })
  const ring = createTrunkRing({
    ...{ legs, wire, random, timers, registrations, lines: over.lines, domain: host, ...agents },
    normal: (number) => number,
    powers,
    listeners: mediaPlansOf(settings),
  })
  return {
    routing: (others) => over.routing(others, settings.echo),
    trunks: over.trunks,
    ring: (others) => over.ring(others, ring),
    upstream: {
      async enter(wish) {
        const parked = parking.take(wish)
        const entered = parked ? ok(parked) : await enter(wish)
        if (!entered.ok) return entered
        const account = entered.value
        const own: UpstreamAccount = {
          ...account.found,
          isSame: ({ user: name, password }) =>
            account.wish.user === name && account.wish.password === password,
          state: () => account.state,
          watch(hear) {
            account.hear = (state) => {
              if (isRefused(state.code)) wish.refused?.()
              hear(state)
            }
          },
          lamps: {
            watch: (ext, _watcher, hear) => watching.lamp(account, ext, (lamp) => hear(lampFor(lamp))),
          },
          mailboxes: { watch: (_owner, hear) => watching.mailbox(account, hear) },
          leave: account.leave,
        }
        return ok(own)
      },
      async prove(wish) {
        if (accounts.entering >= MOST_PROOFS) return err('full')
        const entered = await enter(wish)
        if (!entered.ok) return entered
        parking.put(entered.value)
        return ok(entered.value.found.subscriber)
      },
    },
    carrier: texts.carrier,
    start(calls, kept) {
      messages = kept
      user = createProxiedUser({
        ...{ random, accounts, legs, calls, host, powers, ...agents, takers: [texts.take, watching.take] },
      })
      guest = keepGuest(settings, accounts, log)
      wire.start({ onData: (flow, octets) => sip.onData(flow, octets), onClose: (flow) => sip.onClose(flow) })
    },
    async close() {
      accounts.closeAll()
      names.close()
      await wire.close()
    },
  }
}
