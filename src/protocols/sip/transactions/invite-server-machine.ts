import type { Timer, Timers } from '#lib/clock'
import type { Flow } from '#lib/wire'
import type { ServerTransaction, TimerValues } from '../contract.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import type { Via } from '../grammar/via.ts'
import * as inviteServer from './invite-server.ts'
import { dialogueOf } from './matching.ts'

/** What an INVITE server transaction needs around it. */
export type InviteRoom = {
  timers: Timers
  values: TimerValues
  print(response: SipResponse): string
  /** Sends to where responses to a request with that Via go, RFC 3261 §18.2.2. */
  reply(flow: Flow, hop: Via, text: string): void
  /** The transaction has left the states in which it acts by itself: from here on a shelf stands for it. */
  onAccepted(transaction: InviteServer): void
  onConfirmed(transaction: InviteServer): void
  onTerminated(transaction: InviteServer): void
  /** The user's code threw: logged, and the machine goes on. */
  onBug(bug: unknown): void
}

/** Drives `invite-server.ts`. Confirmed is lived on a shelf as a key alone, Accepted there until its ACK came. */
export class InviteServer implements ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  readonly hop: Via
  readonly key: string
  /** Size of the message that came. */
  readonly octets: number
  onCancel: ((cancel: SipRequest) => void) | undefined = undefined
  onTimeout: (() => void) | undefined = undefined
  /** To of the last response that had one: the answer to a CANCEL wears the same tag, RFC 3261 §9.2. */
  to: string | undefined
  /** What an ACK of the 2xx, whose branch is new, has in common with its INVITE. */
  readonly dialogue: string
  readonly #room: InviteRoom
  #state: inviteServer.State = 'proceeding'
  #text = ''
  #resendAfterMs: number
  #timerG: Timer | undefined
  #timerH: Timer | undefined

  constructor(room: InviteRoom, request: SipRequest, flow: Flow, hop: Via, key: string, octets: number) {
    this.#room = room
    this.request = request
    this.flow = flow
    this.hop = hop
    this.key = key
    this.octets = octets
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
    this.#letGo()
  }

  #do(effect: inviteServer.Effect, response?: SipResponse): void {
    switch (effect) {
      case 'send':
        return this.#send(response as SipResponse)
      case 'resend':
        if (this.#text !== '') this.#room.reply(this.flow, this.hop, this.#text)
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
    this.#text = this.#room.print(response)
    if (response.status > 100) this.to = response.headers.get('To')
    this.#room.reply(this.flow, this.hop, this.#text)
  }

  /** The user's functions hold its whole call: none is kept longer than it may be called. */
  #letGo(): void {
    if (this.#state === 'proceeding') return
    this.onCancel = undefined
    if (this.#state !== 'accepted' && this.#state !== 'completed') this.onTimeout = undefined
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
