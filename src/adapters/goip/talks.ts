import type { DeviceAnswer } from '#goip-wire'
import type { Random } from '#lib/random'
import type { GoipLine } from './lines.ts'

/** `address`: of a talk that a process before this one began, where the line was then; absent: where it is now. */
export type Talk = {
  readonly line: GoipLine
  readonly address?: string | undefined
  onAnswer(answer: DeviceAnswer): void
  close(): void
}

/** What goes on with devices now, by session number. */
export const createTalks = (random: Random) => {
  const talks = new Map<number, Talk>()
  return {
    /**
     * Positive, within 31 bits, and drawn: a device remembers numbers longer than this process may live, and answers
     * carry no password, so that nobody should know which number comes next.
     */
    number(): number {
      for (;;) {
        const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4)
        const session = (((a & 0x7f) << 24) | (b << 16) | (c << 8) | d) + 1
        if (session <= 0x7fffffff && !talks.has(session)) return session
      }
    },
    open: (session: number, talk: Talk): void => void talks.set(session, talk),
    end: (session: number): void => void talks.delete(session),
    /** False when nobody asked, or when the answer comes from elsewhere. */
    onAnswer(answer: DeviceAnswer, address: string): boolean {
      // Firmware that writes zeros in front of it means the same number.
      const talk = talks.get(Number(answer.session))
      if (!talk || (talk.address ?? talk.line.flow?.address) !== address) return false
      talk.onAnswer(answer)
      return true
    },
    close(): void {
      for (const talk of [...talks.values()]) talk.close()
    },
    get count(): number {
      return talks.size
    },
  }
}
