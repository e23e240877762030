import type { GatewayCall, GatewayEvent, InboundReport } from '../fleet/contract.ts'
import type { KeptSim, SimStore } from '../fleet/sims.ts'

/** A report that no text is known for yet; `id` is its own. */
export type ParkedReport = InboundReport & { id: string }

/** What is kept of gateways and their cards. Promises of writers resolve after commit and fsync. */
export type GatewayStore = SimStore & {
  /** Every card, with those whom it texted in `month`. */
  loadSims(month: number): Promise<(KeptSim & { recipients: number[] })[]>
  /**
   * The message that was last handed over to a line since `sinceMs` under a mark: the device's reference, or `#` and
   * the recipient.
   */
  handedTo(line: string, mark: string, sinceMs: number): Promise<string | undefined>
  park(report: ParkedReport): Promise<void>
  unpark(id: string): void
  loadParked(): Promise<ParkedReport[]>
  addEvent(event: GatewayEvent): Promise<void>
  saveCall(call: GatewayCall): Promise<void>
  /** Newest first, at most 1000; of one line or of all. `before`: `seq` of the last one of the page before. */
  events(query: {
    limit: number
    line?: string
    before?: number
  }): Promise<(GatewayEvent & { seq: number })[]>
  /** Newest first by their beginning, at most 1000. */
  calls(query: { limit: number; line?: string; beforeMs?: number }): Promise<GatewayCall[]>
  /** Retention of events, calls, marks and parked reports; gives how many went. */
  deleteBefore(ms: number): Promise<number>
}

export const markOf = (reference: string | undefined, recipient: string): string =>
  reference === undefined ? `#${recipient}` : reference
