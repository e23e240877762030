import type { Carrier } from './contract.ts'
import { createGroup, type Group, type GroupCarrier, type GroupPorts } from './group.ts'
import type { MessageRecord } from './record.ts'
import type { Turns } from './turns.ts'

/** Turns of all queues: those of one recipient one at a time, those of many in groups. */
export const createTurnsOfAll = (
  turns: Turns,
  carrierOf: (queue: string) => Carrier | undefined,
  ports: GroupPorts,
) => {
  const groups = new Map<string, Group>()
  const groupOf = (queue: string): Group | undefined => {
    const known = groups.get(queue)
    if (known) return known
    const carrier = carrierOf(queue)
    if (!carrier?.group) return undefined
    const group = createGroup(queue, carrier as GroupCarrier, ports)
    groups.set(queue, group)
    return group
  }
  const isAnyBlocked = (): boolean => {
    for (const group of groups.values()) if (group.blocked) return true
    return false
  }
  return {
    arrived(m: MessageRecord): void {
      const group = groupOf(m.queue)
      if (group) group.arrived(m)
      else turns.arrived(m)
    },
    freed(m: MessageRecord, ended: boolean): void {
      const group = groupOf(m.queue)
      if (group) group.freed(m, ended)
      else turns.freed(m)
    },
    wake: turns.wake,
    current: turns.current,
    /** Takes up what a process before this one left. */
    resume(queues: Iterable<string>): void {
      for (const queue of queues) groupOf(queue)?.pump()
    },
    /** There may be room for those who wait; who had some has the next turn last. */
    free(): void {
      if (!isAnyBlocked()) return
      for (const [queue, group] of [...groups]) {
        if (!group.blocked) continue
        group.free()
        if (group.blocked) continue
        groups.delete(queue)
        groups.set(queue, group)
      }
    },
    reload(): void {
      turns.reload()
      for (const group of groups.values()) group.reload()
    },
    /** Of a queue that waits as a whole, or of a message in it. */
    reasonOf: (queue: string, m?: MessageRecord): string | undefined => {
      const group = groups.get(queue)
      return group && m ? group.reasonOf(m) : turns.reasonOf(queue)
    },
  }
}
export type TurnsOfAll = ReturnType<typeof createTurnsOfAll>
