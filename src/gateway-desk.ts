import { type GatewayDesk, type RouteDesk, targetsOf } from '#admin'
import type { RouteSettings } from '#config'
import { createMessageTrial } from '#core'
import type { Ground } from './ground.ts'
import type { Network } from './network.ts'

const viewOf = ({ name, match, to, fallback, strategy, ...settings }: RouteSettings) => ({
  ...{ name, match: { ...match }, to, fallback, strategy, settings },
})

const createRouteDesk = ({ settings, timers }: Ground, { gateways }: Network): RouteDesk => {
  const { destinations, fleet } = gateways
  const tryMessage = createMessageTrial({ destinations, fleet, wallMs: () => timers.clock.wallMs() })
  return {
    list: () => settings.routes.map(viewOf),
    try: ({ from, to, tag }) => tryMessage(from, targetsOf(to) ?? [], tag),
  }
}

/** What operators see of gateways, SIM cards and routes. */
export const createGatewayDesk = (ground: Ground, network: Network): GatewayDesk => {
  const { fleet, drivers } = network.gateways
  return { fleet, drivers, records: ground.store.gateways, routes: createRouteDesk(ground, network) }
}
