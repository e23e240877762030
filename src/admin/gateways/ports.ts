import type { DeviceKind, Fleet, GatewayDriver, GatewayStore } from '#core'
import type { RouteTryRequest, RouteTryView, RouteView } from './contract.ts'

/** The configured routes, and what they would do. */
export type RouteDesk = {
  list(): RouteView[]
  /** Nothing is sent, and nobody is called. */
  try(wish: RouteTryRequest): RouteTryView
}

/** What REST and monitor see of gateways and do with them. */
export type GatewayDesk = {
  fleet: Pick<Fleet, 'list' | 'get' | 'devices' | 'cards' | 'lock'>
  drivers: ReadonlyMap<DeviceKind, GatewayDriver>
  records: Pick<GatewayStore, 'events' | 'calls'>
  routes: RouteDesk
}
