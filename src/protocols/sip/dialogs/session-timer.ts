import type { Timer, Timers } from '#lib/clock'
import { parseDelta, parseSessionExpires, tokensOf } from '../grammar/fields.ts'
import type { Headers } from '../grammar/message.ts'

/** The smallest session interval that RFC 4028 §5 allows, in seconds; also what we ask for at least. */
export const MIN_SE = 90
/** Nobody makes us wait longer than a day. */
export const MAX_SE = 86_400

export type Refresher = 'local' | 'remote'
export type Interval = { seconds: number; refresher: Refresher }

/** Headers for a request that opens or refreshes a session, RFC 4028 §7.1 and §7.4. */
export const offerInterval = (
  headers: Headers,
  seconds: number,
  minimum = MIN_SE,
  refresher?: Refresher,
): void => {
  const role = refresher === undefined ? '' : `;refresher=${refresher === 'local' ? 'uac' : 'uas'}`
  headers.add('Session-Expires', `${Math.max(seconds, minimum)}${role}`)
  headers.add('Min-SE', `${minimum}`)
}

const supportsTimer = (headers: Headers): boolean =>
  tokensOf(headers, 'Supported').includes('timer') || tokensOf(headers, 'Require').includes('timer')

/** True when the request asks for a shorter interval than allowed: answer 422 with Min-SE, §9. Only who knows 422 gets it. */
export const tooShort = (headers: Headers): boolean => {
  if (!headers.has('Session-Expires')) return false
  const asked = parseSessionExpires(headers.get('Session-Expires') ?? '')
  return asked !== undefined && asked.seconds < MIN_SE && supportsTimer(headers)
}

/** What a 2xx to the peer's request says, §9 table 2: the peer refreshes when it can, else we do. */
export const acceptInterval = (request: Headers, response: Headers, wanted: number): Interval => {
  const asked = parseSessionExpires(request.get('Session-Expires') ?? '')
  const minimum = parseDelta(request.get('Min-SE') ?? '') ?? MIN_SE
  const able = supportsTimer(request)
  const shortest = Math.min(Math.max(minimum, MIN_SE), MAX_SE)
  const seconds = Math.max(Math.min(asked?.seconds ?? wanted, wanted), shortest)
  const remote = able && asked?.refresher !== 'uas'
  response.set('Session-Expires', `${seconds};refresher=${remote ? 'uac' : 'uas'}`)
  if (remote) response.add('Require', 'timer')
  return { seconds, refresher: remote ? 'remote' : 'local' }
}

/** What the peer's 2xx agreed to, §7.2. Without a word in it the peer knows no session timer: nobody but we refresh. */
export const agreedInterval = (response: Headers, wanted: number): Interval => {
  const agreed = parseSessionExpires(response.get('Session-Expires') ?? '')
  if (!agreed) return { seconds: wanted, refresher: 'local' }
  return {
    seconds: Math.min(Math.max(agreed.seconds, MIN_SE), MAX_SE),
    refresher: agreed.refresher === 'uas' ? 'remote' : 'local',
  }
}

/**
 * Watches one session: the refresher refreshes at half the interval, the other gives up
 * max(n - 32, 2n/3) seconds after the last refresh, §10.
 */
export const createSessionTimer = (timers: Timers, refresh: () => void, expired: () => void) => {
  let timer: Timer | undefined
  let refresher: Refresher | undefined
  let endMs = 0

  const giveUpAfter = (seconds: number): number => Math.max(seconds - 32, (2 * seconds) / 3) * 1000
  const run = (delayMs: number, job: () => void): void => {
    timer?.cancel()
    timer = timers.after(delayMs, job)
  }

  return {
    /** Who refreshes now; undefined before anything was agreed. */
    refresher: (): Refresher | undefined => refresher,
    arm(interval: Interval): void {
      refresher = interval.refresher
      endMs = timers.clock.nowMs() + giveUpAfter(interval.seconds)
      if (refresher === 'local') run(interval.seconds * 500, refresh)
      else run(giveUpAfter(interval.seconds), expired)
    },
    /** A refresh that failed for now: once more after a while, as long as the session lives. */
    retry(delayMs: number): void {
      const leftMs = endMs - timers.clock.nowMs()
      if (delayMs < leftMs) run(delayMs, refresh)
      else run(Math.max(leftMs, 0), expired)
    },
    stop(): void {
      timer?.cancel()
      timer = undefined
    },
  }
}
