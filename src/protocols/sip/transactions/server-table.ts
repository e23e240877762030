import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import type { Flow } from '#lib/wire'
import type { TimerValues, TransactionUser } from '../contract.ts'
import { createResponse, type SipRequest } from '../grammar/message.ts'
import type { Via } from '../grammar/via.ts'
import type { SipLimits } from '../transport/limits.ts'
import type { Port } from '../transport/port.ts'
import type { Refusals } from '../transport/refusals.ts'
import type { InviteServer } from './invite-server-machine.ts'
import { InviteTable } from './invite-table.ts'
import { keyOf } from './matching.ts'
import type { RequestServer } from './request-server-machine.ts'
import { RequestTable } from './request-table.ts'

export type ServerTablePorts = {
  timers: Timers
  values: TimerValues
  random: Random
  user: TransactionUser
  limits: SipLimits
  /** Sources without a limit of their own. */
  exempt(address: string): boolean
  port: Port
  refusals: Refusals
}

/** Of the places kept for emergency calls, in octets of their messages. */
const OCTETS_OF_ONE = 4096

/** As the URN is written by every handset; other spellings have no places kept. */
const isEmergency = ({ uri }: SipRequest): boolean => uri.startsWith('urn:service:sos')

/** All server transactions of an endpoint: finds the one a request belongs to (RFC 3261 §17.2.3) or begins it. */
export class ServerTable {
  readonly #ports: ServerTablePorts
  readonly #invites: InviteTable
  readonly #requests: RequestTable
  refused = 0

  constructor(ports: ServerTablePorts) {
    this.#ports = ports
    this.#invites = new InviteTable(ports)
    this.#requests = new RequestTable(ports)
  }

  get size(): number {
    return this.#invites.size + this.#requests.size
  }

  figures() {
    return {
      serverTransactions: this.size,
      transactionOctets: this.#invites.octets + this.#requests.octets,
      ...this.#invites.figures(),
      ...this.#requests.figures(),
      repetitions: this.#invites.repetitions + this.#requests.repetitions,
      refused: this.refused,
    }
  }

  accept(request: SipRequest, flow: Flow, hop: Via, octets: number): void {
    const { method } = request
    if (method === 'INVITE') this.#onInvite(request, flow, hop, octets)
    else if (method === 'ACK') this.#onAck(request, flow, hop)
    else this.#onOther(request, flow, hop, octets)
  }

  #onOther(request: SipRequest, flow: Flow, hop: Via, octets: number): void {
    const transaction = this.#requests.begin(request, flow, hop)
    if (!transaction) return
    if (request.method === 'CANCEL') return this.#onCancel(transaction)
    if (this.#full()) return this.#refuseBusy(request, flow, hop)
    this.#tell(request, transaction)
    if (!transaction.answered) this.#requests.keep(transaction, octets)
  }

  #onInvite(request: SipRequest, flow: Flow, hop: Via, octets: number): void {
    const key = keyOf(request, hop, 'INVITE')
    if (this.#invites.repeated(key)) return
    const full = this.#full(isEmergency(request) ? this.#ports.limits.emergencies : 0)
    const transaction = full ? undefined : this.#invites.begin(request, flow, hop, key, octets)
    if (!transaction) return this.#refuseBusy(request, flow, hop)
    // At once rather than after 200 ms: cheaper than a timer, and it stops the sender's repeating.
    const trying = createResponse(request, 100, 'Trying')
    const timestamp = request.headers.get('Timestamp')
    if (timestamp !== undefined) trying.headers.add('Timestamp', timestamp)
    transaction.respond(trying)
    this.#tell(request, transaction)
  }

  #onAck(request: SipRequest, flow: Flow, hop: Via): void {
    if (this.#invites.absorbs(request, keyOf(request, hop, 'INVITE'))) return
    if (this.#ports.refusals.isOurs(request)) return
    try {
      this.#ports.user.onAck(request, flow)
    } catch (bug) {
      this.#ports.port.onBug(bug)
    }
  }

  /** `more`: places kept for who asks. */
  #full(more = 0): boolean {
    const { transactions, transactionOctets } = this.#ports.limits
    const octets = this.#invites.octets + this.#requests.octets
    return this.size >= transactions + more || octets >= transactionOctets + more * OCTETS_OF_ONE
  }

  #refuseBusy(request: SipRequest, flow: Flow, hop: Via): void {
    this.refused++
    this.#ports.refusals.refuse(request, flow, hop, 503, 'Service Unavailable')
  }

  #tell(request: SipRequest, transaction: RequestServer | InviteServer): void {
    try {
      this.#ports.user.onRequest(request, transaction)
    } catch (bug) {
      this.#ports.port.onBug(bug)
      if (transaction.answered) return
      const response = createResponse(request, 500, 'Server Internal Error')
      this.#ports.refusals.tag(response, transaction.hop)
      transaction.respond(response)
    }
  }

  /** RFC 3261 §9.2: the CANCEL is answered whatever becomes of the INVITE. */
  #onCancel(cancel: RequestServer): void {
    const { request, flow, hop } = cancel
    const { refusals } = this.#ports
    const key = keyOf(request, hop, 'INVITE')
    if (!this.#invites.knows(key))
      return refusals.refuse(request, flow, hop, 481, 'Call/Transaction Does Not Exist')
    const invite = this.#invites.live(key)
    const response = createResponse(request, 200, 'OK')
    if (invite?.to !== undefined) response.headers.set('To', invite.to)
    else refusals.tag(response, hop)
    cancel.respond(response)
    if (invite && !invite.answered) this.#tellCancel(invite, request)
  }

  /** Without an `onCancel` of the user's the INVITE ends here. */
  #tellCancel(invite: InviteServer, cancel: SipRequest): void {
    if (invite.onCancel) {
      try {
        return invite.onCancel(cancel)
      } catch (bug) {
        return this.#ports.port.onBug(bug)
      }
    }
    const terminated = createResponse(invite.request, 487, 'Request Terminated')
    if (invite.to !== undefined) terminated.headers.set('To', invite.to)
    else this.#ports.refusals.tag(terminated, invite.hop)
    invite.respond(terminated)
  }
}
