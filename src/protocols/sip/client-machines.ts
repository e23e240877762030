import type { Timer, Timers } from '#lib/clock'
import type { Flow } from '#lib/wire'
import { ackOf, cancelOf } from './companions.ts'
import type { ClientEvents, ClientTransaction, TimerValues } from './contract.ts'
import * as inviteClient from './invite-client.ts'
import type { SipMessage, SipRequest, SipResponse } from './message.ts'
import * as nonInviteClient from './non-invite-client.ts'

/** What a client transaction needs around it. */
export type ClientRoom = {
  timers: Timers
  values: TimerValues
  /** False when the flow is closed or its peer does not read. */
  print(message: SipMessage): string
  transmit(flow: Flow, text: string): boolean
  /** Sends the CANCEL of that INVITE as a transaction of its own. */
  sendCancel(cancel: SipRequest, transaction: InviteClient): void
  /** The transaction waits for repetitions only: a shelf stands for it. */
  onCompleted(transaction: InviteClient, ack: string): void
  onAccepted(transaction: InviteClient): void
  onTerminated(transaction: ClientMachine): void
  onTimeout(): void
  /** The user's code threw: logged, and the machine goes on. */
  onBug(bug: unknown): void
}

/** One way to send a request: its Via names the transport, so each way has its own text. */
export type Route = { flow: Flow; request: SipRequest; text: string }

/** Timer C: longer than the 3 minutes of RFC 3261 §16.6, since people let phones ring. */
const RINGING_MS = 600_000

/** What both client machines share: a request, its path, and the armed timers. */
export abstract class ClientMachine implements ClientTransaction {
  request: SipRequest
  flow: Flow
  /** Under which responses find it: the branch, for a CANCEL with the method behind it. */
  readonly key: string
  readonly events: ClientEvents
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
    // A failure is told later, never inside `request()`, whose caller does not hold the transaction yet.
    if (!this.room.transmit(this.flow, this.#text)) this.room.timers.after(0, () => this.onBroken())
  }

  /** True when the request was given another path and may start again. */
  protected fellBack(): boolean {
    const fallback = this.#fallback
    if (!fallback) return false
    this.#fallback = undefined
    this.disarm()
    this.#text = fallback.text
    this.repeatMs = this.room.values.t1
    this.flow = fallback.flow
    this.request = fallback.request
    return true
  }

  /** 100 Trying only stops the repeating: its sender need not be told. */
  protected tell(response: SipResponse): void {
    if (response.status === 100) return
    try {
      this.events.onResponse(response)
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

/** Drives `non-invite-client.ts`. Completed is not lived at all: the endpoint drops answers that nobody awaits. */
export class RequestClient extends ClientMachine {
  #state: nonInviteClient.State = 'trying'

  open(): void {
    this.#run(nonInviteClient.opening)
  }

  onResponse(response: SipResponse): void {
    this.#take(response.status < 200 ? 'provisional' : 'final', response)
  }

  onBroken(): void {
    if (this.#state === 'trying' && this.fellBack()) this.open()
    else this.#take('broken')
  }

  /** RFC 3261 §9.1: only an INVITE is cancelled. */
  cancel(): void {}

  #take(input: nonInviteClient.Input, response?: SipResponse): void {
    this.#run(nonInviteClient.step(this.#state, input), response)
  }

  #run(step: nonInviteClient.Step, response?: SipResponse): void {
    const ended = this.#state === 'completed' || this.#state === 'terminated'
    this.#state = step[0]
    if (!ended && (step[0] === 'completed' || step[0] === 'terminated')) {
      this.settle()
      this.room.onTerminated(this)
    }
    for (let i = 1; i < step.length; i++) this.#do(step[i] as nonInviteClient.Effect, response)
  }

  #do(effect: nonInviteClient.Effect, response?: SipResponse): void {
    const { values } = this.room
    switch (effect) {
      case 'send':
        return this.send()
      case 'passUp':
        return this.tell(response as SipResponse)
      case 'timeout':
        return this.fail('timeout')
      case 'transport':
        return this.fail('transport')
      case 'armE':
        return this.#armE()
      case 'armF':
        return this.endAfter(64 * values.t1, () => this.#take('timerF'))
      case 'armK':
        return
    }
  }

  /** T1, doubling up to T2; T2 at once when a provisional came. */
  #armE(): void {
    const { t2 } = this.room.values
    this.repeatAfter(this.#state === 'proceeding' ? t2 : this.repeatMs, () => this.#take('timerE'))
    this.repeatMs = Math.min(this.repeatMs * 2, t2)
  }
}

/** Drives `invite-client.ts`. Completed and Accepted are lived on a shelf. */
export class InviteClient extends ClientMachine {
  #state: inviteClient.State = 'calling'
  #cancelHeaders: [name: string, value: string][] | undefined

  open(): void {
    this.#run(inviteClient.opening)
  }

  onResponse(response: SipResponse): void {
    const { status } = response
    this.take(status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure', response)
    if (status < 200 && this.#cancelHeaders && this.#state === 'proceeding') this.take('cancel')
  }

  onBroken(): void {
    if (this.#state === 'calling' && this.fellBack()) this.open()
    else this.take('broken')
  }

  /** Waits for the first provisional, since a CANCEL must not overtake its INVITE (RFC 3261 §9.1). */
  cancel(headers: [name: string, value: string][] = []): void {
    if (this.#cancelHeaders) return
    this.#cancelHeaders = headers
    this.take('cancel')
  }

  take(input: inviteClient.Input, response?: SipResponse): void {
    this.#run(inviteClient.step(this.#state, input), response)
  }

  #run(step: inviteClient.Step, response?: SipResponse): void {
    const before = this.#state
    this.#state = step[0]
    if (before === 'calling' && step[0] !== 'calling') this.stopRepeating()
    if (step[0] === 'terminated' && before !== 'terminated') this.#leave()
    for (let i = 1; i < step.length; i++) this.#do(step[i] as inviteClient.Effect, response)
  }

  #leave(): void {
    this.settle()
    this.room.onTerminated(this)
  }

  #do(effect: inviteClient.Effect, response?: SipResponse): void {
    const { room } = this
    switch (effect) {
      case 'send':
        return this.send()
      case 'passUp':
        return this.tell(response as SipResponse)
      case 'ack':
        return this.#ack(response as SipResponse)
      case 'sendCancel':
        return room.sendCancel(cancelOf(this.request, this.#cancelHeaders ?? []), this)
      case 'timeout':
        return this.fail('timeout')
      case 'transport':
        return this.fail('transport')
      case 'armM':
        this.settle()
        return room.onAccepted(this)
      case 'armD':
        return
      default:
        return this.#arm(effect)
    }
  }

  #arm(effect: 'armA' | 'armB' | 'armC' | 'armX'): void {
    const { t1 } = this.room.values
    switch (effect) {
      case 'armA':
        this.repeatAfter(this.repeatMs, () => this.take('timerA'))
        this.repeatMs *= 2
        return
      case 'armB':
        return this.endAfter(64 * t1, () => this.take('timerB'))
      case 'armC':
        return this.endAfter(RINGING_MS, () => this.take('timerC'))
      case 'armX':
        return this.endAfter(64 * t1, () => this.take('timerX'))
    }
  }

  /** The ACK of a failure is the transaction's own, RFC 3261 §17.1.1.3; the shelf keeps it for repetitions. */
  #ack(response: SipResponse): void {
    const ack = this.room.print(ackOf(this.request, response))
    this.settle()
    this.room.transmit(this.flow, ack)
    this.room.onCompleted(this, ack)
  }
}
