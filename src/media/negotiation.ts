import type { Side } from '#core'
import {
  addressBytes,
  codecsOf,
  heldDirection,
  isGroup,
  isRelayable,
  isSealed,
  isUnspecified,
  payloadTypesOf,
  type Sdp,
  type SdpMedium,
} from '#sdp'
import type { LegPlan, MediumPlan } from './commands.ts'
import type { Pair } from './ports.ts'

/** One medium of a call at its place in every description. */
export type Medium = {
  pairs: Partial<Record<Side, Pair>>
  /** RTCP shares the RTP port of that side, RFC 5761. */
  mux: Record<Side, boolean>
}

export type Family = 4 | 6

/** What can be said of a medium's address by itself. */
type Place = { address: string; family: Family } | 'unusable'

/** A name is a place that only learning can find: names in descriptions are not resolved. */
const placeOf = ({ connection }: SdpMedium): Place => {
  if (!connection) return 'unusable'
  const { address, family } = connection
  const octets = addressBytes(address)
  if (!octets) return { address: '', family }
  if (octets.length !== (family === 4 ? 4 : 16) || isGroup(octets)) return 'unusable'
  return { address: isUnspecified(octets) ? '' : address, family }
}

/** The family of the first medium that could be relayed; undefined when none says a usable address. */
export const familyOf = (sdp: Sdp): Family | undefined => {
  for (const medium of sdp.media) {
    const place = isRelayable(medium) ? placeOf(medium) : 'unusable'
    if (place !== 'unusable') return place.family
  }
  return undefined
}

/** Whether this medium can flow between its party and a listener of that family. */
export const isUsable = (medium: SdpMedium, family: Family): boolean => {
  if (!isRelayable(medium)) return false
  const place = placeOf(medium)
  return place !== 'unusable' && place.family === family
}

/** Where RTCP goes: a=rtcp (RFC 3605), else the RTP port plus one; its own address only in the same family. */
const rtcpPlaceOf = (medium: SdpMedium, address: string): { rtcpAddress: string; rtcpPort: number } => {
  const { rtcp } = medium
  const port = rtcp?.port ?? medium.port + 1
  const other = rtcp?.connection?.address
  const octets = other === undefined ? undefined : addressBytes(other)
  const usable = octets && !isGroup(octets) && !isUnspecified(octets)
  const same = usable && other !== undefined && other.includes(':') === address.includes(':')
  return { rtcpAddress: same && address !== '' ? other : address, rtcpPort: port > 65_535 ? 0 : port }
}

const planLeg = (medium: SdpMedium, pair: Pair, mux: boolean): LegPlan => {
  const place = placeOf(medium)
  const address = place === 'unusable' ? '' : place.address
  return {
    ...{ slot: pair.slot, address, port: medium.port, mux },
    ...rtcpPlaceOf(medium, address),
    direction: heldDirection(medium) ?? medium.direction,
  }
}

const eventsOf = (medium: SdpMedium): [number, number][] => {
  if (isSealed(medium)) return []
  const events: [number, number][] = []
  for (const [type, { name, rate }] of codecsOf(medium))
    if (type <= 127 && name.toLowerCase() === 'telephone-event') events.push([type, rate])
  return events
}

/** The payload types of both descriptions: an answerer should use the offer's numbers but need not. */
const typesOf = (descriptions: readonly SdpMedium[]): Pick<MediumPlan, 'types' | 'events'> => ({
  types: [...new Set(descriptions.flatMap(payloadTypesOf))],
  events: [...new Map(descriptions.flatMap(eventsOf))],
})

/** How a medium flows between the sides that are given; undefined when a pair is missing. */
export const planMedium = (
  index: number,
  medium: Medium,
  described: Partial<Record<Side, SdpMedium>>,
): MediumPlan | undefined => {
  const all = Object.values(described)
  const plan: MediumPlan = { index, type: all[0]?.type === 'video' ? 'video' : 'audio', ...typesOf(all) }
  for (const side of ['caller', 'callee'] as const) {
    const description = described[side]
    const pair = medium.pairs[side]
    if (!description) continue
    if (!pair) return undefined
    plan[side] = planLeg(description, pair, medium.mux[side])
  }
  return plan
}
