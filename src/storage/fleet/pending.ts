import type { DedupeClaim, GatewayCall, GatewayEvent, KeptSim, ParkedReport, TextTask } from '#core'
import type { Batch, Value } from '../batch.ts'
import { pushDeviceCall, pushGatewayEvent, pushReport, pushSim, pushTask } from './columns.ts'

/** What of gateways is on its way to the disk: folded to the last state of each card and call. */
export type PendingFleet = {
  sim(sim: Readonly<KeptSim>): void
  recipient(key: string, month: number, recipient: number): void
  unpark(id: string): void
  park(report: ParkedReport): void
  /** `id`: what it names; none is no message. */
  key(claim: DedupeClaim, id?: string): void
  task(task: TextTask): void
  event(event: GatewayEvent): void
  call(call: GatewayCall): void
  readonly urgent: number
  readonly background: number
  take(batch: Batch, all: boolean): TakenFleet
}

/** `restore`: the background part waits for the next try; what came meanwhile is newer. */
export type TakenFleet = { restore(): void }

type Background = { sims: Map<string, Readonly<KeptSim>>; recipients: Value[]; unparked: string[] }

const empty = (): Background => ({ sims: new Map(), recipients: [], unparked: [] })

export const createPendingFleet = (): PendingFleet => {
  let later = empty()
  let parked: ParkedReport[] = []
  let keys: Value[] = []
  let tasks: TextTask[] = []
  let events: GatewayEvent[] = []
  let calls = new Map<string, GatewayCall>()

  const takeUrgent = (batch: Batch): void => {
    for (const report of parked) pushReport(batch.parked, report)
    for (const value of keys) batch.keys.push(value)
    for (const task of tasks) pushTask(batch.tasks, task)
    for (const event of events) pushGatewayEvent(batch.gatewayEvents, event)
    for (const call of calls.values()) pushDeviceCall(batch.deviceCalls, call)
    if (parked.length > 0) parked = []
    if (keys.length > 0) keys = []
    if (tasks.length > 0) tasks = []
    if (events.length > 0) events = []
    if (calls.size > 0) calls = new Map()
  }
  return {
    sim: (sim) => void later.sims.set(sim.key, sim),
    recipient: (key, month, recipient) => void later.recipients.push(key, month, recipient),
    unpark: (id) => void later.unparked.push(id),
    park: (report) => void parked.push(report),
    key: ({ key, untilMs }, id = '') => void keys.push(key, id, untilMs),
    task: (task) => void tasks.push(task),
    event: (event) => void events.push(event),
    call: (call) => void calls.set(call.key, call),
    get urgent() {
      return parked.length + keys.length + tasks.length + events.length + calls.size
    },
    get background() {
      return later.sims.size + later.recipients.length + later.unparked.length
    },
    take: (batch, all) => {
      takeUrgent(batch)
      if (!all) return { restore: () => {} }
      const taken = later
      later = empty()
      for (const [key, sim] of taken.sims) pushSim(batch.sims, key, sim)
      batch.recipients = taken.recipients
      batch.unparked = taken.unparked
      return {
        restore: () => {
          for (const [key, sim] of later.sims) taken.sims.set(key, sim)
          later = {
            sims: taken.sims,
            recipients: [...taken.recipients, ...later.recipients],
            unparked: [...taken.unparked, ...later.unparked],
          }
        },
      }
    },
  }
}
