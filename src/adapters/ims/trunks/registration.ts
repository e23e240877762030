import type { Timer, Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { type Random, shareOf } from '#lib/random'
import type { Flow, Wire } from '#lib/wire'
import {
  type ClientEvents,
  type ClientTransaction,
  createDigestAnswerer,
  createRequest,
  createResponse,
  type ProofFields,
  parseDelta,
  parseRetryAfter,
  reasonPhrase,
  type SipRequest,
  type SipResponse,
  tokensOf,
} from '#sip'
import { ownUri } from '../paths.ts'
import { type TrunkLine, userPart } from './line.ts'

/** How our registration at a trunk stands. `reason`: why it does not. */
export type TrunkRegistration = {
  registered: boolean
  reason?: string
  /** SIP's status of what came last; 408: nothing did. */
  status?: number
}

export type RegistrationPorts = {
  timers: Timers
  random: Random
  log: Log
  wire: Wire
  request(request: SipRequest, flow: Flow, events: ClientEvents): ClientTransaction
  /** Keeps a connection alive until what it gives is called; `onEnd`: it ended before. */
  keep(flow: Flow, onEnd: () => void): () => void
  /** User part of our contact, where it is not the account's; and of the account, where it is not the login's name. */
  contactUser?: string
  accountUser?: string
  /** Seconds that are asked for. */
  expiresS?: number
  /** Hears of every answer that decides something. */
  told?(state: TrunkRegistration, contacts: readonly string[]): void
}

const EXPIRES_S = 3600
/** What a server asks for at most (423), and what one may grant at least without being asked all the time. */
const MOST_S = 86_400
const LEAST_S = 30
const MOST_TURNS = 4
const FIRST_RETRY_MS = 2000
const MOST_RETRY_MS = 300_000
/** Of what a busy server asks us to wait. */
const MOST_AFTER_S = 3600
/** RFC 5626 §4.5: a connection that stood for so long was a good one. */
const GOOD_MS = 120_000
/** All that are registered by one connection lose it at once, and shall not come back in one moment. */
const SPREAD_MS = 2000

const retryMs = (failures: number): number =>
  Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10))

/** A registration of ours at a trunk, kept for as long as the house stands: RFC 3261 §10.2. */
export const createTrunkRegistration = (ports: RegistrationPorts, line: TrunkLine) => {
  const { timers, random, log, wire } = ports
  const login = line.login ?? { username: '', password: '' }
  const answerer = createDigestAnswerer(login, random)
  const [callId, tag] = [random.token(20), random.token()]
  const user = userPart(ports.accountUser ?? login.username)
  const contactUser = ports.contactUser ?? user
  const uri = `sip:${line.host}`
  let state: TrunkRegistration = { registered: false, reason: 'not asked yet' }
  let [seq, failures, closed] = [0, 0, false]
  let timer: Timer | undefined
  /** The connection by which we are reached, since when, and how many in a row did not last. */
  let held: { connection: number; sinceMs: number; release(): void } | undefined
  let [losses, asking] = [0, false]

  const contactOn = (flow: Flow): string => `<${ownUri(flow, contactUser)}>`
  const registerOn = (flow: Flow, expiresS: number): SipRequest => {
    const request = createRequest('REGISTER', uri)
    const { headers } = request
    headers.add('Max-Forwards', '70').add('From', `<sip:${user}@${line.host}>;tag=${tag}`)
    headers.add('To', `<sip:${user}@${line.host}>`).add('Call-ID', callId)
    headers.add('CSeq', `${++seq} REGISTER`).add('Contact', `${contactOn(flow)};expires=${expiresS}`)
    headers.add('Expires', `${expiresS}`)
    return request
  }
  const ask = (request: SipRequest, flow: Flow): Promise<SipResponse> =>
    new Promise((done) => {
      ports.request(request, flow, {
        onResponse: (response) => {
          if (response.status >= 200) done(response)
        },
        onFailure: (why) => {
          const status = why === 'timeout' ? 408 : 503
          done(createResponse(request, status, reasonPhrase(status)))
        },
      })
    })

  /** With as many challenges and corrections as it takes, within reason. */
  const attempt = async (flow: Flow, wantedS: number): Promise<SipResponse> => {
    let expiresS = wantedS
    let proof: ProofFields | undefined
    for (let turn = 0; ; turn++) {
      const request = registerOn(flow, expiresS)
      for (const [name, value] of proof ?? answerer.again(request)) request.headers.add(name, value)
      const response = await ask(request, flow)
      const { status, headers } = response
      if (turn >= MOST_TURNS) return response
      const minimum = parseDelta(headers.get('Min-Expires') ?? '')
      if (status === 423 && minimum !== undefined && minimum > expiresS && minimum <= MOST_S) {
        expiresS = minimum
        proof = undefined
      } else if (status === 401 || status === 407) {
        proof = answerer.answer(request, response)
        if (!proof) return response
      } else return response
    }
  }

  /** What was granted to our contact; some servers list those of others too, RFC 3261 §10.3. */
  const grantedIn = ({ headers }: SipResponse, flow: Flow): number => {
    const own = tokensOf(headers, 'Contact').find((one) => one.includes(ownUri(flow, contactUser)))
    const said = /;\s*expires="?(\d{1,9})/i.exec(own ?? '')?.[1] ?? headers.get('Expires') ?? ''
    return Math.min(MOST_S, Math.max(LEAST_S, parseDelta(said) ?? EXPIRES_S))
  }

  const become = (next: TrunkRegistration, contacts: readonly string[] = []): void => {
    const { registered, reason } = next
    if (registered !== state.registered || reason !== state.reason)
      log.write(
        'sip',
        registered ? 'info' : 'warn',
        registered ? `registered at trunk ${line.name}` : `not registered at trunk ${line.name}: ${reason}`,
      )
    state = next
    ports.told?.(next, contacts)
  }
  const later = (ms: number): void => {
    timer?.cancel()
    if (!closed) timer = timers.after(ms, () => void run())
  }
  /** `afterS`: when a server that is busy wants to be asked again, RFC 3261 §21.5.4. */
  const failed = (reason: string, status: number, afterS = 0): void => {
    become({ registered: false, reason, status })
    later(Math.max(retryMs(failures++), Math.min(MOST_AFTER_S, afterS) * 1000))
  }

  const drop = (): void => {
    held?.release()
    held = undefined
  }
  /** Nobody reaches us by a connection that has ended, whatever is granted still: RFC 5626 §4.2. */
  const lost = (): void => {
    const lasted = held !== undefined && timers.clock.nowMs() - held.sinceMs >= GOOD_MS
    drop()
    // What is asked at the moment decides itself how it goes on.
    if (asking || closed) return
    losses = lasted ? 0 : losses + 1
    if (lasted) return later(shareOf(random) * SPREAD_MS)
    become({ registered: false, reason: 'its connection was closed', status: 503 })
    later(retryMs(losses - 1))
  }
  const hold = (flow: Flow): void => {
    if (held?.connection === flow.connection) return
    drop()
    if (!flow.reliable) return
    held = { connection: flow.connection, sinceMs: timers.clock.nowMs(), release: ports.keep(flow, lost) }
  }

  const flowOf = (): Flow | undefined => {
    const endpoint = line.endpoint()
    return endpoint && wire.flowTo(line.transport, endpoint)
  }
  const run = async (): Promise<void> => {
    const flow = flowOf()
    if (!flow) return failed('its name is not known, or no listener leads there', 503)
    asking = true
    const response = await attempt(flow, ports.expiresS ?? EXPIRES_S)
    asking = false
    const { status, reason } = response
    // Given up meanwhile: what was granted all the same is taken back.
    if (closed) return status < 300 ? void attempt(flow, 0) : undefined
    const after = response.headers.get('Retry-After')
    if (status >= 300) return failed(`${status} ${reason}`, status, parseRetryAfter(after ?? ''))
    failures = 0
    if (flow.reliable && !flow.open) return lost()
    become({ registered: true }, tokensOf(response.headers, 'Contact'))
    const grantedS = grantedIn(response, flow)
    hold(flow)
    later(1000 * (grantedS > 1200 ? grantedS - 600 : grantedS / 2))
  }

  return {
    start: (): void => later(0),
    get state(): TrunkRegistration {
      return state
    },
    /** Takes the registration back, without waiting for what the trunk says to it. */
    close(): void {
      if (closed) return
      closed = true
      timer?.cancel()
      drop()
      const flow = state.registered ? flowOf() : undefined
      if (flow) void attempt(flow, 0)
    },
  }
}
