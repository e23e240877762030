import type { Flow } from '#lib/wire'
import type { ServerTransaction } from '../contract.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import type { Dialog } from './dialog.ts'
import { parseRefer, type Referred, takeRefer } from './refer.ts'
import { type Referral, Referring, referIn } from './referral.ts'
import type { Refused, SessionEvents, SessionPorts } from './session-ports.ts'

/** Phones ring for a while, and exchanges wait. */
const REFERRAL_MS = 180_000

/** The session whose parties want somebody else in their place. */
type Bearer = Referred & {
  readonly dialog: Dialog
  readonly flow: Flow
  readonly confirmed: boolean
  readonly ended: boolean
  ask(request: SipRequest): Promise<SipResponse>
  refuse(transaction: ServerTransaction, refused: Refused): void
  watch(work: Promise<unknown>, transaction?: ServerTransaction): void
}

/** REFER inside one dialogue, RFC 3515: the peer's of us, and ours of the peer, of which there is one at a time. */
export class Referrals {
  readonly #ports: Pick<SessionPorts, 'timers' | 'contact'>
  readonly #bearer: Bearer
  readonly #events: Pick<SessionEvents, 'onRefer'>
  #referred = false
  #referring: Referring | undefined

  constructor(
    ports: Pick<SessionPorts, 'timers' | 'contact'>,
    bearer: Bearer,
    events: Pick<SessionEvents, 'onRefer'>,
  ) {
    this.#ports = ports
    this.#bearer = bearer
    this.#events = events
  }

  /** Something is still to be heard of ours. */
  get awaits(): boolean {
    return this.#referring !== undefined
  }

  onNotify(request: SipRequest): void {
    this.#referring?.onNotify(request)
  }

  onRefer(request: SipRequest, transaction: ServerTransaction): void {
    const bearer = this.#bearer
    const { onRefer } = this.#events
    // RFC 5589 §5: who may not transfer is told so for good.
    if (!onRefer || !bearer.confirmed) return bearer.refuse(transaction, { status: onRefer ? 491 : 603 })
    const refer = parseRefer(request)
    if (!refer) return bearer.refuse(transaction, { status: 400 })
    const isFirst = !this.#referred
    this.#referred = true
    bearer.watch(takeRefer(bearer, transaction, isFirst, (told) => onRefer(refer, told)))
  }

  refer(referTo: string, told: (status: number) => void): Promise<Referral> {
    const bearer = this.#bearer
    if (this.#referring || !bearer.confirmed || bearer.ended) return Promise.resolve({ refused: 491 })
    return new Promise((resolve) => {
      const done = (referral: Referral): void => {
        timer.cancel()
        this.#referring = undefined
        resolve(referral)
      }
      const timer = this.#ports.timers.after(REFERRAL_MS, () => done({ became: 408 }))
      const referring = new Referring(told, done)
      this.#referring = referring
      const request = referIn(bearer.dialog, referTo)
      request.headers.add('Contact', this.#ports.contact(bearer.flow))
      void bearer.ask(request).then(({ status }) => {
        if (status >= 300 && this.#referring === referring) referring.refused(status)
      })
    })
  }

  /** The dialogue is over. */
  end(): void {
    this.#referring?.end()
  }
}
