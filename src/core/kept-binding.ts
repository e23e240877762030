import { hash32 } from '#lib/hash'
import { keep as copy } from '#lib/text'
import type { Flow } from '#lib/wire'
import type { Binding, BindingRequest, RegisterOrder } from './bindings.ts'
import { isSameManner, type Manner, mannerOf, share } from './manners.ts'
import type { Subscriber } from './subscribers.ts'

type Wish = Omit<BindingRequest, 'expiresS' | 'callId'>

/**
 * A binding as it is remembered. There may be a hundred thousand of them, so all that phones have in common stands in
 * a manner, times are small integers where they may be, and of the Call-ID, which is only compared, a print is kept.
 */
export class KeptBinding implements Binding {
  readonly subscriber: Subscriber
  readonly contact: string
  expiresAtMs: number
  address: string
  port: number
  flow: Flow | undefined
  /** The end that the store knows, in seconds; it may lie a little before the true one. */
  #storedUntilS = 0
  #callPrint: number
  #cseq: number
  #manner: Manner

  /** `callPrint`: see `printOf`. */
  constructor(subscriber: Subscriber, wish: Wish, expiresAtMs: number, callPrint: number) {
    this.subscriber = subscriber
    this.contact = copy(wish.contact)
    this.expiresAtMs = expiresAtMs
    this.address = share(wish.address)
    this.port = wish.port
    this.flow = wish.flow
    this.#callPrint = callPrint
    this.#cseq = wish.cseq
    this.#manner = mannerOf(wish)
  }

  get q() {
    return this.#manner.q
  }
  get transport() {
    return this.#manner.transport
  }
  get listener() {
    return this.#manner.listener
  }
  get path() {
    return this.#manner.path
  }
  get instance() {
    return this.#manner.instance
  }
  get regId() {
    return this.#manner.regId
  }
  get features() {
    return this.#manner.features
  }
  get userAgent() {
    return this.#manner.userAgent
  }
  get callPrint(): number {
    return this.#callPrint
  }
  get cseq(): number {
    return this.#cseq
  }

  /** An earlier request of the same Call-ID than the one it was bound by. */
  isLate({ callId, cseq }: RegisterOrder): boolean {
    return cseq < this.#cseq && printOf(callId) === this.#callPrint
  }

  isMovedBy({ address, port, transport }: BindingRequest): boolean {
    return this.address !== address || this.port !== port || this.transport !== transport
  }

  /**
   * A refresh; true when the store must hear of it: not of one that only moves the end by less than a tenth of its
   * time, as a phone makes it that registers far more often than it must. After a restart such a binding ends that
   * much earlier.
   */
  renew(wish: BindingRequest, expiresAtMs: number): boolean {
    const isOther = this.isMovedBy(wish) || !isSameManner(this.#manner, wish)
    this.expiresAtMs = expiresAtMs
    this.flow = wish.flow
    this.#cseq = wish.cseq
    this.#callPrint = printOf(wish.callId)
    if (isOther) {
      this.address = share(wish.address)
      this.port = wish.port
      this.#manner = mannerOf(wish)
    }
    return isOther || Math.abs(expiresAtMs / 1000 - this.#storedUntilS) >= wish.expiresS / 10
  }

  /** The store knows it as it is. */
  stored(): void {
    this.#storedUntilS = Math.round(this.expiresAtMs / 1000)
  }
}

/** 32 bits of a Call-ID: what one subscriber's own phones call their registrations need not be kept whole. */
export const printOf = (callId: string): number => hash32(callId) | 0
