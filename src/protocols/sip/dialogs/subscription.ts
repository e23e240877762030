import type { Timer, Timers } from '#lib/clock'
import type { Flow } from '#lib/wire'
import type { ClientEvents, ServerTransaction } from '../contract.ts'
import { parseRetryAfter, reasonPhrase } from '../grammar/fields.ts'
import { createResponse, type SipRequest, type SipResponse } from '../grammar/message.ts'
import { contactOf, type Dialog, requestIn } from './dialog.ts'

export type SubscriptionPorts = {
  timers: Timers
  /** Path of a request inside the dialogue. */
  flowFor(dialog: Dialog, flow: Flow): Flow
  contact(flow: Flow): string
  request(request: SipRequest, flow: Flow, events: ClientEvents): void
  /** The subscription is over for its subscriber: forget its dialogue. */
  forget(subscription: Subscription): void
}

/** Why a subscription ends, RFC 6665 §4.1.3. */
export type EndReason = 'deactivated' | 'probation' | 'rejected' | 'timeout' | 'giveup' | 'noresource'

/** Whose state it is that a subscriber is told of. */
export type Watched = {
  contentType: string
  /** Smallest time between two notifications that nobody asked for, in milliseconds. */
  paceMs: number
  /**
   * The state now; asked for at the moment of sending, once for each NOTIFY. `whole`: the subscriber asked for it, or did
   * not understand the last one; else what has changed suffices.
   */
  compose(whole: boolean): Uint8Array
  /** The subscriber confirmed what was composed last. */
  onTold?(): void
  /** Nothing will be asked for any more, except for the last NOTIFY when there is one. */
  onEnd(): void
}

/** A NOTIFY that met a busy subscriber is sent anew so many times. */
const MOST_FAILURES = 3
const LONGEST_PAUSE_S = 60

/**
 * The notifier's side of one subscription, RFC 6665 §4.2: NOTIFYs one after the other, state as it is at the moment of
 * sending, until the subscriber leaves, the time is over, or nobody answers.
 */
export class Subscription {
  readonly dialog: Dialog
  /** Value of Event, with the id by which the subscriber knows it. */
  readonly event: string
  readonly #ports: SubscriptionPorts
  readonly #watched: Watched
  #flow: Flow
  #endsAtMs = 0
  #expiry: Timer | undefined
  #pace: Timer | undefined
  #sentAtMs = Number.NEGATIVE_INFINITY
  #asking = false
  #due = false
  #whole = true
  #failures = 0
  #reason: string | undefined
  #over = false

  constructor(ports: SubscriptionPorts, dialog: Dialog, event: string, flow: Flow, watched: Watched) {
    this.#ports = ports
    this.dialog = dialog
    this.event = event
    this.#flow = flow
    this.#watched = watched
  }

  /** True as soon as its end is decided. */
  get ended(): boolean {
    return this.#reason !== undefined || this.#over
  }

  /** Takes a SUBSCRIBE, the first or a later one: answered, and followed by the whole state at once. 0 s: it ends. */
  grant(transaction: ServerTransaction, expiresS: number): void {
    const { request, flow } = transaction
    this.#flow = flow
    this.#expiry?.cancel()
    const response = createResponse(request, 200, reasonPhrase(200))
    const { headers } = response
    headers.set('To', this.dialog.local)
    for (const route of request.headers.all('Record-Route')) headers.add('Record-Route', route)
    headers.add('Contact', this.#ports.contact(flow)).add('Expires', `${expiresS}`)
    transaction.respond(response)
    const { timers } = this.#ports
    this.#endsAtMs = timers.clock.nowMs() + expiresS * 1000
    if (expiresS === 0) return this.end('timeout')
    this.#expiry = timers.after(expiresS * 1000, () => this.end('timeout'))
    this.#whole = true
    this.#notify()
  }

  /** The peer moved, RFC 3261 §12.2.2. `kept`: a copy that stands alone. */
  retarget({ headers }: SipRequest, kept: (text: string) => string): void {
    const target = contactOf(headers)
    if (target !== undefined && target !== this.dialog.target) this.dialog.target = kept(target)
  }

  /** The state is another one now. Several changes within `paceMs` are told together, unless it is urgent. */
  changed(urgent = false): void {
    // A NOTIFY that is planned, or put off by a busy subscriber, will say it.
    if (this.ended || (this.#pace && !urgent)) return
    const { timers } = this.#ports
    const waitMs = urgent ? 0 : this.#sentAtMs + this.#watched.paceMs - timers.clock.nowMs()
    if (waitMs <= 0) return this.#notify()
    this.#pace = timers.after(waitMs, () => this.#notify())
  }

  /** Ends with a last NOTIFY that says why. */
  end(reason: EndReason, retryAfterS?: number): void {
    if (this.ended) return
    this.#reason = retryAfterS === undefined ? reason : `${reason};retry-after=${retryAfterS}`
    this.#close()
    this.#notify()
  }

  /** Ends without a word: nobody is there to hear it. */
  drop(): void {
    if (this.#over) return
    this.#over = true
    if (this.#reason === undefined) this.#close()
    this.#pace?.cancel()
  }

  #close(): void {
    this.#expiry?.cancel()
    this.#ports.forget(this)
    this.#watched.onEnd()
  }

  /** One NOTIFY at a time, so that the subscriber sees states in their order; what comes meanwhile goes into the next. */
  #notify(): void {
    if (this.#over) return
    this.#pace?.cancel()
    this.#pace = undefined
    if (this.#asking) {
      this.#due = true
      return
    }
    this.#due = false
    this.#asking = true
    const { nowMs } = this.#ports.timers.clock
    this.#sentAtMs = nowMs()
    const request = requestIn(this.dialog, 'NOTIFY')
    request.headers.add('Contact', this.#ports.contact(this.#flow)).add('Event', this.event)
    request.headers.add('Subscription-State', this.#state(nowMs()))
    request.headers.add('Content-Type', this.#watched.contentType)
    request.body = this.#watched.compose(this.#whole)
    this.#whole = false
    const last = this.#reason !== undefined
    this.#ports.request(request, this.#ports.flowFor(this.dialog, this.#flow), {
      onResponse: (response) => {
        if (response.status >= 200) this.#answered(response, last)
      },
      onFailure: () => this.drop(),
    })
  }

  #state(nowMs: number): string {
    if (this.#reason !== undefined) return `terminated;reason=${this.#reason}`
    return `active;expires=${Math.max(Math.ceil((this.#endsAtMs - nowMs) / 1000), 0)}`
  }

  #answered({ status, headers }: SipResponse, last: boolean): void {
    this.#asking = false
    if (status < 300) {
      this.#failures = 0
      this.#watched.onTold?.()
      if (last) this.drop()
      else if (this.#due) this.#notify()
      return
    }
    // A busy subscriber gets another chance; any other refusal is its end, RFC 6665 §4.2.2.
    if ((status !== 408 && status < 500) || status >= 600 || ++this.#failures > MOST_FAILURES)
      return this.drop()
    this.#whole = true
    const askedS = parseRetryAfter(headers.get('Retry-After') ?? '') ?? 2 ** this.#failures
    const pauseMs = Math.min(askedS, LONGEST_PAUSE_S) * 1000
    this.#pace?.cancel()
    this.#pace = this.#ports.timers.after(pauseMs, () => this.#notify())
  }
}
