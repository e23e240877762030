import { latin1 } from '#lib/text'
import type { SipRequest } from '../grammar/message.ts'
import type { Dialog } from './dialog.ts'
import { requestIn } from './dialog.ts'

/** How a REFER of ours ended: refused at once, or what became of the call that it asked for. */
export type Referral = { refused: number } | { became: number }

/** Status of a `message/sipfrag` body, RFC 3420. */
export const statusInFragment = (body: Uint8Array): number | undefined => {
  const [, status] = /^SIP\/2\.0 ([1-6]\d\d)(?=[ \r\n]|$)/.exec(latin1(body.subarray(0, 64))) ?? []
  return status === undefined ? undefined : Number(status)
}

/** REFER inside the dialogue, RFC 3515. `referTo`: the whole value, with its angle brackets. */
export const referIn = (dialog: Dialog, referTo: string): SipRequest => {
  const request = requestIn(dialog, 'REFER')
  const [by] = dialog.local.split(';tag=')
  request.headers.add('Refer-To', referTo).add('Referred-By', by ?? dialog.local)
  return request
}

/**
 * What the peer of this dialogue is to call, with what stands in the place of ours there, RFC 3891 §3: tags as it sees
 * them, to-tag its own.
 */
export const placeIn = ({ target, callId, localTag, remoteTag }: Dialog): string => {
  const replaces = `${callId};to-tag=${remoteTag};from-tag=${localTag}`
  return `<${target}?Replaces=${encodeURIComponent(replaces)}>`
}

/** Hears what becomes of one REFER, by the NOTIFYs in its dialogue. */
export class Referring {
  readonly #told: (status: number) => void
  readonly #done: (referral: Referral) => void
  #last = 0

  constructor(told: (status: number) => void, done: (referral: Referral) => void) {
    this.#told = told
    this.#done = done
  }

  refused(status: number): void {
    this.#done({ refused: status })
  }

  onNotify({ headers, body }: SipRequest): void {
    const status = statusInFragment(body)
    if (status !== undefined && status !== this.#last) {
      this.#last = status
      this.#told(status)
    }
    const isOver = /^\s*terminated/i.test(headers.get('Subscription-State') ?? '')
    if (this.#last >= 200 || isOver) this.end()
  }

  /** Nothing more will be heard: a peer that hung up has done what it was asked for, unless it said otherwise. */
  end(): void {
    this.#done({ became: this.#last >= 200 ? this.#last : 200 })
  }
}
