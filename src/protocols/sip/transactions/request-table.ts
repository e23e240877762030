import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import { Table } from '#lib/table'
import type { Flow } from '#lib/wire'
import type { TimerValues } from '../contract.ts'
import type { SipRequest } from '../grammar/message.ts'
import type { Via } from '../grammar/via.ts'
import type { SipLimits } from '../transport/limits.ts'
import type { Port } from '../transport/port.ts'
import { Answers } from './answers.ts'
import { createPrints } from './matching.ts'
import { type RequestRoom, RequestServer } from './request-server-machine.ts'

export type RequestTablePorts = {
  timers: Timers
  values: TimerValues
  random: Random
  limits: SipLimits
  port: Port
}

/** The server transactions of all methods but INVITE: those without an answer, and the answers of the others. */
export class RequestTable {
  readonly #port: Port
  readonly #room: RequestRoom
  readonly #printOf: ReturnType<typeof createPrints>
  readonly #answers: Answers
  readonly #live = new Table<number, RequestServer>()
  readonly #timers: Timers
  readonly #holdMs: number
  #round = 0
  #sweeping = false
  repetitions = 0
  /** Of the messages that the live ones keep. */
  octets = 0
  /** Those that their user never answered. */
  abandoned = 0

  constructor({ timers, values, random, limits, port }: RequestTablePorts) {
    this.#port = port
    this.#printOf = createPrints(random)
    const { completed: limit, completedOctets: octets } = limits
    this.#timers = timers
    this.#holdMs = 64 * values.t1
    this.#answers = new Answers({ timers, holdMs: this.#holdMs, limit, octets })
    this.#room = {
      print: port.print,
      reply: port.reply,
      onAnswered: (transaction, text) => this.#onAnswered(transaction, text),
    }
  }

  get size(): number {
    return this.#live.size
  }

  figures() {
    const { size, pushedOut } = this.#answers
    return { answersKept: size, answersForgotten: pushedOut, abandoned: this.abandoned }
  }

  /** A transaction that is not in the table yet; undefined for a repetition, which is dealt with. */
  begin(request: SipRequest, flow: Flow, hop: Via): RequestServer | undefined {
    const print = this.#printOf(request, hop)
    const answer = this.#answers.get(print)
    if (answer?.includes(hop.branch ?? '')) {
      this.repetitions++
      this.#port.reply(flow, hop, answer)
      return undefined
    }
    const live = this.#live.size > 0 ? this.#live.get(print) : undefined
    if (live && live.hop.branch === hop.branch) {
      this.repetitions++
      live.onRepetition()
      return undefined
    }
    return new RequestServer(this.#room, request, flow, hop, print)
  }

  /** Keeps one that its user did not answer at once. */
  keep(transaction: RequestServer, octets: number): void {
    transaction.round = this.#round
    transaction.octets = octets
    this.octets += octets
    this.#live.set(transaction.print, transaction)
    if (!this.#sweeping) this.#timers.after(this.#holdMs, () => this.#sweep())
    this.#sweeping = true
  }

  /** After 64 T1 its sender has given up (timer F, RFC 4320 §4): what was not answered by then is let go. */
  #sweep(): void {
    for (const transaction of this.#live.values()) {
      if (transaction.round === this.#round) break
      this.abandoned++
      this.#drop(transaction)
    }
    this.#round++
    this.#sweeping = this.#live.size > 0
    if (this.#sweeping) this.#timers.after(this.#holdMs, () => this.#sweep())
  }

  #drop({ print, octets }: RequestServer): void {
    this.#live.delete(print)
    this.octets -= octets
  }

  #onAnswered(transaction: RequestServer, text: string): void {
    if (this.#live.size > 0 && this.#live.get(transaction.print) === transaction) this.#drop(transaction)
    // Timer J is zero where the transport repeats nothing.
    if (!transaction.flow.reliable) this.#answers.put(transaction.print, text)
  }
}
