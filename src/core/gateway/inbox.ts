import type { Timers } from '#lib/clock'
import { err, ok } from '#lib/result'
import type { Fleet, GatewayInbox, InboundText } from '../fleet/contract.ts'
import type { Messages } from '../messages/contract.ts'
import type { MessageVia } from '../messages/record.ts'
import type { GatewayStore } from './store.ts'

export type InboxPorts = {
  timers: Timers
  fleet: Pick<Fleet, 'get' | 'received'>
  messages: Pick<Messages, 'accept' | 'report'>
  store: GatewayStore
}

const viaOf = ({ line, sim }: InboundText, fleet: InboxPorts['fleet']): MessageVia => {
  const { iccid, imsi, number, operator } = { ...fleet.get(line)?.sim, ...sim }
  return {
    line,
    ...(iccid !== undefined && { iccid }),
    ...(imsi !== undefined && { imsi }),
    ...(number !== undefined && { number }),
    ...(operator !== undefined && { operator }),
  }
}

export const createGatewayInbox = ({ fleet, messages, store }: InboxPorts): GatewayInbox => ({
  async text(text) {
    const via = viaOf(text, fleet)
    const to = via.number ?? text.line
    const accepted = await messages.accept({
      ...{ origin: 'gateway', from: text.from, to: { user: to, text: to }, via, dedupe: text.dedupe },
      ...(text.keyMs !== undefined && { dedupeMs: text.keyMs }),
      body: { kind: 'text', text: text.text },
    })
    if (!accepted.ok) return err(accepted.error === 'overloaded' ? 'overloaded' : 'failure')
    if (!accepted.value.duplicate) fleet.received(text.line, text.from)
    return accepted
  },
  report: async () => ok(undefined),
  event: (event) => kept(store.addEvent(event)),
  call: (call) => kept(store.saveCall(call)),
})

const kept = (writing: Promise<void>) =>
  writing.then(
    () => ok(undefined),
    () => err('failure' as const),
  )
