import type { Timer, Timers } from '#lib/clock'
import type { Flow } from '#lib/wire'
import type { ServerTransaction, TimerValues } from './contract.ts'
import * as inviteServer from './invite-server.ts'
import { dialogueOf } from './matching.ts'
import type { SipRequest, SipResponse } from './message.ts'
import * as nonInviteServer from './non-invite-server.ts'
import { printMessage } from './print.ts'
import type { Via } from './via.ts'

/** What a server transaction needs around it. */
export type ServerRoom = {
  timers: Timers
  values: TimerValues
  /** Sends to where responses to a request with that Via go, RFC 3261 §18.2.2. */
  reply(flow: Flow, via: Via, text: string): void
  /** The transaction has left the states in which it acts: from here on a shelf stands for it. */
  onAnswered(transaction: RequestServer, text: string): void
  onAccepted(transaction: InviteServer): void
  onConfirmed(transaction: InviteServer): void
  onTerminated(transaction: InviteServer): void
  /** The user's code threw: logged, and the machine goes on. */
  onBug(bug: unknown): void
}

/** Drives `non-invite-server.ts`. Completed is not lived here but on the shelf of answers, as text alone. */
export class RequestServer implements ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  readonly via: Via
  readonly key: string
  onCancel: ((cancel: SipRequest) => void) | undefined = undefined
  onTimeout: (() => void) | undefined = undefined
  readonly #room: ServerRoom
  #state: nonInviteServer.State = 'trying'
  #text = ''

  constructor(room: ServerRoom, request: SipRequest, flow: Flow, via: Via, key: string) {
    this.#room = room
    this.request = request
    this.flow = flow
    this.via = via
    this.key = key
  }

  get answered(): boolean {
    return this.#state === 'completed' || this.#state === 'terminated'
  }

  respond(response: SipResponse): void {
    this.#take(response.status < 200 ? 'provisional' : 'final', response)
  }

  onRepetition(): void {
    this.#take('request')
  }

  #take(input: nonInviteServer.Input, response?: SipResponse): void {
    const step = nonInviteServer.step(this.#state, input)
    this.#state = step[0]
    for (let i = 1; i < step.length; i++) {
      const effect = step[i] as nonInviteServer.Effect
      if (effect === 'send' && response) this.#text = printMessage(response)
      if (effect === 'armJ') this.#room.onAnswered(this, this.#text)
      else this.#room.reply(this.flow, this.via, this.#text)
    }
  }
}

/** Drives `invite-server.ts`. Confirmed is lived on a shelf as a key alone, Accepted there until its ACK came. */
export class InviteServer implements ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  readonly via: Via
  readonly key: string
  onCancel: ((cancel: SipRequest) => void) | undefined = undefined
  onTimeout: (() => void) | undefined = undefined
  /** To of the last response that had one: the answer to a CANCEL wears the same tag, RFC 3261 §9.2. */
  to: string | undefined
  /** What an ACK of the 2xx, whose branch is new, has in common with its INVITE. */
  readonly dialogue: string
  readonly #room: ServerRoom
  #state: inviteServer.State = 'proceeding'
  #text = ''
  #resendAfterMs: number
  #timerG: Timer | undefined
  #timerH: Timer | undefined

  constructor(room: ServerRoom, request: SipRequest, flow: Flow, via: Via, key: string) {
    this.#room = room
    this.request = request
    this.flow = flow
    this.via = via
    this.key = key
    this.dialogue = dialogueOf(request)
    this.#resendAfterMs = room.values.t1
  }

  get answered(): boolean {
    return this.#state !== 'proceeding'
  }

  get state(): inviteServer.State {
    return this.#state
  }

  respond(response: SipResponse): void {
    const { status } = response
    this.take(status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure', response)
  }

  take(input: inviteServer.Input, response?: SipResponse): void {
    const ended = this.#state === 'terminated'
    const step = inviteServer.step(this.#state, input)
    this.#state = step[0]
    for (let i = 1; i < step.length; i++) this.#do(step[i] as inviteServer.Effect, response)
    if (step[0] === 'terminated' && !ended) this.#end()
  }

  #do(effect: inviteServer.Effect, response?: SipResponse): void {
    switch (effect) {
      case 'send':
        return this.#send(response as SipResponse)
      case 'resend':
        if (this.#text !== '') this.#room.reply(this.flow, this.via, this.#text)
        return
      case 'timeout':
        return this.#timeout()
      case 'armG':
        return this.#armG()
      case 'armH':
        this.#timerH = this.#room.timers.after(64 * this.#room.values.t1, () => this.take('timerH'))
        return
      case 'armI':
        this.#disarm()
        return this.#room.onConfirmed(this)
      case 'armL':
        return this.#room.onAccepted(this)
      case 'passUp':
        // The table passes every ACK of a 2xx up, with or without a transaction.
        return
    }
  }

  #send(response: SipResponse): void {
    this.#text = printMessage(response)
    if (response.status > 100) this.to = response.headers.get('To')
    this.#room.reply(this.flow, this.via, this.#text)
  }

  #timeout(): void {
    try {
      this.onTimeout?.()
    } catch (bug) {
      this.#room.onBug(bug)
    }
  }

  /** Only over UDP: T1, doubling up to T2. */
  #armG(): void {
    if (this.flow.reliable) return
    const { timers, values } = this.#room
    this.#timerG = timers.after(this.#resendAfterMs, () => this.take('timerG'))
    this.#resendAfterMs = Math.min(this.#resendAfterMs * 2, values.t2)
  }

  #disarm(): void {
    this.#timerG?.cancel()
    this.#timerH?.cancel()
    this.#timerG = undefined
    this.#timerH = undefined
  }

  #end(): void {
    this.#disarm()
    this.#room.onTerminated(this)
  }
}
