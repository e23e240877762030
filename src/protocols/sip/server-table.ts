import type { Timers } from '#lib/clock'
import { keep } from '#lib/text'
import type { Flow } from '#lib/wire'
import type { TimerValues, TransactionUser } from './contract.ts'
import type { SipLimits } from './limits.ts'
import { dialogueOf, keyOf } from './matching.ts'
import { createResponse, type SipRequest } from './message.ts'
import type { Port } from './port.ts'
import type { Refusals } from './refusals.ts'
import { InviteServer, RequestServer, type ServerRoom } from './server-machines.ts'
import { Shelf } from './shelf.ts'
import { createSources } from './sources.ts'
import type { Via } from './via.ts'

export type ServerTablePorts = {
  timers: Timers
  values: TimerValues
  user: TransactionUser
  limits: SipLimits
  /** Sources without a limit of their own. */
  exempt(address: string): boolean
  port: Port
  refusals: Refusals
}

/** All server transactions of an endpoint: finds the one a request belongs to (RFC 3261 §17.2.3) or begins it. */
export class ServerTable {
  readonly #ports: ServerTablePorts
  readonly #room: ServerRoom
  readonly #live = new Map<string, RequestServer | InviteServer>()
  readonly #answers: Shelf<string>
  readonly #accepted: Shelf<InviteServer | undefined>
  readonly #confirmed: Shelf<undefined>
  /** Accepted ones whose ACK, with a branch of its own, is still to come; by dialogue. */
  readonly #unacknowledged = new Map<string, InviteServer>()
  readonly #sources: ReturnType<typeof createSources>
  refused = 0
  repetitions = 0

  constructor(ports: ServerTablePorts) {
    const { timers, values, limits } = ports
    this.#ports = ports
    this.#sources = createSources(limits.invitesPerSource, ports.exempt)
    const holdMs = 64 * values.t1
    const limit = limits.completed
    this.#answers = new Shelf({ timers, holdMs, limit, weightLimit: limits.completedCharacters })
    this.#confirmed = new Shelf({ timers, holdMs: values.t4, limit })
    const onLeave = (_: string, transaction: InviteServer | undefined, early: boolean): void => {
      if (transaction) this.#leaveAccepted(transaction, early)
    }
    this.#accepted = new Shelf({ timers, holdMs, limit, onLeave })
    this.#room = {
      timers,
      values,
      reply: ports.port.reply,
      onBug: ports.port.onBug,
      onAnswered: (transaction, text) => this.#onAnswered(transaction, text),
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
      serverTransactions: this.#live.size,
      invitingSources: this.#sources.size,
      answersKept: this.#answers.size,
      acceptedKept: this.#accepted.size,
      confirmedKept: this.#confirmed.size,
      unacknowledged: this.#unacknowledged.size,
      forgottenEarly: this.#answers.pushedOut + this.#accepted.pushedOut + this.#confirmed.pushedOut,
      repetitions: this.repetitions,
      refused: this.refused,
    }
  }

  accept(request: SipRequest, flow: Flow, via: Via): void {
    const { method } = request
    if (method === 'INVITE') this.#onInvite(request, flow, via, keyOf(request, via, 'INVITE'))
    else if (method === 'ACK') this.#onAck(request, flow, keyOf(request, via, 'INVITE'))
    else this.#onOther(request, flow, via, keyOf(request, via, method))
  }

  #onOther(request: SipRequest, flow: Flow, via: Via, key: string): void {
    const answer = this.#answers.get(key)
    if (answer !== undefined) {
      this.repetitions++
      return this.#ports.port.reply(flow, via, answer)
    }
    const live = this.#live.size > 0 ? this.#live.get(key) : undefined
    if (live instanceof RequestServer) {
      this.repetitions++
      return live.onRepetition()
    }
    if (this.#full()) return this.#refuseBusy(request, flow, via)
    const transaction = new RequestServer(this.#room, request, flow, via, key)
    if (request.method === 'CANCEL') return this.#onCancel(transaction)
    this.#tell(request, transaction)
    if (!transaction.answered) this.#live.set(key, transaction)
  }

  #onInvite(request: SipRequest, flow: Flow, via: Via, key: string): void {
    const live = this.#live.get(key)
    if (live instanceof InviteServer || this.#accepted.has(key) || this.#confirmed.has(key)) {
      this.repetitions++
      if (live instanceof InviteServer) live.take('invite')
      return
    }
    if (this.#full() || !this.#sources.take(flow.address)) return this.#refuseBusy(request, flow, via)
    const transaction = new InviteServer(this.#room, request, flow, via, key)
    this.#live.set(key, transaction)
    const trying = createResponse(request, 100, 'Trying')
    const timestamp = request.headers.get('Timestamp')
    if (timestamp !== undefined) trying.headers.add('Timestamp', timestamp)
    transaction.respond(trying)
    this.#tell(request, transaction)
  }

  #full(): boolean {
    return this.#live.size >= this.#ports.limits.transactions
  }

  #refuseBusy(request: SipRequest, flow: Flow, via: Via): void {
    this.refused++
    this.#ports.refusals.refuse(request, flow, via, 503, 'Service Unavailable')
  }

  #tell(request: SipRequest, transaction: RequestServer | InviteServer): void {
    try {
      this.#ports.user.onRequest(request, transaction)
    } catch (bug) {
      this.#ports.port.onBug(bug)
      if (!transaction.answered) transaction.respond(createResponse(request, 500, 'Server Internal Error'))
    }
  }

  /** RFC 3261 §9.2: the CANCEL is answered whatever becomes of the INVITE. */
  #onCancel(cancel: RequestServer): void {
    const { request, flow, via } = cancel
    const key = keyOf(request, via, 'INVITE')
    const invite = this.#live.get(key)
    const known = invite instanceof InviteServer || this.#accepted.has(key) || this.#confirmed.has(key)
    if (!known) return this.#ports.refusals.refuse(request, flow, via, 481, 'Call/Transaction Does Not Exist')
    const response = createResponse(request, 200, 'OK')
    if (invite instanceof InviteServer && invite.to !== undefined) response.headers.set('To', invite.to)
    else this.#ports.refusals.tag(response, via)
    cancel.respond(response)
    if (!(invite instanceof InviteServer) || invite.answered) return
    if (invite.onCancel) return this.#tellCancel(invite.onCancel, request)
    const terminated = createResponse(invite.request, 487, 'Request Terminated')
    if (invite.to !== undefined) terminated.headers.set('To', invite.to)
    else this.#ports.refusals.tag(terminated, invite.via)
    invite.respond(terminated)
  }

  #tellCancel(onCancel: (cancel: SipRequest) => void, cancel: SipRequest): void {
    try {
      onCancel(cancel)
    } catch (bug) {
      this.#ports.port.onBug(bug)
    }
  }

  #onAck(request: SipRequest, flow: Flow, key: string): void {
    const live = this.#live.get(key)
    if (live instanceof InviteServer) return live.take('ack')
    if (this.#confirmed.has(key) || this.#ports.refusals.isOurs(request)) return
    const dialogue = dialogueOf(request)
    const accepted = this.#accepted.get(key) ?? this.#unacknowledged.get(dialogue)
    if (accepted) {
      accepted.take('ack')
      this.#unacknowledged.delete(accepted.dialogue)
      this.#accepted.put(accepted.key, undefined)
    }
    try {
      this.#ports.user.onAck(request, flow)
    } catch (bug) {
      this.#ports.port.onBug(bug)
    }
  }

  #onAnswered(transaction: RequestServer, text: string): void {
    if (this.#live.size > 0) this.#live.delete(transaction.key)
    // Timer J is zero where the transport repeats nothing.
    if (!transaction.flow.reliable) this.#answers.put(transaction.key, keep(text), text.length)
  }

  #onAccepted(transaction: InviteServer): void {
    this.#drop(transaction)
    this.#unacknowledged.set(transaction.dialogue, transaction)
    this.#accepted.put(transaction.key, transaction)
  }

  /** Timer L. One pushed out early still repeats its 2xx for the user, and its late ACK is passed up all the same. */
  #leaveAccepted(transaction: InviteServer, early: boolean): void {
    if (this.#unacknowledged.get(transaction.dialogue) === transaction)
      this.#unacknowledged.delete(transaction.dialogue)
    if (!early) transaction.take('timerL')
  }

  #drop(transaction: InviteServer): void {
    if (this.#live.get(transaction.key) !== transaction) return
    this.#live.delete(transaction.key)
    this.#sources.release(transaction.flow.address)
  }
}
