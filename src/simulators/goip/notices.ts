import type { Timer, Timers } from '#lib/clock'
import type { GoipEvent, GoipManner } from './contract.ts'

type Notice = { key: string; timer: Timer | undefined }
type Verdict = (GoipEvent & { kind: 'told' })['verdict']

type NoticePorts = {
  timers: Timers
  manner: Pick<GoipManner, 'quirks' | 'repeatMs' | 'repeats'>
  /** What stands behind the receipt number: `id:…;password:…;`. */
  credentials: string
  say: (text: string) => void
  onEnd: (name: string, verdict: Verdict, text: string) => void
}

/** What a channel tells by itself, and says again (3 s, three times) until it is acknowledged. */
export const createNotices = ({ timers, manner, credentials, say, onEnd }: NoticePorts) => {
  const open: Notice[] = []
  /** "Count with the current time stamp, decreasing": the manual. */
  const start = Math.floor(timers.clock.wallMs() / 1000)
  let count = 0

  const receipt = (): number => {
    count++
    if (manner.quirks.has('negative-receipts')) return -count
    return manner.quirks.has('repeats-receipts') ? start + (count % 3) : start - count
  }
  const end = (notice: Notice): void => {
    notice.timer?.cancel()
    const at = open.indexOf(notice)
    if (at >= 0) open.splice(at, 1)
  }
  const repeat = (notice: Notice, name: string, words: string, left: number): void => {
    say(words)
    notice.timer = timers.after(manner.repeatMs, () => {
      if (left > 0) return repeat(notice, name, words, left - 1)
      end(notice)
      onEnd(name, 'none', '')
    })
  }

  return {
    /** `fields` end without a semicolon, so that a text may be the last of them. */
    tell(name: string, fields: string): void {
      const number = receipt()
      const notice: Notice = { key: `${name} ${number}`, timer: undefined }
      open.push(notice)
      repeat(notice, name, `${name}:${number};${credentials}${fields}`, manner.repeats)
    },
    /** The server's word. False when nobody waits for it: a repetition that was under way. */
    take(name: string, number: string, verdict: Verdict, text: string): boolean {
      const wanted = `${name} ${number}`
      const notice = open.find(({ key }) => key === wanted)
      if (!notice) return false
      end(notice)
      onEnd(name, verdict, text)
      return true
    },
    clear(): void {
      for (const { timer } of open) timer?.cancel()
      open.length = 0
    },
  }
}
export type Notices = ReturnType<typeof createNotices>
