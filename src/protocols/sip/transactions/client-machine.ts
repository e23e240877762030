import type { Timer, Timers } from '#lib/clock'
import type { Flow } from '#lib/wire'
import type { ClientEvents, ClientTransaction, TimerValues } from '../contract.ts'
import type { SipMessage, SipRequest, SipResponse } from '../grammar/message.ts'

/** What a client transaction needs around it. */
export type ClientRoom = {
  timers: Timers
  values: TimerValues
  print(message: SipMessage): string
  /** False when the flow is closed or its peer does not read. */
  transmit(flow: Flow, text: string): boolean
  /** Sends the CANCEL of that INVITE as a transaction of its own. */
  sendCancel(cancel: SipRequest, transaction: ClientMachine): void
  /** The transaction waits for repetitions only: a shelf stands for it. */
  onCompleted(transaction: ClientMachine, ack: string): void
  onAccepted(transaction: ClientMachine): void
  onTerminated(transaction: ClientMachine): void
  /** Nobody waits for further answers. */
  onReleased(transaction: ClientMachine): void
  /** It is about to leave its flow for another. */
  onLeaving(transaction: ClientMachine): void
  onTimeout(): void
  /** The user's code threw: logged, and the machine goes on. */
  onBug(bug: unknown): void
}

/** For answers that concern nobody. */
export const deaf: ClientEvents = { onResponse: () => {}, onFailure: () => {} }

/** One way to send a request: its Via names the transport, so each way has its own text. */
export type Route = { flow: Flow; request: SipRequest; text: string }

/** What both client machines share: a request, its path, and the armed timers. */
export abstract class ClientMachine implements ClientTransaction {
  request: SipRequest
  flow: Flow
  /** Under which responses find it: the branch, for a CANCEL with the method behind it. */
  readonly key: string
  events: ClientEvents
  protected readonly room: ClientRoom
  /** The way back to UDP of a request that went by TCP for its size alone, RFC 3261 §18.1.1. */
  #fallback: Route | undefined
  #text: string
  #repeat: Timer | undefined
  #end: Timer | undefined
  protected repeatMs: number

  constructor(room: ClientRoom, key: string, route: Route, events: ClientEvents, fallback?: Route) {
    this.room = room
    this.key = key
    this.request = route.request
    this.flow = route.flow
    this.#text = route.text
    this.events = events
    this.#fallback = fallback
    this.repeatMs = room.values.t1
  }

  release(): void {
    this.room.onReleased(this)
    this.letGo()
  }

  /** The user's functions hold its whole call: they are not kept when nothing can be told any more. */
  protected letGo(): void {
    this.events = deaf
  }

  /** Enters the first state: sends. */
  abstract open(): void
  abstract onResponse(response: SipResponse): void
  /** The flow failed: takes the way back if there is one, else ends. */
  abstract onBroken(): void
  abstract cancel(headers?: [name: string, value: string][]): void

  /** Timers A and E are for UDP only. */
  protected repeatAfter(delayMs: number, run: () => void): void {
    if (!this.flow.reliable) this.#repeat = this.room.timers.after(delayMs, run)
  }

  protected endAfter(delayMs: number, run: () => void): void {
    this.#end?.cancel()
    this.#end = this.room.timers.after(delayMs, run)
  }

  protected disarm(): void {
    this.#repeat?.cancel()
    this.#end?.cancel()
    this.#repeat = undefined
    this.#end = undefined
  }

  protected stopRepeating(): void {
    this.#repeat?.cancel()
    this.#repeat = undefined
  }

  protected send(): void {
    const { flow } = this
    if (this.room.transmit(flow, this.#text)) return
    // A failure is told later, never inside `request()`, whose caller does not hold the transaction yet.
    this.room.timers.after(0, () => {
      if (this.flow === flow) this.onBroken()
    })
  }

  /** True when the request was given another path and may start again. */
  protected fellBack(): boolean {
    const fallback = this.#fallback
    if (!fallback) return false
    this.#fallback = undefined
    this.disarm()
    this.room.onLeaving(this)
    this.#text = fallback.text
    this.repeatMs = this.room.values.t1
    this.flow = fallback.flow
    this.request = fallback.request
    return true
  }

  /** 100 Trying stops the repeating, and says that somebody is there. */
  protected tell(response: SipResponse): void {
    try {
      if (response.status === 100) this.events.onTrying?.()
      else this.events.onResponse(response)
    } catch (bug) {
      this.room.onBug(bug)
    }
  }

  protected fail(why: 'timeout' | 'transport'): void {
    if (why === 'timeout') this.room.onTimeout()
    try {
      this.events.onFailure(why)
    } catch (bug) {
      this.room.onBug(bug)
    }
  }

  /** Frees what only the sending needed. */
  protected settle(): void {
    this.disarm()
    this.#text = ''
    this.#fallback = undefined
  }
}
