import type { Timers } from '#lib/clock'
import { Table } from '#lib/table'
import type { Flow } from '#lib/wire'
import type { ClientEvents, ClientTransaction, TimerValues, TransactionUser } from '../contract.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import type { SipLimits } from '../transport/limits.ts'
import type { Port } from '../transport/port.ts'
import { type ClientMachine, type ClientRoom, deaf, type Route } from './client-machine.ts'
import { InviteClient } from './invite-client-machine.ts'
import { RequestClient } from './request-client-machine.ts'
import { Shelf } from './shelf.ts'

export type ClientTablePorts = {
  timers: Timers
  values: TimerValues
  user: TransactionUser
  limits: SipLimits
  port: Port
}

/** Completed: the ACK to repeat. Accepted: whom further 2xx concern, or nobody any more. */
type Late = { flow: Flow; ack: string } | { events: ClientEvents } | 'released'

/** RFC 3261 table 4: timer D is at least 32 s, whatever T1 is. */
const TIMER_D_MS = 32_000

/** All client transactions of an endpoint, found by branch and method, RFC 3261 §17.1.3. */
export class ClientTable {
  readonly #ports: ClientTablePorts
  readonly #room: ClientRoom
  readonly #live = new Table<string, ClientMachine>()
  readonly #late: Shelf<Late>
  /** Those whose fate hangs on a connection, by its number. */
  readonly #connected = new Map<number, Set<ClientMachine>>()
  timeouts = 0
  strays = 0

  constructor(ports: ClientTablePorts) {
    const { timers, values, port, limits } = ports
    this.#ports = ports
    const holdMs = Math.max(TIMER_D_MS, 64 * values.t1)
    this.#late = new Shelf({ timers, holdMs, limit: limits.completed })
    this.#room = {
      timers,
      values,
      print: port.print,
      transmit: port.transmit,
      onBug: port.onBug,
      sendCancel: (cancel, { key, flow }) => this.#sendCancel(cancel, key, flow),
      onCompleted: (transaction, ack) => {
        this.#drop(transaction)
        if (!transaction.flow.reliable) this.#late.put(transaction.key, { flow: transaction.flow, ack })
      },
      onAccepted: (transaction) => {
        this.#drop(transaction)
        this.#late.put(transaction.key, { events: transaction.events })
      },
      onReleased: ({ key }) => this.#late.change(key, 'released'),
      onLeaving: (transaction) => this.#disconnect(transaction),
      onTerminated: (transaction) => this.#drop(transaction),
      onTimeout: () => this.timeouts++,
    }
  }

  get size(): number {
    return this.#live.size
  }

  figures() {
    return {
      clientTransactions: this.#live.size,
      clientConnections: this.#connected.size,
      clientKept: this.#late.size,
      timeouts: this.timeouts,
      strays: this.strays,
    }
  }

  open(branch: string, events: ClientEvents, route: Route, fallback?: Route): ClientTransaction {
    const Machine = route.request.method === 'INVITE' ? InviteClient : RequestClient
    return this.#open(new Machine(this.#room, branch, route, events, fallback))
  }

  #open(transaction: ClientMachine): ClientTransaction {
    this.#live.set(transaction.key, transaction)
    const { connection } = transaction.flow
    if (connection !== 0) {
      const set = this.#connected.get(connection)
      if (set) set.add(transaction)
      else this.#connected.set(connection, new Set([transaction]))
    }
    transaction.open()
    return transaction
  }

  /** `method` is that of the CSeq, which tells the answer to a CANCEL from that to its INVITE. */
  onResponse(response: SipResponse, flow: Flow, branch: string, method: string): void {
    const key = method === 'CANCEL' ? `${branch} CANCEL` : branch
    const live = this.#live.get(key)
    if (live) {
      if (live.request.method === method) live.onResponse(response)
      return
    }
    const late = this.#late.get(key)
    if (late && method === 'INVITE') this.#onLate(late, response, flow)
    // Whoever says so may be anybody: an answer to a call that we never made is not answered.
    else this.strays++
  }

  #onLate(late: Late, response: SipResponse, flow: Flow): void {
    const success = response.status >= 200 && response.status < 300
    if (late === 'released') {
      if (success) this.#tellStray(response, flow)
    } else if ('ack' in late) {
      if (response.status >= 300) this.#ports.port.transmit(late.flow, late.ack)
    } else if (success) this.#tell(late.events, response)
  }

  /** A 2xx to an INVITE of ours that nobody waits for any more. */
  #tellStray(response: SipResponse, flow: Flow): void {
    this.strays++
    try {
      this.#ports.user.onStrayResponse(response, flow)
    } catch (bug) {
      this.#ports.port.onBug(bug)
    }
  }

  #tell(events: ClientEvents, response: SipResponse): void {
    try {
      events.onResponse(response)
    } catch (bug) {
      this.#ports.port.onBug(bug)
    }
  }

  onClose({ connection }: Flow): void {
    const set = this.#connected.get(connection)
    this.#connected.delete(connection)
    if (set) for (const transaction of set) transaction.onBroken()
  }

  #sendCancel(cancel: SipRequest, branch: string, flow: Flow): void {
    const route = { flow, request: cancel, text: this.#ports.port.print(cancel) }
    // The INVITE's answer is the one that counts.
    this.#open(new RequestClient(this.#room, `${branch} CANCEL`, route, deaf))
  }

  #drop(transaction: ClientMachine): void {
    this.#live.delete(transaction.key)
    this.#disconnect(transaction)
  }

  #disconnect(transaction: ClientMachine): void {
    const { connection } = transaction.flow
    const set = connection === 0 ? undefined : this.#connected.get(connection)
    if (set?.delete(transaction) && set.size === 0) this.#connected.delete(connection)
  }
}
