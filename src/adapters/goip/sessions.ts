import type { SendResult } from '#core'
import * as wire from '#goip-wire'
import { type DeviceAnswer, errorClassOf, errorStatusIn } from '#goip-wire'
import type { Timer, Timers } from '#lib/clock'
import type { LineSettings, WaitPoll } from './ports.ts'

type SessionPorts = {
  timers: Timers
  settings: LineSettings
  session: number
  text: string
  /** Sends to where the line was last seen. */
  say: (text: string) => void
  /** The device does not take our password. */
  onPassword: () => void
  /** The device has let go of the session, or will not say so any more. */
  onEnd: () => void
}

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

/**
 * One bulk session, the manual's "Process for Bulk SMS": MSG, PASSWORD, then SEND for one number after the other,
 * DONE. Whatever is not answered is said again; a SEND only as `wait_poll` allows. Once a SEND has left, nothing but the
 * device's own word tells whether its text did: silence is `unknown`.
 */
export const createSession = (ports: SessionPorts) => {
  const { timers, settings, session, text, say, onPassword, onEnd } = ports
  let poll = POLLS[settings.wait_poll]
  const queue: Recipient[] = []
  let startMs = 0
  let phase: Phase = 'new'
  let current: Recipient | undefined
  let telid = 0
  let asks = 0
  let repeated = false
  let timer: Timer | undefined

  const enter = (next: Phase, ms: number, run: () => void): void => {
    phase = next
    timer?.cancel()
    timer = timers.after(ms, run)
  }
  /** Says it, and says it again until the phase is another one. */
  const ask = (next: Phase, words: string, repeats: number, silence: () => void): void => {
    say(words)
    enter(next, TICK_MS, () => (repeats > 0 ? ask(next, words, repeats - 1, silence) : silence()))
  }
  const restMs = (): number => startMs + WHOLE_MS - timers.clock.nowMs()
  const mute = (): void => stop({ kind: 'refused', fault: 'line', reason: 'the device does not answer' })

  const begin = (): void => {
    startMs = timers.clock.nowMs()
    if (settings.direct_sms) next()
    else ask('msg', wire.printMsg(session, text), REPEATS, mute)
  }
  const next = (): void => {
    current = queue.shift()
    if (!current) return finish(REPEATS)
    if (restMs() < SILENT_MS) return stop({ ...REFUSED, reason: 'the session is too old' })
    asks = poll.unheard
    repeated = false
    say(words(current))
    listen('send')
  }
  const words = ({ telid: id, to }: Recipient): string =>
    settings.direct_sms
      ? wire.printSms(session, id, settings.password, to, text)
      : wire.printSend(session, id, to)

  /** Waits for the device's word on the current number, and asks again as long as `asks` are left. */
  const listen = (next: 'send' | 'wait'): void => {
    enter(next, asks > 0 ? poll.everyMs : Math.max(poll.everyMs, restMs()), () => {
      if (asks <= 0 || !current || restMs() < TICK_MS) return settle(SILENT)
      asks--
      repeated = true
      say(words(current))
      listen(next)
    })
  }
  const settle = (result: SendResult): void => {
    const settled = current
    current = undefined
    next()
    settled?.resolve(result)
  }

  /** Nothing more of this session will be sent: what has not been begun is certainly not sent. */
  const stop = (result: SendResult): void => {
    finish(1)
    refuse(result)
  }
  const refuse = (result: SendResult): void => {
    const rest = current ? [current, ...queue] : [...queue]
    current = undefined
    queue.length = 0
    for (const { resolve } of rest) resolve(result)
  }
  const finish = (repeats: number): void => ask('done', wire.printDone(session), repeats, end)
  const end = (): void => {
    if (phase === 'over') return
    phase = 'over'
    timer?.cancel()
    onEnd()
  }

  const onWait = (): void => {
    if (restMs() <= 0) return settle(SILENT)
    if (phase === 'send' || poll.refill) asks = poll.waiting
    listen('wait')
  }
  const onSend = ({ word, rest }: DeviceAnswer): void => {
    const [id = '', reference] = rest.split(' ')
    if (id !== String(current?.telid)) {
      // It speaks of the session itself, which it does not know any more: a first SEND did nothing then.
      if (word !== 'ERROR' || /^-?\d+$/.test(id)) return
      const reason = rest || 'the device lost the session'
      const certain = phase === 'send' && !repeated
      return settle(certain ? { ...REFUSED, reason } : { kind: 'unknown', reason })
    }
    if (word === 'WAIT') onWait()
    else if (word === 'OK') settle({ kind: 'sent', ...(reference && { reference }) })
    else if (word === 'ERROR') settle(refusalOf(rest))
  }

  const onRefusal = (rest: string): void => {
    if (phase === 'password') {
      if (!/PASSWORD/i.test(rest)) return stop({ ...REFUSED, reason: rest || 'the device is busy' })
      onPassword()
      return stop({ kind: 'refused', fault: 'line', reason: 'the device does not take the password' })
    }
    // The device never opened it, so that there is nothing to end.
    end()
    refuse({ ...REFUSED, reason: rest || 'the device is busy' })
  }

  return {
    /** Adds a number; its refusal and the end of the session are told by the same promise. */
    send: (to: string): Promise<SendResult> =>
      new Promise((resolve) => {
        if (phase === 'done' || phase === 'over')
          return resolve({ ...REFUSED, reason: 'the session is over' })
        queue.push({ telid: ++telid, to, resolve })
        if (phase === 'new') begin()
      }),
    /**
     * A session that a process before this one began so long ago, with one number: the device may still say OK or
     * ERROR. Nothing is asked again.
     */
    follow: (agoMs: number): Promise<SendResult> =>
      new Promise((resolve) => {
        poll = POLLS.never
        startMs = timers.clock.nowMs() - Math.max(0, agoMs)
        current = { telid: ++telid, to: '', resolve }
        enter('wait', Math.max(SILENT_MS, restMs()), () => settle(SILENT))
      }),
    onAnswer(answer: DeviceAnswer): void {
      const { word, rest } = answer
      if (phase === 'done') {
        if (word === 'DONE') end()
      } else if (phase === 'send' || phase === 'wait') onSend(answer)
      else if (phase === 'msg' && word === 'PASSWORD')
        ask('password', wire.printPassword(session, settings.password), REPEATS, mute)
      else if (phase === 'password' && word === 'SEND') next()
      else if ((phase === 'msg' || phase === 'password') && word === 'ERROR') onRefusal(rest)
    },
    /** The house closes: what was begun is unknown. */
    close(): void {
      const begun = phase === 'send' || phase === 'wait' ? current : undefined
      if (begun) current = undefined
      end()
      begun?.resolve({ kind: 'unknown', reason: 'shutdown' })
      refuse({ ...REFUSED, reason: 'shutdown' })
    },
  }
}
export type Session = ReturnType<typeof createSession>

const FAULTS = { again: 'busy', never: 'number', line: 'line', unclear: 'line' } as const

const refusalOf = (rest: string): SendResult => {
  const cause = errorStatusIn(rest)
  return {
    ...{ kind: 'refused', fault: cause === undefined ? 'line' : FAULTS[errorClassOf(cause)] },
    reason: cause === undefined ? rest : `error ${cause}`,
    ...(cause !== undefined && { cause }),
  }
}
