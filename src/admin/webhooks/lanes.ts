/** The events of one subject, in their order: one at a time is under way. */
export type Lane = {
  subject: string
  /** Of events not delivered yet, first in turn first. */
  seqs: number[]
  /** Failed attempts of the first one. */
  attempts: number
  /** Not before, wall clock. */
  nextAtMs: number
  busy: boolean
}

/**
 * Which event goes next. A lane whose first event failed waits for its time, all others pass it by; those of equal
 * standing take turns.
 */
export const createLanes = () => {
  const lanes = new Map<string, Lane>()
  let count = 0
  const laneOf = (subject: string): Lane => {
    let lane = lanes.get(subject)
    if (!lane) {
      lane = { subject, seqs: [], attempts: 0, nextAtMs: 0, busy: false }
      lanes.set(subject, lane)
    }
    return lane
  }
  return {
    add(subject: string, seq: number): Lane {
      const lane = laneOf(subject)
      if (!lane.seqs.includes(seq)) {
        lane.seqs.push(seq)
        count++
      }
      return lane
    },
    /** The lane that has waited longest among those that may go. */
    next(wallMs: number): Lane | undefined {
      for (const lane of lanes.values()) if (!lane.busy && lane.nextAtMs <= wallMs) return lane
      return undefined
    },
    /** Its first event is done with, one way or the other. */
    done(lane: Lane): void {
      lane.seqs.shift()
      count--
      lane.busy = false
      lane.attempts = 0
      lane.nextAtMs = 0
      lanes.delete(lane.subject)
      if (lane.seqs.length > 0) lanes.set(lane.subject, lane)
    },
    /** Its first event comes again later, behind all who wait now. */
    failed(lane: Lane, nextAtMs: number): void {
      lane.busy = false
      lane.attempts++
      lane.nextAtMs = nextAtMs
      lanes.delete(lane.subject)
      lanes.set(lane.subject, lane)
    },
    /** The endpoint answers again: nobody needs to wait any more. */
    hurry(): void {
      for (const lane of lanes.values()) lane.nextAtMs = 0
    },
    /** Forgets what will be read again. */
    dropAfter(seq: number): void {
      for (const lane of [...lanes.values()]) {
        const kept = lane.seqs.filter((one, at) => one <= seq || (at === 0 && lane.busy))
        count -= lane.seqs.length - kept.length
        lane.seqs = kept
        if (kept.length === 0) lanes.delete(lane.subject)
      }
    },
    list: (): Iterable<Lane> => lanes.values(),
    get count(): number {
      return count
    },
    /** How many have failed at least once. */
    get retrying(): number {
      let total = 0
      for (const lane of lanes.values()) if (lane.attempts > 0) total += lane.seqs.length
      return total
    },
    /** When the next one may go; undefined: now, or none waits. */
    nextAtMs(): number | undefined {
      let least: number | undefined
      for (const { busy, nextAtMs } of lanes.values())
        if (!busy && (least === undefined || nextAtMs < least)) least = nextAtMs
      return least
    },
  }
}
export type Lanes = ReturnType<typeof createLanes>
