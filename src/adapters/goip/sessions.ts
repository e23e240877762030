import type { SendResult } from '#core'
import * as wire from '#goip-wire'
import { type DeviceAnswer, errorClassOf, errorStatusIn } from '#goip-wire'
import type { Timer, Timers } from '#lib/clock'
import type { GoipLine } from './lines.ts'
import type { WaitPoll } from './ports.ts'

type SessionPorts = {
  timers: Timers
  line: GoipLine
  session: number
  text: string
  /** Sends to where the line was last seen. */
  say: (line: GoipLine, text: string) => void
  /** The device does not take our password. */
  onPassword: () => void
  /** The device has let go of the session, or will not say so any more. */
  onEnd: () => void
}

type Number = { telid: number; to: string; resolve: (result: SendResult) => void }
type Phase = 'msg' | 'password' | 'send' | 'wait' | 'done' | 'over'

const TICK_MS = 5000
const REPEATS = 3
/** A device drops a session this long after its MSG: what is not begun by then begins another one. */
const WHOLE_MS = 90_000
const SILENT_MS = 20_000
const SILENT_ASKS = 2

/**
 * One bulk session, the manual's "Process for Bulk SMS": MSG, PASSWORD, then SEND for one number after the other,
 * DONE. Whatever is not answered is repeated; a SEND that was answered with WAIT only as `wait_poll` says, because there
 * is firmware that sends a text again when it is asked again.
 */
export const createSession = ({ timers, line, session, text, say, onPassword, onEnd }: SessionPorts) => {
  const poll: WaitPoll = line.settings.wait_poll
  const numbers: Number[] = []
  const startMs = timers.clock.nowMs()
  let phase: Phase = 'msg'
  let current: Number | undefined
  let telid = 0
  let timer: Timer | undefined
  let left = REPEATS

  const ask = (next: Phase, words: string, repeats = REPEATS): void => {
    phase = next
    left = repeats
    say(line, words)
    arm(TICK_MS, () => again(words))
  }
  const arm = (ms: number, run: () => void): void => {
    timer?.cancel()
    timer = timers.after(ms, run)
  }
  const again = (words: string): void => {
    if (left-- > 0) {
      say(line, words)
      return arm(TICK_MS, () => again(words))
    }
    if (phase === 'done') return end()
    if (phase === 'send') return settle({ kind: 'unknown', reason: 'the device fell silent' })
    stop({ kind: 'refused', fault: 'line', reason: 'the device does not answer' })
  }

  const settle = (result: SendResult): void => {
    const number = current
    current = undefined
    next()
    number?.resolve(result)
  }
  const next = (): void => {
    current = numbers.shift()
    if (!current) return ask('done', wire.printDone(session))
    if (timers.clock.nowMs() - startMs > WHOLE_MS - SILENT_MS) {
      numbers.unshift(current)
      current = undefined
      return stop({ kind: 'refused', fault: 'busy', reason: 'the session is too old' })
    }
    // Without polling even an unanswered SEND stays alone: it may have been heard.
    ask('send', words(), poll === 'never' ? 0 : REPEATS)
  }
  const words = (): string => wire.printSend(session, current?.telid ?? 0, current?.to ?? '')

  /** Nothing more of this session will be sent: what has not been begun is certainly not sent. */
  const stop = (result: SendResult): void => {
    const rest = current ? [current, ...numbers] : [...numbers]
    current = undefined
    numbers.length = 0
    ask('done', wire.printDone(session), 1)
    for (const number of rest) number.resolve(result)
  }
  const end = (): void => {
    if (phase === 'over') return
    phase = 'over'
    timer?.cancel()
    onEnd()
  }

  const wait = (asks: number): void => {
    phase = 'wait'
    const restMs = Math.max(0, WHOLE_MS - (timers.clock.nowMs() - startMs))
    if (poll === 'never' || asks === 0 || restMs === 0)
      return arm(Math.max(restMs, SILENT_MS), () =>
        settle({ kind: 'unknown', reason: 'the device never said OK' }),
      )
    arm(poll === 'spec' ? TICK_MS : SILENT_MS, () => {
      say(line, words())
      wait(asks - 1)
    })
  }

  const onSend = ({ word, rest }: DeviceAnswer): void => {
    const [id, reference] = rest.split(' ')
    if (!current || id !== String(current.telid)) return
    if (word === 'WAIT') wait(poll === 'spec' ? Math.ceil(WHOLE_MS / TICK_MS) : SILENT_ASKS)
    else if (word === 'OK') settle({ kind: 'sent', ...(reference && { reference }) })
    else if (word === 'ERROR') settle(refusalOf(rest))
  }

  ask('msg', wire.printMsg(session, text))
  return {
    /** Adds a number; rejected numbers and the end of the session are told by the same promise. */
    send: (to: string): Promise<SendResult> =>
      new Promise((resolve) => {
        if (phase === 'done' || phase === 'over')
          return resolve({ kind: 'refused', fault: 'busy', reason: 'the session is over' })
        numbers.push({ telid: ++telid, to, resolve })
      }),
    onAnswer(answer: DeviceAnswer): void {
      const { word } = answer
      if (phase === 'done') {
        if (word === 'DONE') end()
      } else if (phase === 'send' || phase === 'wait') onSend(answer)
      else if (phase === 'msg' && word === 'PASSWORD')
        ask('password', wire.printPassword(session, line.settings.password))
      else if (phase === 'password' && word === 'SEND') next()
      else if (phase === 'password' && word === 'ERROR') {
        onPassword()
        stop({ kind: 'refused', fault: 'line', reason: 'the device does not take the password' })
      } else if (phase === 'msg' && word === 'ERROR')
        stop({ kind: 'refused', fault: 'busy', reason: answer.rest || 'the device is busy' })
    },
    /** The house closes: what was begun is unknown. */
    close(): void {
      if (current) settle({ kind: 'unknown', reason: 'shutdown' })
      end()
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
