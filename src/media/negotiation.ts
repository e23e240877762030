import type { Side } from '#core'
import {
  addressKind,
  eventsOf,
  heldDirection,
  isRelayable,
  isSealed,
  payloadTypesOf,
  type Sdp,
  type SdpMedium,
} from '#sdp'
import type { LegPlan, MediumPlan } from './commands.ts'
import type { Pair } from './ports.ts'

/** One medium of a call at its place in every description. */
export type Medium = {
  pairs: Record<Side, Pair | undefined>
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
  const kind = addressKind(address)
  if (kind === 'name') return { address: '', family }
  if (kind === 'group' || address.includes(':') !== (family === 6)) return 'unusable'
  return { address: kind === 'unspecified' ? '' : address, family }
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
  const usable = other !== undefined && addressKind(other).startsWith('host')
  const same = usable && other.includes(':') === address.includes(':')
  return { rtcpAddress: same && address !== '' ? other : address, rtcpPort: port > 65_535 ? 0 : port }
}

export const planLeg = (medium: SdpMedium, pair: Pair, mux: boolean): LegPlan => {
  const place = placeOf(medium)
  const address = place === 'unusable' ? '' : place.address
  return {
    ...{ slot: pair.slot, address, port: medium.port, mux },
    ...rtcpPlaceOf(medium, address),
    direction: heldDirection(medium) ?? medium.direction,
  }
}

/** The payload types of both descriptions: an answerer should use the offer's numbers but need not. */
const typesOf = (one: SdpMedium, other: SdpMedium | undefined): number[] => {
  const types = [...new Set(payloadTypesOf(one))]
  if (other) for (const type of payloadTypesOf(other)) if (!types.includes(type)) types.push(type)
  return types
}

/** The same of the telephone-events: what `other` says of a type counts. */
const eventsIn = (one: SdpMedium, other: SdpMedium | undefined): MediumPlan['events'] => {
  const events = isSealed(one) ? [] : eventsOf(one)
  if (!other || isSealed(other)) return events
  for (const event of eventsOf(other)) {
    const at = events.findIndex(([type]) => type === event[0])
    if (at < 0) events.push(event)
    else events[at] = event
  }
  return events
}

/**
 * How a medium flows that `one`, the description of `from`, offered, and `other` answered (without: it is sent back).
 * Undefined when a pair is missing.
 */
export const planMedium = (
  index: number,
  medium: Medium,
  from: Side,
  one: SdpMedium,
  other: SdpMedium | undefined,
): MediumPlan | undefined => {
  const { pairs, mux } = medium
  const plan: MediumPlan = {
    index,
    type: one.type === 'video' ? 'video' : 'audio',
    types: typesOf(one, other),
    events: eventsIn(one, other),
  }
  for (const side of ['caller', 'callee'] as const) {
    const description = side === from ? one : other
    const pair = pairs[side]
    if (!description) continue
    if (!pair) return undefined
    plan[side] = planLeg(description, pair, mux[side])
  }
  return plan
}
