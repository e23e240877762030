import type { Outbox, StoredEvent } from '#core'
import type { Lanes } from './lanes.ts'

export type ReaderPorts = {
  outbox: Pick<Outbox, 'after' | 'some'>
  lanes: Lanes
  wants(type: string): boolean
}

/** Events in hand: more are read when these become fewer. */
const WINDOW = 256
/** With so many that fail while others pass, reading stops until some are through or given up. */
const MOST_RETRYING = 2000

/** Brings events from the outbox into the lanes, a page at a time. */
export const createReader = ({ outbox, lanes, wants }: ReaderPorts, from: number) => {
  const inHand = new Map<number, StoredEvent>()
  let [readTo, reading, more] = [from, false, true]

  const take = (events: readonly StoredEvent[]): void => {
    for (const event of events) {
      readTo = Math.max(readTo, event.seq)
      if (!wants(event.type)) continue
      lanes.add(event.subject, event.seq)
      if (inHand.size < 2 * WINDOW) inHand.set(event.seq, event)
    }
  }
  return {
    get readTo() {
      return readTo
    },
    /** There may be more than was read. */
    nudge(): void {
      more = true
    },
    rewind(seq: number): void {
      readTo = Math.min(readTo, seq)
      inHand.clear()
      more = true
    },
    /** True when there is something to do now; false when there is not. Rejects when the store cannot be read. */
    async read(): Promise<boolean> {
      const full = lanes.count - lanes.retrying >= WINDOW / 2 || lanes.count >= MOST_RETRYING
      if (reading || !more || full) return false
      reading = true
      more = false
      const begin = readTo
      try {
        const events = await outbox.after(begin, WINDOW)
        // A replay may have gone back meanwhile: then this page is none of its own.
        if (begin !== readTo) more = true
        else take(events)
        more ||= events.length === WINDOW
        // Or asked for while this page was under way.
        return events.length > 0 || more
      } catch (fault) {
        more = true
        throw fault
      } finally {
        reading = false
      }
    },
    /** Undefined: retention took it, and nobody can be told any more. */
    eventOf: async (seq: number): Promise<StoredEvent | undefined> =>
      inHand.get(seq) ?? (await outbox.some([seq]))[0],
    done: (seq: number): void => void inHand.delete(seq),
  }
}
export type Reader = ReturnType<typeof createReader>
