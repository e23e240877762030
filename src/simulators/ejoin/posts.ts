import type { EjoinManner, EjoinPorts } from './contract.ts'
import { printJson } from './print.ts'

const MOST_WAITING = 1000
/** What comes late comes behind others, so much later at most. */
const LATE_MS = 1000

type Post = { url: string; type: string; json: string }

/** Reports to the server, one after the other; what is not taken is made again a few times, then forgotten. */
export const createPosts = (
  { timers, chance, post, onEvent }: Pick<EjoinPorts, 'timers' | 'chance' | 'post' | 'onEvent'>,
  manner: EjoinManner,
) => {
  const waiting: Post[] = []
  let power = 0
  let busy = false

  const attempt = async (one: Post, left: number): Promise<void> => {
    const at = power
    const status = await post(one.url, one.json)
    onEvent({ kind: 'posted', type: one.type, status })
    if (status === 200 || left <= 1 || at !== power) return
    await new Promise<void>((resolve) => void timers.after(manner.postAgainMs, resolve))
    if (at === power) await attempt(one, left - 1)
  }
  const next = async (): Promise<void> => {
    if (busy) return
    busy = true
    const at = power
    for (let one = waiting.shift(); one && at === power; one = waiting.shift())
      await attempt(one, manner.postTries)
    if (at === power) busy = false
  }

  return {
    say(url: string, report: { type: string; [member: string]: unknown }): void {
      const { type } = report
      const [lost, twice] = [chance.happens(manner.losePosts), chance.happens(manner.repeatPosts)]
      // No draw where nobody wants it: a seed goes on meaning what it meant.
      const late = manner.reorderPosts > 0 && chance.happens(manner.reorderPosts)
      if (url === '' || lost || waiting.length >= MOST_WAITING)
        return onEvent({ kind: 'posted', type, status: -1 })
      const one = { url, type, json: printJson(report, manner.quirks) }
      const enter = (): void => {
        waiting.push(one)
        if (twice) waiting.push(one)
        void next()
      }
      if (!late) return enter()
      const at = power
      timers.after(chance.between(0, LATE_MS), () => at === power && enter())
    },
    stop(): void {
      power++
      busy = false
      waiting.length = 0
    },
  }
}
export type Posts = ReturnType<typeof createPosts>
