import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import type { Flow } from '#lib/wire'
import { Answers } from './answers.ts'
import type { TimerValues } from './contract.ts'
import type { Hop } from './hops.ts'
import type { SipLimits } from './limits.ts'
import { createPrints } from './matching.ts'
import type { SipRequest } from './message.ts'
import type { Port } from './port.ts'
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
  readonly #live = new Map<number, RequestServer>()
  repetitions = 0

  constructor({ timers, values, random, limits, port }: RequestTablePorts) {
    this.#port = port
    this.#printOf = createPrints(random)
    const { completed: limit, completedOctets: octets } = limits
    this.#answers = new Answers({ timers, holdMs: 64 * values.t1, limit, octets })
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
    return { answersKept: this.#answers.size, answersForgotten: this.#answers.pushedOut }
  }

  /** A transaction that is not in the table yet; undefined for a repetition, which is dealt with. */
  begin(request: SipRequest, flow: Flow, hop: Hop): RequestServer | undefined {
    const print = this.#printOf(request, hop)
    const answer = this.#answers.get(print)
    if (answer?.includes(hop.branch)) {
      this.repetitions++
      this.#port.reply(flow, hop, answer)
      return undefined
    }
    const live = this.#live.size > 0 ? this.#live.get(print) : undefined
    if (live?.hop.branch === hop.branch) {
      this.repetitions++
      live.onRepetition()
      return undefined
    }
    return new RequestServer(this.#room, request, flow, hop, print)
  }

  /** Keeps one that its user did not answer at once. */
  keep(transaction: RequestServer): void {
    this.#live.set(transaction.print, transaction)
  }

  #onAnswered(transaction: RequestServer, text: string): void {
    if (this.#live.size > 0 && this.#live.get(transaction.print) === transaction)
      this.#live.delete(transaction.print)
    // Timer J is zero where the transport repeats nothing.
    if (!transaction.flow.reliable) this.#answers.put(transaction.print, text)
  }
}
