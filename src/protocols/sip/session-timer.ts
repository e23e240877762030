import type { Timer, Timers } from '#lib/clock'
import { parseDelta, parseSessionExpires, tokensOf } from './fields.ts'
import type { Headers } from './message.ts'

/** The smallest session interval that RFC 4028 §5 allows, in seconds; also what we ask for at least. */
export const MIN_SE = 90

export type Interval = { seconds: number; refresher: 'local' | 'remote' }

/** Headers for a request that opens or refreshes a session, RFC 4028 §7.1. */
export const offerInterval = (headers: Headers, seconds: number, refresher?: 'uac' | 'uas'): void => {
  headers.add('Session-Expires', refresher ? `${seconds};refresher=${refresher}` : `${seconds}`)
  headers.add('Min-SE', `${MIN_SE}`)
}

/** True when the request asks for a shorter interval than allowed: answer 422 with Min-SE, §9. */
export const tooShort = (headers: Headers): boolean => {
  const asked = parseSessionExpires(headers.get('Session-Expires') ?? '')
  return asked !== undefined && asked.seconds < MIN_SE
}

/** What a 2xx to the peer's request says, §9 table 2: the peer refreshes when it can, else we do. */
export const acceptInterval = (request: Headers, response: Headers, wanted: number): Interval => {
  const asked = parseSessionExpires(request.get('Session-Expires') ?? '')
  const minimum = parseDelta(request.get('Min-SE') ?? '') ?? MIN_SE
  const able = tokensOf(request, 'Supported').includes('timer')
  const seconds = Math.max(Math.min(asked?.seconds ?? wanted, wanted), minimum, MIN_SE)
  const remote = able && asked?.refresher !== 'uas'
  response.set('Session-Expires', `${seconds};refresher=${remote ? 'uac' : 'uas'}`)
  if (remote) response.add('Require', 'timer')
  return { seconds, refresher: remote ? 'remote' : 'local' }
}

/** What the peer's 2xx agreed to, §7.2; undefined: it knows no session timer, so nobody but we could refresh. */
export const agreedInterval = (response: Headers, wanted: number): Interval => {
  const agreed = parseSessionExpires(response.get('Session-Expires') ?? '')
  if (!agreed) return { seconds: wanted, refresher: 'local' }
  return {
    seconds: Math.max(agreed.seconds, MIN_SE),
    refresher: agreed.refresher === 'uas' ? 'remote' : 'local',
  }
}

/**
 * Watches one session: the refresher refreshes at half the interval, the other gives up
 * max(n - 32, 2n/3) seconds after the last refresh, §10.
 */
export const createSessionTimer = (timers: Timers, refresh: () => void, expired: () => void) => {
  let timer: Timer | undefined
  return {
    arm({ seconds, refresher }: Interval): void {
      timer?.cancel()
      const after = refresher === 'local' ? seconds / 2 : Math.max(seconds - 32, (2 * seconds) / 3)
      timer = timers.after(after * 1000, refresher === 'local' ? refresh : expired)
    },
    stop(): void {
      timer?.cancel()
      timer = undefined
    },
  }
}
