import type { SipResponse } from '../grammar/message.ts'
import { ClientMachine } from './client-machine.ts'
import { ackOf, cancelOf } from './companions.ts'
import * as inviteClient from './invite-client.ts'

/** Timer C: longer than the 3 minutes of RFC 3261 §16.6, since people let phones ring. */
const RINGING_MS = 600_000

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
    if (step[0] === 'completed' || step[0] === 'terminated') this.letGo()
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
