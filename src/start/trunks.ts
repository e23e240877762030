import type { RouteSettings, Settings, TrunkSettings } from '#config'
import type { CallPlan, CallStage, Subscriber, Subscribers, TrunkPlan } from '#core'
import { parseHours } from '#lib/hours'
import type { Flow } from '#lib/wire'

/** A trunk as it is configured, or as lines of gateways name a user. `account`: the user that it registers as. */
export type TrunkWish = { plan: TrunkPlan; settings?: TrunkSettings; account?: Subscriber }

type GatewayLine = { device: string; id: string; trunk: string }

const gatewayLines = ({ goip, ejoin }: Settings): GatewayLine[] => [
  ...(goip?.lines ?? []).map(({ device, id, trunk }) => ({ device: device === '' ? id : device, id, trunk })),
  ...(ejoin?.devices ?? []).map(({ name, trunk }) => ({ device: name, id: '', trunk })),
]

const accountOf = (subscribers: Subscribers, name: string): Subscriber | undefined => {
  const bare = name.replace(/^(?:sips?|tel):/i, '')
  return subscribers.byImpi(bare) ?? subscribers.byIdentity(bare.replace(/@.*$/, ''))?.subscriber
}

/**
 * All trunks: those of the configuration, and the users that lines of gateways name as their SIP accounts. One of these
 * carries as many calls as it has lines; an Ejoin, whose lines are not configured, as many as it may have ports.
 */
export const trunkWishesOf = (settings: Settings, subscribers: Subscribers): TrunkWish[] => {
  const wishes = settings.trunks.map((trunk): TrunkWish => {
    const account = trunk.account === '' ? undefined : accountOf(subscribers, trunk.account)
    const plan = { name: trunk.name, mostCalls: trunk.max_calls }
    return { plan, settings: trunk, ...(account && { account }) }
  })
  const known = new Map(wishes.map((wish) => [wish.plan.name, wish]))
  for (const { id, trunk } of gatewayLines(settings)) {
    if (trunk === '') continue
    const calls = id === '' ? EJOIN_PORTS : 1
    const wish = known.get(trunk)
    const account = accountOf(subscribers, trunk)
    if (wish && !wish.settings) wish.plan.mostCalls += calls
    if (wish || !account) continue
    const made: TrunkWish = { plan: { name: trunk, mostCalls: calls }, account }
    known.set(trunk, made)
    wishes.push(made)
  }
  return wishes
}

const EJOIN_PORTS = 64

/** Trunks of the lines that `box1`, `box1/goipid1` or `*` names, each once. */
const trunksOfGateway = (lines: GatewayLine[], target: string): string[] => {
  const those = lines.filter(
    ({ device, id }) => target === '*' || target === device || target === `${device}/${id}`,
  )
  return [...new Set(those.map(({ trunk }) => trunk).filter((trunk) => trunk !== ''))]
}

/** What is left of a route's targets for calls; gateways that follow each other are one group. */
const stagesOf = (targets: string[], lines: GatewayLine[]): CallStage[] => {
  const stages: CallStage[] = []
  let group: Extract<CallStage, { kind: 'trunks' }> | undefined
  for (const target of targets) {
    const [kind, value] = [target.split(':', 1)[0], target.slice(target.indexOf(':') + 1)]
    if (kind === 'gateway') {
      const names = trunksOfGateway(lines, value)
      if (group) group.names.push(...names.filter((name) => !group?.names.includes(name)))
      else if (names.length > 0) {
        group = { kind: 'trunks', names }
        stages.push(group)
      }
      continue
    }
    group = undefined
    if (kind === 'trunk') stages.push({ kind: 'trunks', names: [value] })
    else if (kind === 'subscriber') stages.push({ kind, name: value })
    else if (kind === 'reject') stages.push({ kind, code: Number(value) })
  }
  return stages
}

const planOf = (route: RouteSettings, lines: GatewayLine[]): CallPlan => {
  const { name, match, allow, deny, strategy } = route
  const time = match.time === '' ? undefined : parseHours(match.time)
  return {
    ...{ name, allow, deny, strategy },
    match: {
      ...{ kind: match.kind, to: match.to, from: match.from },
      ...(match.tag !== undefined && { tag: match.tag }),
      ...(match.line !== undefined && { line: match.line }),
      ...(time && { time }),
    },
    stages: [...stagesOf(route.to, lines), ...stagesOf(route.fallback, lines)],
    fallbackOn: new Set(route.fallback_on),
  }
}

/** The routes that calls take. */
export const callPlansOf = (settings: Settings): CallPlan[] => {
  const lines = gatewayLines(settings)
  return settings.routes
    .filter(({ match }) => match.kind !== 'message')
    .map((route) => planOf(route, lines))
    .filter(({ stages }) => stages.length > 0)
}

/**
 * The trunk whose address a request comes from, where it is `trusted`: over UDP from its very port, over connections
 * from its address.
 */
export const createTrustedTrunks = (
  trunks: readonly TrunkSettings[],
  addressOf: (host: string) => string | undefined,
): ((flow: Flow) => string | undefined) => {
  const trusted = trunks.filter((trunk) => trunk.trusted && trunk.addr)
  if (trusted.length === 0) return () => undefined
  return ({ address, port, transport }) =>
    trusted.find(
      ({ addr }) =>
        addr && addressOf(addr.address) === address && (transport !== 'udp' || addr.port === port),
    )?.name
}
