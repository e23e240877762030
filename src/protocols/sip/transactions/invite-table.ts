import type { Timers } from '#lib/clock'
import { Table } from '#lib/table'
import type { Flow } from '#lib/wire'
import type { TimerValues } from '../contract.ts'
import type { SipRequest } from '../grammar/message.ts'
import type { Via } from '../grammar/via.ts'
import type { SipLimits } from '../transport/limits.ts'
import type { Port } from '../transport/port.ts'
import { createSources } from '../transport/sources.ts'
import { type InviteRoom, InviteServer } from './invite-server-machine.ts'
import { dialogueOf } from './matching.ts'
import { Shelf } from './shelf.ts'

export type InviteTablePorts = {
  timers: Timers
  values: TimerValues
  limits: SipLimits
  /** Sources without a limit of their own. */
  exempt(address: string): boolean
  port: Port
}

/** The INVITE server transactions: those that act, and on shelves those that wait for what is late. */
export class InviteTable {
  readonly #room: InviteRoom
  readonly #live = new Table<string, InviteServer>()
  readonly #accepted: Shelf<InviteServer | undefined>
  readonly #confirmed: Shelf<undefined>
  /** Accepted ones whose ACK, with a branch of its own, is still to come; by dialogue. */
  readonly #unacknowledged = new Table<string, InviteServer>()
  readonly #sources: ReturnType<typeof createSources>
  repetitions = 0
  /** Of the messages that the live ones keep. */
  octets = 0

  constructor({ timers, values, limits, exempt, port }: InviteTablePorts) {
    this.#sources = createSources(limits.invitesPerSource, limits.inviteOctetsPerSource, exempt)
    const limit = limits.completed
    this.#confirmed = new Shelf({ timers, holdMs: values.t4, limit })
    const onLeave = (transaction: InviteServer | undefined, early: boolean): void => {
      if (transaction) this.#leaveAccepted(transaction, early)
    }
    this.#accepted = new Shelf({ timers, holdMs: 64 * values.t1, limit, onLeave })
    this.#room = {
      timers,
      values,
      print: port.print,
      reply: port.reply,
      onBug: port.onBug,
      onAccepted: (transaction) => this.#onAccepted(transaction),
      onConfirmed: (transaction) => {
        this.#drop(transaction)
        if (!transaction.flow.reliable) this.#confirmed.put(transaction.key, undefined)
      },
      onTerminated: (transaction) => this.#drop(transaction),
    }
  }

  get size(): number {
    return this.#live.size
  }

  figures() {
    return {
      invitingSources: this.#sources.size,
      acceptedKept: this.#accepted.size,
      confirmedKept: this.#confirmed.size,
      unacknowledged: this.#unacknowledged.size,
      invitesForgotten: this.#accepted.pushedOut + this.#confirmed.pushedOut,
    }
  }

  /** One that acts: before its answer, or refused and without ACK. */
  live(key: string): InviteServer | undefined {
    return this.#live.get(key)
  }

  /** True for one in whatever state. */
  knows(key: string): boolean {
    return this.#live.has(key) || this.#accepted.has(key) || this.#confirmed.has(key)
  }

  /** True for the repetition of an INVITE, which is dealt with. */
  repeated(key: string): boolean {
    if (!this.knows(key)) return false
    this.repetitions++
    this.#live.get(key)?.take('invite')
    return true
  }

  /** Undefined when its source has as many as it may. */
  begin(request: SipRequest, flow: Flow, hop: Via, key: string, octets: number): InviteServer | undefined {
    if (!this.#sources.take(flow.address, octets)) return undefined
    const transaction = new InviteServer(this.#room, request, flow, hop, key, octets)
    this.octets += octets
    this.#live.set(key, transaction)
    return transaction
  }

  /** True for the ACK of a refusal, which goes no further. That of a 2xx is noted only. */
  absorbs(ack: SipRequest, key: string): boolean {
    const live = this.#live.get(key)
    live?.take('ack')
    if (live || this.#confirmed.has(key)) return true
    const accepted = this.#accepted.get(key) ?? this.#unacknowledged.get(dialogueOf(ack))
    if (!accepted) return false
    accepted.take('ack')
    this.#forgetDialogue(accepted)
    this.#accepted.change(accepted.key, undefined)
    return false
  }

  #onAccepted(transaction: InviteServer): void {
    this.#drop(transaction)
    this.#unacknowledged.set(transaction.dialogue, transaction)
    this.#accepted.put(transaction.key, transaction)
  }

  /** Timer L. One pushed out early still repeats its 2xx for the user, and its late ACK is passed up all the same. */
  #leaveAccepted(transaction: InviteServer, early: boolean): void {
    this.#forgetDialogue(transaction)
    if (!early) transaction.take('timerL')
  }

  #forgetDialogue(transaction: InviteServer): void {
    if (this.#unacknowledged.get(transaction.dialogue) === transaction)
      this.#unacknowledged.delete(transaction.dialogue)
  }

  #drop(transaction: InviteServer): void {
    if (this.#live.get(transaction.key) !== transaction) return
    this.#live.delete(transaction.key)
    this.octets -= transaction.octets
    this.#sources.release(transaction.flow.address, transaction.octets)
  }
}
