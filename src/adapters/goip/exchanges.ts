import type { DeviceAnswer } from '#goip-wire'
import type { Timer, Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { GoipLine } from './lines.ts'

type ExchangePorts = {
  timers: Timers
  say: () => void
  /** Milliseconds until it is said again, and how often. */
  everyMs: number
  times: number
  /** The words that end it well; every other answer is an error. */
  good: (word: string) => boolean
}

/** A question to a line, under a session number of its own unless it goes on in an open one. */
type Question = {
  line: GoipLine
  words: (session: number) => string
  good: (word: string) => boolean
  everyMs: number
  times: number
  session?: number
}
export type Ask = (question: Question) => Promise<{ answer: Result<DeviceAnswer, string>; session: number }>

/** One question and its answer: commands and USSD. */
export const createExchange = ({ timers, say, everyMs, times, good }: ExchangePorts) => {
  const { promise, resolve } = Promise.withResolvers<Result<DeviceAnswer, string>>()
  let timer: Timer | undefined
  const end = (answer: Result<DeviceAnswer, string>): void => {
    timer?.cancel()
    resolve(answer)
  }
  const tell = (left: number): void => {
    if (left <= 0) return end(err('the device does not answer'))
    say()
    timer = timers.after(everyMs, () => tell(left - 1))
  }
  tell(times)
  return {
    promise,
    onAnswer: (answer: DeviceAnswer): void =>
      end(good(answer.word) ? ok(answer) : err(answer.rest || answer.word)),
    close: (): void => end(err('shutdown')),
  }
}
export type Exchange = ReturnType<typeof createExchange>
