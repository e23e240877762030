import type { Log } from '#lib/log'
import type { Flow, WireUser } from '#lib/wire'

const HELD_ITEMS = 4096
const HELD_OCTETS = 8 * 1024 * 1024

/**
 * Between the sockets and their user. Until there is a user everything is kept (within a bound);
 * a fault of the user ends the handling of that one piece, not the house.
 */
export class Inbox {
  #user: WireUser | undefined = undefined
  #held: (() => void)[] = []
  #heldOctets = 0
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  start(user: WireUser): void {
    if (this.#user) throw new Error('the wire was started twice')
    this.#user = user
    const held = this.#held
    this.#held = []
    this.#heldOctets = 0
    for (const give of held) give()
  }

  data(flow: Flow, octets: Buffer): void {
    if (!this.#user) {
      this.#holdData(flow, octets)
      return
    }
    try {
      this.#user.onData(flow, octets)
    } catch (fault) {
      this.#report(flow, fault)
      if (flow.reliable) flow.close()
    }
  }

  closed(flow: Flow): void {
    if (!this.#user) {
      if (this.#held.length < 2 * HELD_ITEMS) this.#held.push(() => this.closed(flow))
      return
    }
    try {
      this.#user.onClose(flow)
    } catch (fault) {
      this.#report(flow, fault)
    }
  }

  #holdData(flow: Flow, octets: Buffer): void {
    if (this.#held.length >= HELD_ITEMS || this.#heldOctets + octets.length > HELD_OCTETS) {
      // A stream with a hole in it is worse than none.
      if (flow.reliable) flow.close()
      return
    }
    const copy = Buffer.from(octets)
    this.#heldOctets += copy.length
    this.#held.push(() => this.data(flow, copy))
  }

  #report(flow: Flow, fault: unknown): void {
    const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
    this.#log.write('app', 'error', `fault while handling ${flow.transport} from ${flow.address}: ${text}`)
  }
}
