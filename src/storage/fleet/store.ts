import type { GatewayStore } from '#core'
import type { Groups } from '../groups.ts'
import type { Thread } from '../thread.ts'
import type { PendingFleet } from './pending.ts'

export const createGatewayStore = (pending: PendingFleet, groups: Groups, thread: Thread): GatewayStore => ({
  save: (sim) => {
    pending.sim(sim)
    groups.background()
  },
  addRecipient: (key, month, recipient) => {
    pending.recipient(key, month, recipient)
    groups.background()
  },
  loadSims: (month) => thread.query('sims', month),
  handedTo: (line, mark, sinceMs) => thread.query('handedTo', line, mark, sinceMs),
  park: (report, claim) => {
    pending.park(report)
    if (claim) pending.key(claim)
    return groups.urgent()
  },
  unpark: (id) => {
    pending.unpark(id)
    groups.background()
  },
  loadParked: () => thread.query('parked'),
  noteKey: (claim) => {
    pending.key(claim)
    return groups.urgent()
  },
  holderOf: (key) => thread.query('keyHolder', key),
  keepTask: (task) => {
    pending.task(task)
    return groups.urgent()
  },
  task: (id) => thread.query('textTask', id),
  addEvent: (event, claim) => {
    pending.event(event)
    if (event.call) pending.call(event.call)
    if (claim) pending.key(claim, `${event.atMs}`)
    return groups.urgent()
  },
  saveCall: (call) => {
    pending.call(call)
    return groups.urgent()
  },
  events: (query) => thread.query('gatewayEvents', query),
  calls: (query) => thread.query('deviceCalls', query),
  deleteBefore: (ms) => thread.query('deleteOfGateways', ms),
})
