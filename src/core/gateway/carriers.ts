import type { Carrier } from '../messages/contract.ts'
import type { Destinations } from '../routes/destinations.ts'
import { type CarrierPorts, createGatewayCarrier } from './carrier.ts'
import { createWebhookCarrier, type PostJson } from './webhook-carrier.ts'

export type RouteCarrierPorts = CarrierPorts & { destinations: Destinations; post: PostJson }

/** Who carries the texts of a route's queue; undefined: no such route, or none that needs anybody. */
export const createRouteCarriers = (ports: RouteCarrierPorts): ((queue: string) => Carrier | undefined) => {
  const carriers = new Map<string, Carrier>()
  const made = (queue: string): Carrier | undefined => {
    const place = ports.destinations.stageOf(queue)
    if (!place) return undefined
    const { plan, stage } = place
    const isLast = plan.stages.at(-1) === stage
    // Without another way a text waits for as long as it lives.
    const patient = isLast ? { ...plan, fallbackAfterMs: 0 } : plan
    if (stage.kind === 'gateway') return createGatewayCarrier(patient, stage.targets, ports)
    return stage.kind === 'webhook' ? createWebhookCarrier(plan, stage.url, isLast, ports) : undefined
  }
  return (queue) => {
    const known = carriers.get(queue)
    if (known) return known
    const carrier = made(queue)
    if (carrier) carriers.set(queue, carrier)
    return carrier
  }
}
