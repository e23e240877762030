import { type AgentWords, type Media, otherSide, type PartyEvents, type Side } from '#core'
import type { Timer } from '#lib/clock'
import type { MessageLink } from '#lib/message-link'
import type { Pdu, Quality } from '#webcall'
import type { Face } from './causes.ts'
import type { Account } from './ports.ts'

/** One browser: what it is told goes by the connection that it has at the moment, if any. */
export type Phone = {
  readonly name: string
  /** Undefined: a guest. */
  readonly account: Account | undefined
  /** Its calls by their cid. */
  readonly calls: Map<string, WebCall>
  /** It speaks JSON: what old clients cannot do is asked of these only. */
  readonly isNew: boolean
  /** A second incoming call is wanted. */
  waiting: boolean
  link: MessageLink | undefined
  say(pdu: Pdu): void
}

/**
 * A browser's peer connection as we know it: its transport at the media engine, what the browser said of itself last,
 * and the calls that it speaks in. A second call of a transfer shares that of the first one.
 */
export type Channel = {
  readonly web: string
  said: string
  /** An answer or an offer of ours is with the browser already. */
  settled: boolean
  /** Who waits for the browser's answer to an offer of ours. */
  awaited: ((sdp: string | undefined) => void) | undefined
  calls: number
}

export const aChannel = (web: string, said: string): Channel => ({
  ...{ web, said, settled: false, awaited: undefined, calls: 0 },
})

export type CallState = 'incoming' | 'answering' | 'calling' | 'connected' | 'over'

/** One call as one browser has it. */
export class WebCall {
  /** Its name towards the client; a second call takes over that of the first when only that one ends. */
  cid: string
  readonly phone: Phone
  /** Of the call that it is in now: another one may have it on the other side. */
  side: Side
  readonly channel: Channel
  state: CallState
  events: PartyEvents | undefined
  /** The call before it, while it is the second one of a transfer. */
  first: WebCall | undefined
  second: WebCall | undefined
  readonly held = { here: false, there: false }
  /** Ringing has been told, and whether with sound of its own. */
  alerted: 'no' | 'silent' | 'early' = 'no'
  /** What the client is told of an incoming call; kept for one that is away for a moment. */
  invitation: Pdu | undefined
  rung = false
  /** Ends what takes no longer than it may. */
  limit: Timer | undefined
  quality: Quality | undefined
  /** The call centre's name for it. */
  aid: string | undefined
  /** A mailbox has answered. */
  voiceMail = false
  /** What its client was told last of a recording. */
  recorded = false
  /** Who it is with, as one dials it. */
  other: string
  /** Another party than the one that it began with: its client is told again when it comes back. */
  #met: Partial<Pdu> | undefined
  #agent: string | undefined
  readonly #media: Pick<Media, 'leave'>

  constructor(
    media: Pick<Media, 'leave'>,
    phone: Phone,
    own: { cid: string; side: Side; channel: Channel; state: CallState; other: string },
  ) {
    this.#media = media
    this.phone = phone
    this.cid = own.cid
    this.side = own.side
    this.channel = own.channel
    this.state = own.state
    this.other = own.other
    this.channel.calls++
    phone.calls.set(this.cid, this)
  }

  get over(): boolean {
    return this.state === 'over'
  }

  get farSide(): Side {
    return otherSide(this.side)
  }

  /** The call's own id, which both its parties have in common. */
  get ucid(): string | undefined {
    return this.events?.call
  }

  /** The state as old clients count it: 2 talking, 3 held here, 4 held there. */
  get talking(): number {
    if (this.held.here) return 3
    return this.held.there ? 4 : 2
  }

  /** 9004, or 9007 of the second call of a transfer. */
  tell(state: number, more: Partial<Pdu> = {}): void {
    const { first, cid, ucid, aid } = this
    const voiceMail = this.voiceMail && state >= 2 && { voiceMail: true }
    const named = { ...(aid !== undefined && { aid }), ...voiceMail, ...more }
    if (first) this.phone.say({ op: 9007, cid: first.cid, cid2: cid, state, ...named })
    else this.phone.say({ op: 9004, cid, ...(ucid !== undefined && { ucid }), state, ...named })
  }

  /** Somebody put another party in the place of the one before. */
  meets(other: string, disp: string): void {
    this.other = other
    this.#met = { with: other, disp }
  }

  /** How it stands, and with whom, where that is not known. */
  present(named = this.#met): void {
    if (this.state === 'connected') this.tell(this.talking, named)
    else if (named || this.alerted !== 'no')
      this.tell(1, { ...(this.alerted === 'early' && { early: true }), ...named })
  }

  /** Its client is back, and a page may have been loaded anew: it is asked for media, and told what it cannot know. */
  remind(): void {
    const { phone, cid, second, recorded } = this
    // First: who knows neither party hangs up both, and a first one that has a second one would be put through by that.
    if (phone.isNew && second) second.present({ with: second.other })
    phone.say({ op: 9008, cid })
    if (!phone.isNew) return
    // It may have been answered, or be with somebody else, since its client heard of it.
    this.present()
    if (this.state === 'connected') phone.say({ op: 9014, cid, rec: recorded ? 1 : 0 })
  }

  /** A call centre serves it. */
  served({ id, tel }: AgentWords): void {
    if (this.over) return
    this.aid = id ?? this.aid
    if (tel !== undefined && tel !== this.#agent) this.phone.say({ op: 9010, cid: this.cid, agtel: tel })
    this.#agent = tel ?? this.#agent
  }

  /** The browser is no longer part of it, whoever ended it. Tells the client why. */
  finish(face: Face): void {
    if (this.over) return
    this.tell(0, { cause: face.cause, reason: face.reason })
    this.forget()
  }

  /** A second call is the only one that is left: it goes on under the first one's name, which clients know. */
  #inherit(from: WebCall): void {
    const { cid } = this
    this.phone.say({ op: 9007, cid: from.cid, cid2: cid, state: 0, cause: 200 })
    this.phone.calls.delete(cid)
    this.cid = from.cid
    this.first = undefined
    this.phone.calls.set(this.cid, this)
    this.#met = { with: this.other }
    this.present()
  }

  /** The same without a word. */
  forget(): void {
    if (this.over) return
    this.state = 'over'
    this.limit?.cancel()
    this.phone.calls.delete(this.cid)
    if (--this.channel.calls === 0) {
      this.channel.awaited?.(undefined)
      this.#media.leave(this.channel.web)
    }
    if (this.first) this.first.second = undefined
    this.second?.forgetFirst()
  }

  forgetFirst(): void {
    this.first = undefined
  }

  /** The other end of the first call has gone while the second one stands. */
  finishFirst(face: Face): void {
    const { second } = this
    if (!second || second.over) return this.finish(face)
    this.second = undefined
    this.forget()
    second.#inherit(this)
  }
}
