import type { CallOffer } from './call-ports.ts'
import type { CallRecord } from './records.ts'

/** The record of a call that has just arrived. */
export const recordOf = (id: string, offer: CallOffer, startedAtMs: number): CallRecord => ({
  id,
  caller: offer.caller.identity,
  callee: offer.dialled.text,
  dialled: offer.dialled.text,
  kind: offer.kind ?? 'call',
  video: offer.description?.video ?? false,
  startedAtMs,
  ...(offer.caller.subscriber && { callerImpi: offer.caller.subscriber.impi }),
  ...(offer.guest && { guest: offer.guest }),
  ...(offer.site && { site: offer.site }),
  ...(offer.transferredFrom !== undefined && { transferredFrom: offer.transferredFrom }),
  callIds: offer.callId === '' ? [] : [offer.callId],
})
