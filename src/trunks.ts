import {
  createAddressPlan,
  createCallRoutes,
  createTrunks,
  type Registrations,
  type Subscriber,
  type Subscribers,
} from '#core'
import {
  createTrunkRegistration,
  createTrunkRing,
  type RegistrationPorts,
  type TrunkLine,
  type TrunkRegistration,
} from '#ims'
import type { Random } from '#lib/random'
import type { Flow } from '#lib/wire'
import { createNames, type Names } from '#net'
import type { Legs } from '#sip'
import {
  callPlansOf,
  createTrustedTrunks,
  mediaPlansOf,
  printEndpoint,
  type TrunkWish,
  trunkWishesOf,
} from '#start'
import type { Ground } from './ground.ts'
import { agentHeadersOf } from './webphone.ts'

type TrunkPorts = {
  subscribers: Subscribers
  registrations: Registrations
  legs: Legs
  random: Random
  request: RegistrationPorts['request']
  keep: RegistrationPorts['keep']
}

/** How a trunk does; `registration` where we register there. */
export type TrunkView = {
  name: string
  calls: number
  mostCalls: number
  rests: boolean
  reachable: boolean
  registration?: TrunkRegistration
}

const SIP_PORT = 5060

const lineOf = ({ plan, settings, account }: TrunkWish, names: Names): TrunkLine => {
  const { addr, transport = 'udp', user = '', password = '', domain = '' } = settings ?? {}
  const {
    trusted = false,
    caller = '',
    strip = 0,
    prefix = '',
    number_format = 'as_dialled',
  } = settings ?? {}
  const own = addr && (addr.port === SIP_PORT ? hostOf(addr.address) : printEndpoint(addr.address, addr.port))
  return {
    ...{ name: plan.name, transport, trusted, caller, strip, prefix, format: number_format },
    host: domain === '' ? (own ?? 'localhost') : domain,
    endpoint: () => {
      const address = addr && names.addressOf(addr.address)
      return address === undefined || !addr ? undefined : { address, port: addr.port }
    },
    ...(account && { account }),
    ...(user !== '' && { login: { username: user, password } }),
  }
}

const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** Trunks: who they are, how they are rung, and which calls go there. */
export const createTrunkSide = ({ settings, timers, log, wire }: Ground, ports: TrunkPorts) => {
  const { subscribers, registrations, legs, random, request, keep } = ports
  const { clock } = timers
  const names = createNames(
    settings.trunks.flatMap(({ addr }) => (addr ? [addr.address] : [])),
    timers,
  )
  const wishes = trunkWishesOf(settings, subscribers)
  const lines = new Map(wishes.map((wish) => [wish.plan.name, lineOf(wish, names)]))
  const accounts = new Map<Subscriber, string>()
  for (const { plan, account } of wishes) if (account) accounts.set(account, plan.name)
  const trunks = createTrunks(
    wishes.map(({ plan }) => plan),
    clock,
  )
  const addresses = createAddressPlan(settings.region)
  const trunkRing = createTrunkRing({
    ...{ legs, wire, random, timers, registrations, lines },
    ...agentHeadersOf(settings),
    domain: settings.domain,
    normal: addresses.normal,
    listeners: mediaPlansOf(settings),
  })
  const trustedTrunk = createTrustedTrunks(settings.trunks, names.addressOf)
  const registered = new Map(
    settings.trunks
      .filter(({ register }) => register)
      .map(({ name }) => {
        const line = lines.get(name) as TrunkLine
        return [name, createTrunkRegistration({ timers, random, log, wire, request, keep }, line)] as const
      }),
  )
  return {
    trunks,
    trunkRing,
    routes: createCallRoutes(callPlansOf(settings), addresses, () => clock.wallMs()),
    trusted: (flow: Flow): boolean => trustedTrunk(flow) !== undefined,
    /** The trunk that a call comes in by: the account that proved itself, or the neighbour whose address it is. */
    trunkOf: (flow: Flow, subscriber: Subscriber | undefined): string | undefined =>
      subscriber ? accounts.get(subscriber) : trustedTrunk(flow),
    list: (): TrunkView[] =>
      trunks.list().map((state) => {
        const registration = registered.get(state.name)?.state
        return {
          ...state,
          reachable: trunkRing.placeOf(state.name) !== undefined,
          ...(registration && { registration }),
        }
      }),
    start: (): void => {
      for (const registration of registered.values()) registration.start()
    },
    close: (): void => {
      for (const registration of registered.values()) registration.close()
      names.close()
    },
  }
}
