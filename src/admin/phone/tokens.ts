import type { Clock } from '#lib/clock'
import type { Random } from '#lib/random'

/** What a page shows once on its WebSocket instead of a password. */
export type Tokens = {
  issue(owner: TokenOwner): { token: string; expiresS: number }
  /** Whose it is; each token works once. */
  redeem(token: string): TokenOwner | undefined
}

/** `extension`: of another exchange, which let it in with this password; `refused`: it does not any more. */
export type TokenOwner = {
  impi: string
  tel: string
  extension?: { password: string; refused(): void }
}

const LIFE_S = 60
const MOST = 10_000

export const createTokens = (clock: Clock, random: Random): Tokens => {
  const tokens = new Map<string, TokenOwner & { untilMs: number }>()
  return {
    issue: (owner) => {
      const token = random.token(40)
      tokens.set(token, { ...owner, untilMs: clock.nowMs() + LIFE_S * 1000 })
      if (tokens.size > MOST) tokens.delete(tokens.keys().next().value as string)
      return { token, expiresS: LIFE_S }
    },
    redeem: (token) => {
      const known = tokens.get(token)
      tokens.delete(token)
      if (!known || known.untilMs <= clock.nowMs()) return undefined
      const { untilMs: _, ...owner } = known
      return owner
    },
  }
}
