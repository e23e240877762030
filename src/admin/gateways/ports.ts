import type { DeviceKind, Fleet, GatewayDriver, GatewayStore } from '#core'
import type { Result } from '#lib/result'
import type { GoipLineView, RouteTryRequest, RouteTryView, RouteView, TrunkView } from './contract.ts'

/** The configured routes, and what they would do. */
export type RouteDesk = {
  list(): RouteView[]
  /** Nothing is sent, and nobody is called. */
  try(wish: RouteTryRequest): RouteTryView
  /** Name of the route by which a text to this number would leave now; it costs no look at lines. */
  taken(text: { from: string; to: string; tag: string }): string | undefined
}

/** A line of a GoIP gateway as `goip.lines` of the configuration has it; what is left out is as there. */
export type GoipLineWish = { id: string; password: string } & Record<string, string | number | boolean>

export type GoipLineDesk = {
  /** Id of the line in the fleet; on disk when it returns. */
  put(wish: GoipLineWish): Result<string, 'configured' | 'ejoin' | 'full' | 'failure'>
  remove(id: string): Result<void, 'configured' | 'unknown' | 'failure'>
  /** All there are, those of the configuration too, in the order of their ids behind the id `after`. */
  lines(after?: string): Iterable<GoipLineView>
}

/** What REST and monitor see of gateways and do with them. */
export type GatewayDesk = {
  fleet: Pick<Fleet, 'lines' | 'get' | 'devices' | 'cards' | 'lock'>
  drivers: ReadonlyMap<DeviceKind, GatewayDriver>
  records: Pick<GatewayStore, 'events' | 'calls' | 'keepTask' | 'task'>
  routes: RouteDesk
  trunks(): TrunkView[]
  /** Absent: no port for GoIP gateways is open. */
  goipLines?: GoipLineDesk
}
