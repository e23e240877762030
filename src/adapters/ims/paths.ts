import { isForEmergency } from '#core'
import { type Flow, trustLike, type Wire } from '#lib/wire'
import { type Dialog, nextHopOf, parseUri, sameUri } from '#sip'
import { endpointOf } from './reach.ts'

/** `sip:` URI by which others reach us on the flow's own transport, RFC 3261 §8.1.1.8. */
export const ownUri = ({ local, transport }: Flow, user?: string): string => {
  const host = local.address.includes(':') ? `[${local.address}]` : local.address
  const parameter = transport === 'udp' ? '' : `;transport=${transport === 'wss' ? 'ws' : transport}`
  const scheme = transport === 'wss' ? 'sips' : 'sip'
  return `${scheme}:${user === undefined ? '' : `${user}@`}${host}:${local.port}${parameter}`
}

export const contactHeader = (flow: Flow): string => `<${ownUri(flow)}>`

/**
 * The path of a request inside a dialogue, RFC 3261 §12.2.1.1. The connection it runs over, while it stands; over UDP
 * the first route, or the peer's contact where that is on the very host it speaks from. A contact elsewhere is the
 * inside of a NAT: then the way it came is the only way back.
 */
export const createFlowChoice =
  (wire: Wire) =>
  (dialog: Dialog, flow: Flow): Flow => {
    if (flow.reliable && flow.open) return flow
    const hop = endpointOf(nextHopOf(dialog))
    if (!hop || (dialog.routes.length === 0 && hop.address !== flow.address)) return flow
    if (hop.address === flow.address && hop.port === flow.port && hop.transport === flow.transport)
      return flow
    return wire.flowTo(hop.transport, hop, flow.listener, trustLike(flow)) ?? flow
  }

/** Whether two contacts are the same place in different spellings, RFC 3261 §19.1.4; one for emergencies is another. */
export const sameContact = (a: string, b: string): boolean => {
  if (a === b) return true
  const [first, second] = [parseUri(a), parseUri(b)]
  if (!first.ok || !second.ok || !sameUri(first.value, second.value)) return false
  return isForEmergency({ contact: a }) === isForEmergency({ contact: b })
}
