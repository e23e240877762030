import type { SendResult } from '#core'
import type { DeviceAnswer } from '#goip-wire'
import * as wire from '#goip-wire'
import type { Timer, Timers } from '#lib/clock'
import type { GoipLine } from './lines.ts'
import type { LineSettings, WaitPoll } from './ports.ts'
import { refusalOf } from './refusals.ts'
import type { Talk } from './talks.ts'

/** What all sessions of a driver share. */
type SessionPorts = {
  timers: Timers
  /** Sends to where the line was last seen. */
  say: (line: GoipLine, text: string) => void
  /** The device does not take our password. */
  onPassword: (line: GoipLine) => void
  /** The device has let go of the session, or will not say so any more. */
  onEnd: (session: Session) => void
}

/** `address`: of a session that a process before this one began, where the line was then. */
type Opening = { line: GoipLine; number: number; text: string; address?: string }

type Recipient = { telid: number; to: string; resolve: (result: SendResult) => void }
type Phase = 'new' | 'msg' | 'password' | 'send' | 'wait' | 'done' | 'over'

const TICK_MS = 5000
const REPEATS = 3
/** A device drops a session this long after its MSG: what is not begun in time needs another one. */
const WHOLE_MS = 90_000
const SILENT_MS = 20_000

/**
 * When a SEND is said again: after how much silence, how often while the device has said nothing at all, and how often
 * once it said WAIT. There is firmware that sends a text again when it is asked again: hence little, and late.
 */
const POLLS: Record<WaitPoll, { everyMs: number; unheard: number; waiting: number; refill: boolean }> = {
  never: { everyMs: SILENT_MS, unheard: 0, waiting: 0, refill: false },
  silent: { everyMs: SILENT_MS, unheard: 3, waiting: 1, refill: false },
  spec: { everyMs: TICK_MS, unheard: 3, waiting: 3, refill: true },
}

const REFUSED = { kind: 'refused', fault: 'busy' } as const
const SILENT: SendResult = { kind: 'unknown', reason: 'the device fell silent' }
const MUTE: SendResult = { kind: 'refused', fault: 'line', reason: 'the device does not answer' }

/**
 * One bulk session, the manual's "Process for Bulk SMS": MSG, PASSWORD, then SEND for one number after the other,
 * DONE. Whatever is not answered is said again; a SEND only as `wait_poll` allows. Once a SEND has left, nothing but the
 * device's own word tells whether its text did: silence is `unknown`.
 *
 * A class, as there is one for each text that is on its way: what its functions take as closures lives for seconds.
 */
export class Session implements Talk {
  readonly line: GoipLine
  readonly address: string | undefined
  readonly number: number
  readonly #ports: SessionPorts
  readonly #text: string
  /** Of its beginning: a line may get others while a device is in the middle of it. */
  readonly #settings: LineSettings
  readonly #onSilence = (): void => this.#silent()
  #poll: (typeof POLLS)[WaitPoll]
  #queue: Recipient[] = []
  #startMs = 0
  #phase: Phase = 'new'
  #current: Recipient | undefined
  #telid = 0
  /** What was said last, and how often it may be said again. */
  #words = ''
  #asks = 0
  #repeated = false
  #timer: Timer | undefined

  constructor(ports: SessionPorts, { line, number, text, address }: Opening) {
    this.#ports = ports
    this.line = line
    this.address = address
    this.number = number
    this.#text = text
    this.#settings = line.settings
    this.#poll = POLLS[line.settings.wait_poll]
  }

  /** Adds a number; its refusal and the end of the session are told by the same promise. */
  send(to: string): Promise<SendResult> {
    if (this.#phase === 'done' || this.#phase === 'over')
      return Promise.resolve({ ...REFUSED, reason: 'the session is over' })
    return new Promise((resolve) => {
      this.#queue.push({ telid: ++this.#telid, to, resolve })
      if (this.#phase === 'new') this.#begin()
    })
  }

  /**
   * A session that a process before this one began so long ago, with one number: the device may still say OK or
   * ERROR. Nothing is asked again.
   */
  follow(agoMs: number): Promise<SendResult> {
    return new Promise((resolve) => {
      this.#poll = POLLS.never
      this.#startMs = this.#ports.timers.clock.nowMs() - Math.max(0, agoMs)
      this.#current = { telid: ++this.#telid, to: '', resolve }
      this.#asks = 0
      this.#enter('wait', Math.max(SILENT_MS, this.#restMs()))
    })
  }

  onAnswer(answer: DeviceAnswer): void {
    const { word, rest } = answer
    const phase = this.#phase
    if (phase === 'done') {
      if (word === 'DONE') this.#end()
    } else if (phase === 'send' || phase === 'wait') this.#onSend(answer)
    else if (phase === 'msg' && word === 'PASSWORD')
      this.#ask('password', wire.printPassword(this.number, this.#settings.password), REPEATS)
    else if (phase === 'password' && word === 'SEND') this.#next()
    else if ((phase === 'msg' || phase === 'password') && word === 'ERROR') this.#onRefusal(rest)
  }

  /** The house closes: what was begun is unknown. */
  close(): void {
    const begun = this.#phase === 'send' || this.#phase === 'wait' ? this.#current : undefined
    if (begun) this.#current = undefined
    this.#end()
    begun?.resolve({ kind: 'unknown', reason: 'shutdown' })
    this.#refuse({ ...REFUSED, reason: 'shutdown' })
  }

  #enter(next: Phase, ms: number): void {
    this.#phase = next
    this.#timer?.cancel()
    this.#timer = this.#ports.timers.after(ms, this.#onSilence)
  }
  #say(words: string): void {
    this.#words = words
    this.#ports.say(this.line, words)
  }
  /** Says it, and says it again until the phase is another one. */
  #ask(next: Phase, words: string, repeats: number): void {
    this.#asks = repeats
    this.#say(words)
    this.#enter(next, TICK_MS)
  }
  #restMs(): number {
    return this.#startMs + WHOLE_MS - this.#ports.timers.clock.nowMs()
  }

  #begin(): void {
    this.#startMs = this.#ports.timers.clock.nowMs()
    if (this.#settings.direct_sms) this.#next()
    else this.#ask('msg', wire.printMsg(this.number, this.#text), REPEATS)
  }
  #next(): void {
    this.#current = this.#queue.shift()
    if (!this.#current) return this.#finish(REPEATS)
    if (this.#restMs() < SILENT_MS) return this.#stop({ ...REFUSED, reason: 'the session is too old' })
    this.#asks = this.#poll.unheard
    this.#repeated = false
    this.#say(this.#wordsTo(this.#current))
    this.#listen('send')
  }
  #wordsTo({ telid, to }: Recipient): string {
    const { direct_sms, password } = this.#settings
    return direct_sms
      ? wire.printSms(this.number, telid, password, to, this.#text)
      : wire.printSend(this.number, telid, to)
  }

  /** Waits for the device's word on the current number, and asks again as long as `asks` are left. */
  #listen(next: 'send' | 'wait'): void {
    const { everyMs } = this.#poll
    this.#enter(next, this.#asks > 0 ? everyMs : Math.max(everyMs, this.#restMs()))
  }
  #silent(): void {
    const phase = this.#phase
    const isSent = phase === 'send' || phase === 'wait'
    if (isSent && (this.#asks <= 0 || !this.#current || this.#restMs() < TICK_MS)) return this.#settle(SILENT)
    if (!isSent && this.#asks <= 0) return phase === 'done' ? this.#end() : this.#stop(MUTE)
    this.#asks--
    this.#repeated = true
    this.#say(this.#words)
    if (isSent) this.#listen(phase)
    else this.#enter(phase, TICK_MS)
  }
  #settle(result: SendResult): void {
    const settled = this.#current
    this.#current = undefined
    this.#next()
    settled?.resolve(result)
  }

  /** Nothing more of this session will be sent: what has not been begun is certainly not sent. */
  #stop(result: SendResult): void {
    this.#finish(1)
    this.#refuse(result)
  }
  #refuse(result: SendResult): void {
    const rest = this.#current ? [this.#current, ...this.#queue] : this.#queue
    this.#current = undefined
    this.#queue = []
    for (const { resolve } of rest) resolve(result)
  }
  #finish(repeats: number): void {
    this.#ask('done', wire.printDone(this.number), repeats)
  }
  #end(): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#timer?.cancel()
    this.#ports.onEnd(this)
  }

  #onWait(): void {
    if (this.#restMs() <= 0) return this.#settle(SILENT)
    if (this.#phase === 'send' || this.#poll.refill) this.#asks = this.#poll.waiting
    this.#listen('wait')
  }
  #onSend({ word, rest }: DeviceAnswer): void {
    const [id = '', reference] = rest.split(' ')
    if (id !== String(this.#current?.telid)) {
      // It speaks of the session itself, which it does not know any more: a first SEND did nothing then.
      if (word !== 'ERROR' || /^-?\d+$/.test(id)) return
      const reason = rest || 'the device lost the session'
      const certain = this.#phase === 'send' && !this.#repeated
      return this.#settle(certain ? { ...REFUSED, reason } : { kind: 'unknown', reason })
    }
    if (word === 'WAIT') this.#onWait()
    else if (word === 'OK') this.#settle(reference ? { kind: 'sent', reference } : { kind: 'sent' })
    else if (word === 'ERROR') this.#settle(refusalOf(rest))
  }
  #onRefusal(rest: string): void {
    if (this.#phase === 'password') {
      if (!/PASSWORD/i.test(rest)) return this.#stop({ ...REFUSED, reason: rest || 'the device is busy' })
      this.#ports.onPassword(this.line)
      return this.#stop({ kind: 'refused', fault: 'line', reason: 'the device does not take the password' })
    }
    // The device never opened it, so that there is nothing to end.
    this.#end()
    this.#refuse({ ...REFUSED, reason: rest || 'the device is busy' })
  }
}
