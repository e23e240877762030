import type { Timer, Timers } from '#lib/clock'
import type { SipRequest, SipResponse } from '#sip'
import {
  ALLOW,
  type Challenge,
  createRequest,
  parseChallenge,
  parseDelta,
  printCredentials,
  tokensOf,
} from '#sip'
import type { Answerer, UeAnswer, UeCredentials } from './ue-answer.ts'
import { AGENT, accessHeaders, type UeIdentity, userOf } from './ue-identity.ts'

export type Registered = {
  ok: true
  /** What proved us, `none` when nobody asked. */
  algorithm: string
  expiresS: number
  /** P-Associated-URI: the identities we may use, the first by default. */
  identities: string[]
  /** Service-Route, to be preloaded as Route. */
  routes: string[]
}
export type NotRegistered = { ok: false; status: number; reason: string }
export type RegisterResult = Registered | NotRegistered

export type RegistrationPorts = {
  timers: Timers
  answerer: Answerer
  identity: UeIdentity
  callId: string
  tag: string
  /** Contact value for the current path. */
  contact: () => string
  /** Resolves with the final response; failures count as 408 and 503. */
  ask: (request: SipRequest) => Promise<SipResponse>
  onStep: (step: RegistrationStep) => void
}

export type RegistrationStep =
  | { kind: 'challenged'; algorithm: string }
  | { kind: 'resync' }
  | { kind: 'mac-wrong' }
  | { kind: 'refreshed'; result: RegisterResult }

/** Challenges answered in one go: a resynchronisation takes two, a stale nonce another. */
const MOST_CHALLENGES = 4
/** TS 24.229 §5.1.1.5.3: after two challenges that are not of our network the handset stops. */
const MOST_INVALID = 2

const registerRequest = (
  { identity, tag, callId, contact }: RegistrationPorts,
  seq: number,
  expiresS: number,
  credentials: UeCredentials | undefined,
): SipRequest => {
  const { impu, domain } = identity
  const request = createRequest('REGISTER', `sip:${domain}`)
  const address = impu.startsWith('tel:') ? `sip:${userOf(impu)}@${domain}` : impu
  const { headers } = request
  headers.add('Max-Forwards', '70').add('From', `<${address}>;tag=${tag}`).add('To', `<${address}>`)
  headers.add('Call-ID', callId).add('CSeq', `${seq} REGISTER`)
  headers.add('Contact', `${contact()};expires=${expiresS}`).add('Expires', `${expiresS}`)
  headers.add('Supported', 'path, 100rel, timer').add('Allow', ALLOW)
  for (const [name, value] of accessHeaders(identity)) headers.add(name, value)
  headers.add('User-Agent', AGENT)
  if (credentials) headers.add('Authorization', printCredentials(credentials))
  return request
}

/** One registration with as many challenges as it takes; `before`: the algorithm that proved us so far. */
const createAttempt = (ports: RegistrationPorts) => {
  const { answerer, identity, onStep, ask } = ports
  const asked = { method: 'REGISTER', uri: `sip:${identity.domain}`, body: new Uint8Array(0) }
  let seq = 0

  /** Undefined when the challenge cannot be answered, or too many were not of our network. */
  const answerTo = (response: SipResponse, invalid: number): UeAnswer | undefined => {
    const answer = invalid < MOST_INVALID ? answerer.answer(challengesOf(response), asked) : undefined
    if (!answer) return undefined
    const { kind, algorithm } = answer
    onStep(kind === 'answered' ? { kind: 'challenged', algorithm } : { kind })
    return answer
  }

  return async (wantedS: number, before: string): Promise<RegisterResult> => {
    let [expiresS, algorithm, invalid] = [wantedS, before, 0]
    let credentials = answerer.again(asked) ?? answerer.first(asked.uri)
    for (let turn = 0; ; turn++) {
      const response = await ask(registerRequest(ports, ++seq, expiresS, credentials))
      const { status, reason } = response
      if (status < 300) return taken(response, algorithm, expiresS, ports.contact())
      const failed: NotRegistered = { ok: false, status, reason }
      const minimum = parseDelta(response.headers.get('Min-Expires') ?? '')
      if (turn >= MOST_CHALLENGES) return failed
      if (status === 423 && minimum !== undefined && minimum > expiresS) expiresS = minimum
      else if (status === 401 || status === 407) {
        const answer = answerTo(response, invalid)
        if (!answer) return { ...failed, reason: 'no challenge that we can answer' }
        if (answer.kind === 'mac-wrong') invalid++
        ;({ algorithm, credentials } = answer)
      } else return failed
    }
  }
}

/** Keeps one handset registered, RFC 3261 §10.2, TS 24.229 §5.1.1. */
export const createRegistration = (ports: RegistrationPorts) => {
  const { timers, onStep } = ports
  const attempt = createAttempt(ports)
  let refresh: Timer | undefined
  let current: RegisterResult = { ok: false, status: 0, reason: 'not registered' }
  let wantedS = 0
  let failures = 0
  let running: Promise<unknown> = Promise.resolve()

  const run = async (): Promise<RegisterResult> => {
    refresh?.cancel()
    current = await attempt(wantedS, current.ok ? current.algorithm : 'none')
    if (current.ok) failures = 0
    // A registrar that wants longer times need not say so twice.
    if (current.ok && wantedS > 0) wantedS = Math.max(wantedS, current.expiresS)
    const delayMs = current.ok ? refreshAfterMs(current.expiresS) : retryAfterMs(current.status, ++failures)
    if (wantedS > 0 && delayMs !== undefined) refresh = timers.after(delayMs, again)
    return current
  }
  /** One after the other: a second REGISTER while one is under way would be out of order. */
  const inTurn = (expiresS: number): Promise<RegisterResult> => {
    wantedS = expiresS
    const result = running.then(run)
    running = result
    return result
  }
  const again = (): void => {
    if (wantedS > 0) void inTurn(wantedS).then((result) => onStep({ kind: 'refreshed', result }))
  }

  return {
    register: inTurn,
    deregister: () => inTurn(0),
    /** Registers again at once when it was registered: the path broke. */
    renew: again,
    get state() {
      return current
    },
    close(): void {
      wantedS = 0
      refresh?.cancel()
    },
  }
}

/** A server that is away or busy is asked again, later each time (RFC 5626 §4.5); one that refused is not. */
const retryAfterMs = (status: number, failures: number): number | undefined =>
  status === 408 || status >= 500 ? Math.min(1000 * 2 ** failures, 30_000) : undefined

/** TS 24.229 §5.1.1.4: 600 s before the end of what is longer than 1200 s, else at half. */
const refreshAfterMs = (expiresS: number): number => 1000 * (expiresS > 1200 ? expiresS - 600 : expiresS / 2)

export const challengesOf = (response: SipResponse): Challenge[] => {
  const name = response.status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate'
  return response.headers.all(name).flatMap((value) => {
    const challenge = parseChallenge(value)
    return challenge.ok ? [challenge.value] : []
  })
}

const taken = ({ headers }: SipResponse, algorithm: string, askedS: number, contact: string): Registered => {
  const inBrackets = (value: string) => /<([^>]*)>/.exec(value)?.[1] ?? value
  const own = tokensOf(headers, 'Contact').find((other) => inBrackets(other) === inBrackets(contact))
  const granted = parseDelta(/;\s*expires=(\d+)/i.exec(own ?? '')?.[1] ?? headers.get('Expires') ?? '')
  return {
    ok: true,
    algorithm,
    expiresS: askedS === 0 ? 0 : (granted ?? askedS),
    identities: tokensOf(headers, 'P-Associated-URI').map(inBrackets),
    routes: tokensOf(headers, 'Service-Route'),
  }
}
