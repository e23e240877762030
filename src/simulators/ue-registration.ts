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
import type { Answerer, UeCredentials } from './ue-answer.ts'
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

/** Keeps one handset registered, RFC 3261 §10.2, TS 24.229 §5.1.1. */
export const createRegistration = (ports: RegistrationPorts) => {
  const { answerer, identity, onStep, ask } = ports
  const { impu, domain } = identity
  const uri = `sip:${domain}`
  let seq = 0
  let refresh: Timer | undefined
  let current: RegisterResult = { ok: false, status: 0, reason: 'not registered' }
  let running: Promise<unknown> = Promise.resolve()

  const build = (expiresS: number, credentials: UeCredentials | undefined): SipRequest => {
    const request = createRequest('REGISTER', uri)
    const address = impu.startsWith('tel:') ? `sip:${userOf(impu)}@${domain}` : impu
    request.headers
      .add('Max-Forwards', '70')
      .add('From', `<${address}>;tag=${ports.tag}`)
      .add('To', `<${address}>`)
    request.headers.add('Call-ID', ports.callId).add('CSeq', `${++seq} REGISTER`)
    request.headers.add('Contact', `${ports.contact()};expires=${expiresS}`).add('Expires', `${expiresS}`)
    request.headers.add('Supported', 'path, 100rel, timer').add('Allow', ALLOW)
    for (const [name, value] of accessHeaders(identity)) request.headers.add(name, value)
    request.headers.add('User-Agent', AGENT)
    if (credentials) request.headers.add('Authorization', printCredentials(credentials))
    return request
  }

  const attempt = async (wantedS: number): Promise<RegisterResult> => {
    const empty = { method: 'REGISTER', uri, body: new Uint8Array(0) }
    let [expiresS, algorithm] = [wantedS, current.ok ? current.algorithm : 'none']
    let credentials = answerer.again(empty) ?? answerer.first(uri)
    for (let turn = 0; ; turn++) {
      const response = await ask(build(expiresS, credentials))
      const { status, reason } = response
      if (status < 300) return taken(response, algorithm, expiresS)
      const minimum = parseDelta(response.headers.get('Min-Expires') ?? '')
      if (turn >= MOST_CHALLENGES) return { ok: false, status, reason }
      if (status === 423 && minimum !== undefined && minimum > expiresS) expiresS = minimum
      else if (status === 401 || status === 407) {
        const answer = answerer.answer(challengesOf(response), empty)
        if (!answer) return { ok: false, status, reason: 'no challenge that we can answer' }
        onStep(
          answer.kind === 'answered'
            ? { kind: 'challenged', algorithm: answer.algorithm }
            : { kind: answer.kind },
        )
        ;({ algorithm, credentials } = answer)
      } else return { ok: false, status, reason }
    }
  }

  const run = async (expiresS: number): Promise<RegisterResult> => {
    refresh?.cancel()
    current = await attempt(expiresS)
    if (current.ok && current.expiresS > 0)
      refresh = ports.timers.after(refreshAfterMs(current.expiresS), again)
    return current
  }
  const inTurn = (expiresS: number): Promise<RegisterResult> => {
    const result = running.then(() => run(expiresS))
    running = result
    return result
  }
  const again = (): void => {
    const expiresS = current.ok ? current.expiresS : 0
    void inTurn(expiresS).then((result) => onStep({ kind: 'refreshed', result }))
  }

  return {
    register: (expiresS: number) => inTurn(expiresS),
    deregister: () => inTurn(0),
    /** Registers again at once when it was registered: the path broke. */
    renew: () => {
      if (current.ok && current.expiresS > 0) again()
    },
    get state() {
      return current
    },
    close: () => refresh?.cancel(),
  }
}

/** TS 24.229 §5.1.1.4: 600 s before the end of what is longer than 1200 s, else at half. */
const refreshAfterMs = (expiresS: number): number => 1000 * (expiresS > 1200 ? expiresS - 600 : expiresS / 2)

export const challengesOf = (response: SipResponse): Challenge[] => {
  const name = response.status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate'
  return response.headers.all(name).flatMap((value) => {
    const challenge = parseChallenge(value)
    return challenge.ok ? [challenge.value] : []
  })
}

const taken = ({ headers }: SipResponse, algorithm: string, askedS: number): Registered => {
  const granted =
    askedS === 0 ? 0 : (grantedBy(headers.get('Contact') ?? '') ?? parseDelta(headers.get('Expires') ?? ''))
  const inBrackets = (value: string) => /<([^>]*)>/.exec(value)?.[1] ?? value
  return {
    ok: true,
    algorithm,
    expiresS: granted ?? askedS,
    identities: tokensOf(headers, 'P-Associated-URI').map(inBrackets),
    routes: tokensOf(headers, 'Service-Route'),
  }
}

const grantedBy = (contact: string): number | undefined =>
  parseDelta(/;expires=(\d+)/i.exec(contact)?.[1] ?? '')
