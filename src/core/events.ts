import type { Binding } from './bindings.ts'
import type { CallOffer } from './call-ports.ts'
import type { GatewayEvent, Line } from './fleet/contract.ts'
import type { MessageRecord, MessageStep } from './messages/record.ts'
import type { Side } from './ports.ts'
import type { CallRecord } from './records.ts'
import type { Found } from './subscribers.ts'

/** What happened, for those who watch. Events never make work happen. */
export type CoreEvent =
  /** `binding` is the live one: what it says holds while the event is heard. */
  | {
      kind: 'registration.changed'
      impi: string
      change: RegistrationChange
      contact: string
      binding: Binding
    }
  /** `live`: the call itself; what it says holds while the event is heard. */
  | { kind: 'call.changed'; call: CallRecord; state: CallState; live?: LiveCall }
  /** Told after the commit. `step` is the last one of the message. */
  | { kind: 'message.changed'; message: MessageRecord; step: MessageStep }
  | { kind: 'source.blocked'; source: string; minutes: number }
  /** Its state, its card, or what stands against it. */
  | { kind: 'line.changed'; line: Line }
  /** Told after the commit: what an operator should look at. */
  | { kind: 'gateway.alarm'; alarm: GatewayEvent }

/** A call as those see it who look closer than its record. */
export type LiveCall = {
  readonly record: CallRecord
  readonly state: CallState
  readonly offer: Pick<CallOffer, 'caller'>
  /** Whose phones ring, or who answered, where that is one of ours. */
  readonly called: Found | undefined
  /** Who has put the other one on hold. */
  readonly held: Readonly<Record<Side, boolean>>
  /** The party that went first. */
  readonly endedFrom: Side | undefined
}

export type RegistrationChange = 'registered' | 'refreshed' | 'unregistered' | 'expired' | 'deregistered'
export type CallState = 'routing' | 'ringing' | 'answered' | 'held' | 'ended'

export type Events = {
  publish(event: CoreEvent): void
  subscribe(hear: (event: CoreEvent) => void): () => void
}

/** `onBug`: a hearer threw. What happened has happened all the same, and the others hear of it. */
export const createEvents = (onBug: (bug: unknown) => void = () => {}): Events => {
  const hearers = new Set<(event: CoreEvent) => void>()
  return {
    publish: (event) => {
      for (const hear of hearers)
        try {
          hear(event)
        } catch (bug) {
          onBug(bug)
        }
    },
    subscribe: (hear) => {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
  }
}
