import type { SipResponse } from '../grammar/message.ts'
import { ClientMachine } from './client-machine.ts'
import * as nonInviteClient from './non-invite-client.ts'

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
    if (step[0] === 'completed' || step[0] === 'terminated') this.letGo()
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
