import type { Timer, Timers } from '#lib/clock'
import { type Random, shareOf } from '#lib/random'
import type { Flow } from '#lib/wire'
import {
  createResponse,
  type Dialog,
  type DigestAnswerer,
  dialogOfResponse,
  parseCSeq,
  parseDelta,
  parseEvent,
  reasonPhrase,
  requestIn,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  tagOf,
} from '#sip'
import { ownUri } from '../paths.ts'
import { userPart } from '../trunks/line.ts'
import type { ProxyAccount } from './accounts.ts'
import { type AskingPorts, ask, outsideRequest } from './asking.ts'

export type SubscribingPorts = AskingPorts & { timers: Timers; random: Random; host: string }

export type Wish = {
  account: ProxyAccount
  /** Whom it is about: user part. */
  of: string
  event: string
  accept: string
  /** A new one, whose documents are counted anew. */
  onBegin?(): void
  hear(body: Uint8Array): void
  /** Not to be had at the moment, with SIP's status. */
  onRefused(status: number): void
}

const EXPIRES_S = 3600
const LEAST_S = 60
const FIRST_RETRY_MS = 30_000
const LONGEST_RETRY_MS = 30 * 60_000
/** What a server says who will not have us ask again soon. */
const FOR_GOOD = new Set([403, 404, 405, 489, 501, 603])

/** A subscription of ours, RFC 6665 §4.1: renewed between 60 and 90 % of its time, begun anew when it is lost. */
export class UpstreamSubscription {
  readonly callId: string
  readonly #ports: SubscribingPorts
  readonly #wish: Wish
  readonly #answerer: DigestAnswerer
  #tag = ''
  #dialog: Dialog | undefined
  #timer: Timer | undefined
  #failures = 0
  #over = false

  constructor(ports: SubscribingPorts, wish: Wish) {
    this.#ports = ports
    this.#wish = wish
    this.#answerer = wish.account.answerer()
    this.callId = ports.random.token(20)
    void this.#begin()
  }

  get #flow(): Flow | undefined {
    const { endpoint, transport } = this.#wish.account.line
    const at = endpoint()
    return at && this.#ports.wire.flowTo(transport, at)
  }

  #jitter(least: number, most: number): number {
    return least + shareOf(this.#ports.random) * (most - least)
  }

  #later(ms: number, work: () => Promise<void>): void {
    this.#timer?.cancel()
    if (!this.#over) this.#timer = this.#ports.timers.after(ms, () => void work())
  }

  #dress(request: SipRequest, flow: Flow, expiresS: number): SipRequest {
    const { event, accept, account } = this.#wish
    const { headers } = request
    headers.add('Contact', `<${ownUri(flow, account.contact)}>`)
    headers.add('Event', event).add('Accept', accept).add('Expires', `${expiresS}`)
    for (const [name, value] of this.#answerer.again(request)) headers.add(name, value)
    return request
  }

  async #begin(): Promise<void> {
    const { random, host } = this.#ports
    const { account, of } = this.#wish
    const flow = this.#flow
    if (!flow) return this.#failed(503)
    this.#tag = random.token()
    this.#wish.onBegin?.()
    this.#dialog = undefined
    const uri = `sip:${userPart(of)}@${host}`
    const names = { from: `sip:${userPart(account.wish.tel)}@${host}`, to: uri }
    const request = outsideRequest('SUBSCRIBE', uri, { ...names, fromTag: this.#tag, callId: this.callId })
    const response = await ask(this.#ports, this.#dress(request, flow, EXPIRES_S), flow, this.#answerer)
    if (response.status >= 300) return this.#failed(response.status)
    this.#dialog = dialogOfResponse(request, response)
    if (this.#over) return this.#leave(flow)
    this.#granted(response)
  }

  #granted({ headers }: SipResponse): void {
    this.#failures = 0
    const grantedS = Math.max(LEAST_S, parseDelta(headers.get('Expires') ?? '') ?? EXPIRES_S)
    this.#later(grantedS * 1000 * this.#jitter(0.6, 0.9), () => this.#renew())
  }

  async #renew(): Promise<void> {
    const flow = this.#flow
    if (!flow || !this.#dialog) return this.#begin()
    const request = this.#dress(requestIn(this.#dialog, 'SUBSCRIBE'), flow, EXPIRES_S)
    const response = await ask(this.#ports, request, flow, this.#answerer)
    // Each proof took a number of its own.
    const { number = 0 } = parseCSeq(request.headers.get('CSeq') ?? '') ?? {}
    if (this.#dialog) this.#dialog.localSeq = Math.max(this.#dialog.localSeq, number)
    if (this.#over) return
    if (response.status < 300) return this.#granted(response)
    return response.status === 481 ? this.#begin() : this.#failed(response.status)
  }

  #failed(status: number): void {
    if (this.#over) return
    this.#dialog = undefined
    this.#wish.onRefused(status)
    const waitMs = FOR_GOOD.has(status)
      ? LONGEST_RETRY_MS
      : FIRST_RETRY_MS * 2 ** Math.min(this.#failures++, 6)
    this.#later(Math.min(LONGEST_RETRY_MS, waitMs) * this.#jitter(0.7, 1), () => this.#begin())
  }

  /** What it was told so far is worth nothing: a change was missed. */
  anew(): void {
    this.#later(this.#jitter(100, 2000), () => this.#renew())
  }

  /** A NOTIFY of its Call-ID; false: not one of this subscription. */
  onNotify({ request, respond }: Pick<ServerTransaction, 'request' | 'respond'>): boolean {
    const { headers, body } = request
    const event = parseEvent(headers.get('Event') ?? '')?.event
    if (event !== this.#wish.event || tagOf(headers.get('To') ?? '') !== this.#tag) return false
    respond(createResponse(request, 200, reasonPhrase(200)))
    if (this.#over) return true
    if (body.length > 0) this.#wish.hear(body)
    const state = headers.get('Subscription-State') ?? ''
    if (!/^\s*terminated/i.test(state)) return true
    if (/reason\s*=\s*"?(?:deactivated|timeout)/i.test(state)) {
      this.#dialog = undefined
      this.anew()
    } else this.#failed(/reason\s*=\s*"?(?:rejected|noresource)/i.test(state) ? 403 : 480)
    return true
  }

  #leave(flow: Flow): void {
    if (!this.#dialog) return
    const request = this.#dress(requestIn(this.#dialog, 'SUBSCRIBE'), flow, 0)
    void ask(this.#ports, request, flow, this.#answerer)
    this.#dialog = undefined
  }

  stop(): void {
    if (this.#over) return
    this.#over = true
    this.#timer?.cancel()
    const flow = this.#flow
    if (flow) this.#leave(flow)
  }
}
