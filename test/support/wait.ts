/** Asks again until the answer is neither undefined nor false; rejects when the time is up. */
export const until = async <T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 30_000, everyMs = 50 } = {},
): Promise<T> => {
  const end = performance.now() + timeoutMs
  let last: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error
    }
    if (performance.now() > end)
      throw new Error(`${what}: not within ${timeoutMs} ms${last ? ` (${last})` : ''}`)
    await sleep(everyMs)
  }
}

/** Asks again until the check no longer throws; else rejects with what it threw last. */
export const holds = (what: string, check: () => void | Promise<void>): Promise<true> =>
  until(what, async () => {
    await check()
    return true
  })

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
