import { shareOf } from '#lib/random'
import { parseDelta, parseRetryAfter } from '../grammar/fields.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import type { Dialog } from './dialog.ts'
import type { Offers } from './offers.ts'
import type { LegEnd, SessionPorts } from './session-ports.ts'
import {
  acceptInterval,
  agreedInterval,
  createSessionTimer,
  MAX_SE,
  MIN_SE,
  offerInterval,
} from './session-timer.ts'

/** The session that is kept alive. */
export type Refreshed = {
  readonly dialog: Dialog
  readonly offers: Offers
  readonly ended: boolean
  peerAllowsUpdate: boolean
  refreshing(method: 'INVITE' | 'UPDATE', sdp: string | undefined): SipRequest
  ask(request: SipRequest): Promise<SipResponse>
  watch(work: Promise<unknown>): void
  fail(end: LegEnd): void
}

type RefreshPorts = Pick<SessionPorts, 'timers' | 'random' | 'sessionExpires'>

/** Keeps one session alive, RFC 4028: agrees on the interval, refreshes when it is our turn, gives up when nobody does. */
export const createRefresh = ({ timers, random, sessionExpires }: RefreshPorts, session: Refreshed) => {
  const timer = createSessionTimer(
    timers,
    () => session.watch(refresh()),
    () => session.fail({ by: 'timeout', reason: 'session expired' }),
  )
  let minimum = MIN_SE

  const agree = ({ headers }: SipResponse): void => timer.arm(agreedInterval(headers, sessionExpires))

  /** By UPDATE where the peer knows it, else by a re-INVITE that changes nothing. */
  const refresh = async (): Promise<void> => {
    const { offers } = session
    if (session.ended) return
    if (offers.exchange !== undefined) return timer.retry(4000)
    const response = session.peerAllowsUpdate
      ? await session.ask(session.refreshing('UPDATE', undefined))
      : await offers.repeat()
    if (session.ended) return
    if (response.status < 300) return agree(response)
    if (response.status === 405 || response.status === 501) session.peerAllowsUpdate = false
    if (response.status === 422) {
      const wanted = parseDelta(response.headers.get('Min-SE') ?? '') ?? MIN_SE
      minimum = Math.min(Math.max(wanted, minimum), MAX_SE)
    }
    timer.retry(patienceMs(response))
  }

  /** 491: the side that owns the Call-ID waits 2.1 to 4 s, the other up to 2 s, RFC 3261 §14.1. */
  const patienceMs = ({ status, headers }: SipResponse): number => {
    if (status === 491) {
      const share = shareOf(random)
      return session.dialog.caller ? 2100 + share * 1900 : share * 2000
    }
    if (status === 422 || status === 405 || status === 501) return 1000
    return Math.max(parseRetryAfter(headers.get('Retry-After') ?? '') ?? 10, 1) * 1000
  }

  return {
    /** What the peer's 2xx says. */
    agree,
    /** What our 2xx says. */
    grant: (request: SipRequest, response: SipResponse): void =>
      timer.arm(acceptInterval(request.headers, response.headers, sessionExpires)),
    /** What our request says: who refreshes stays who refreshes, §7.4. */
    offer: (request: SipRequest): void =>
      offerInterval(request.headers, sessionExpires, minimum, timer.refresher() ?? 'local'),
    stop: (): void => timer.stop(),
  }
}
