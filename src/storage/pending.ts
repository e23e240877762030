import type { CallRecord, StoredBinding } from '#core'
import { type Batch, emptyBatch, pushBinding, pushCall } from './batch.ts'
import { createPendingFleet, type PendingFleet, type TakenFleet } from './fleet/pending.ts'
import { createPendingMessages, type PendingMessages, type TakenMessages } from './messages/pending.ts'
import { createPendingOutbox, type PendingOutbox, type TakenOutbox } from './outbox/pending.ts'
import { createPendingPhone, type PendingPhone } from './phone/pending.ts'
import { createPendingSounds, type PendingSounds } from './sounds/pending.ts'

type Unbinding = { impi: string; contact: string; data?: never }

/**
 * What waits to be written, folded to the last state of each record. Bindings are bounded by the users that exist;
 * calls by `maxCalls`, past which `call` gives false and forgets the record that waited longest.
 */
export type Pending = {
  sqn(impi: string, sqn: bigint): void
  setting(name: string, value: string): void
  binding(binding: StoredBinding | Unbinding): void
  call(record: CallRecord): boolean
  readonly messages: PendingMessages
  readonly outbox: PendingOutbox
  readonly fleet: PendingFleet
  readonly phone: PendingPhone
  readonly sounds: PendingSounds
  readonly urgent: number
  readonly background: number
  /** Empties it; `all` false leaves the background part where it is. */
  take(all: boolean): Taken
  /** Puts back the background part of a batch that could not be written; what came meanwhile is newer and stays. */
  restore(taken: Taken): void
}

export type Taken = {
  batch: Batch
  bindings: Map<string, StoredBinding | Unbinding>
  calls: Map<string, CallRecord>
  messages: TakenMessages
  outbox: TakenOutbox
  fleet: TakenFleet
}

export const createPending = (maxCalls: number): Pending => {
  let sqns = new Map<string, bigint>()
  let settings = new Map<string, string>()
  let bindings = new Map<string, StoredBinding | Unbinding>()
  let calls = new Map<string, CallRecord>()
  const messages = createPendingMessages()
  const outbox = createPendingOutbox()
  const fleet = createPendingFleet()
  const phone = createPendingPhone()
  const sounds = createPendingSounds()

  const takeUrgent = (batch: Batch): void => {
    for (const [impi, sqn] of sqns) batch.sqns.push(impi, Number(sqn))
    for (const [name, value] of settings) batch.settings.push(name, value)
    if (sqns.size) sqns = new Map()
    if (settings.size) settings = new Map()
  }
  const fill = (batch: Batch): void => {
    for (const one of bindings.values())
      if (one.data === undefined) batch.unbound.push(one.impi, one.contact)
      else pushBinding(batch.bindings, one)
    for (const record of calls.values()) pushCall(batch.calls, record)
  }
  return {
    sqn: (impi, sqn) => void sqns.set(impi, sqn),
    setting: (name, value) => void settings.set(name, value),
    binding: (binding) => void bindings.set(`${binding.impi}\0${binding.contact}`, binding),
    call: (record) => {
      calls.set(record.id, record)
      if (calls.size <= maxCalls) return true
      calls.delete(calls.keys().next().value as string)
      return false
    },
    messages,
    outbox,
    fleet,
    phone,
    sounds,
    get urgent() {
      return sqns.size + settings.size + messages.urgent + fleet.urgent + phone.urgent + sounds.urgent
    },
    get background() {
      return bindings.size + calls.size + messages.background + outbox.background + fleet.background
    },
    take: (all) => {
      const batch = emptyBatch()
      takeUrgent(batch)
      phone.take(batch)
      sounds.take(batch)
      // Gateways first: a key that names no message yet gives way to the message that it names in the end.
      const ofFleet = fleet.take(batch, all)
      const gone = {
        messages: messages.take(batch, all),
        outbox: outbox.take(batch, all),
        fleet: ofFleet,
      }
      if (!all) return { batch, ...gone, bindings: new Map(), calls: new Map() }
      fill(batch)
      const taken: Taken = { batch, ...gone, bindings, calls }
      bindings = new Map()
      calls = new Map()
      return taken
    },
    restore: (taken) => {
      for (const [key, one] of bindings) taken.bindings.set(key, one)
      for (const [id, record] of calls) taken.calls.set(id, record)
      bindings = taken.bindings
      calls = taken.calls
      taken.fleet.restore()
    },
  }
}
