import type { Flow } from '#lib/wire'
import type { ServerTransaction } from '../contract.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import type { Via } from '../grammar/via.ts'
import * as nonInviteServer from './non-invite-server.ts'

/** What a non-INVITE server transaction needs around it. */
export type RequestRoom = {
  print(response: SipResponse): string
  /** Sends to where responses to a request with that Via go, RFC 3261 §18.2.2. */
  reply(flow: Flow, hop: Via, text: string): void
  /** It has its final answer: from here on that alone is kept. */
  onAnswered(transaction: RequestServer, text: string): void
}

/** Drives `non-invite-server.ts`. Completed is not lived here but among the answers, as text alone. */
export class RequestServer implements ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  readonly hop: Via
  /** Its name among the transactions, see `createPrints`. */
  readonly print: number
  /** When it was put into its table, in that table's count. */
  round = 0
  /** Size of the message that came, once it is in its table. */
  octets = 0
  onCancel: ((cancel: SipRequest) => void) | undefined = undefined
  onTimeout: (() => void) | undefined = undefined
  readonly #room: RequestRoom
  #state: nonInviteServer.State = 'trying'
  #text = ''

  constructor(room: RequestRoom, request: SipRequest, flow: Flow, hop: Via, print: number) {
    this.#room = room
    this.request = request
    this.flow = flow
    this.hop = hop
    this.print = print
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
      if (effect === 'send' && response) this.#text = this.#room.print(response)
      if (effect === 'armJ') this.#room.onAnswered(this, this.#text)
      else this.#room.reply(this.flow, this.hop, this.#text)
    }
  }
}
