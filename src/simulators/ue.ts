import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { Endpoint, Flow, Transport, Wire, WireUser } from '#lib/wire'
import {
  ALLOW,
  createResponse,
  reasonPhrase,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
} from '#sip'
import type { OpenMedia } from './media-socket.ts'
import type { TextPolicy, TextReport, TextWish } from './texts/contract.ts'
import { createTexts } from './texts/texts.ts'
import { createAnswerer } from './ue-answer.ts'
import type { Call, CallControls } from './ue-call.ts'
import type { CallReport, UeEvent } from './ue-event.ts'
import type { UeIdentity } from './ue-identity.ts'
import { type IncomingPolicy, takeCall } from './ue-incoming.ts'
import { type CallWish, startCall } from './ue-outgoing.ts'
import { createRegWatch } from './ue-reg-event.ts'
import { createRegistration, type RegisterResult } from './ue-registration.ts'
import { createUeStack } from './ue-stack.ts'

export type UePorts = {
  wire: Wire
  timers: Timers
  random: Random
  log: Log
  openMedia: OpenMedia
  identity: UeIdentity
  server: Endpoint & { transport: Transport }
  /** What to do with calls that come in; refused as busy without it. */
  incoming?: IncomingPolicy
  video?: boolean
  /** What to do with texts that come in; taken without it. */
  texting?: TextPolicy
  /** Number of the service centre on the SIM. */
  smsc?: string
  /** Watch the own registration (RFC 3680), as handsets do. */
  regEvent?: boolean
  onEvent?: (event: UeEvent) => void
  /** Sees every SIP message. */
  trace?: (direction: 'in' | 'out', flow: Flow, text: string) => void
}

export type Ue = {
  /** To be handed to whoever made the wire: receives what comes in. */
  readonly user: WireUser
  register(expiresS?: number): Promise<RegisterResult>
  deregister(): Promise<RegisterResult>
  /** Resolves when the call is over, or was refused. `number`: digits, a name, or a URI. */
  call(number: string, wish?: CallWish): Promise<CallReport>
  /** Resolves when the network has it all, or refused: SMS of a SIM, plain text of a SIP phone. */
  text(to: string, words: string, wish?: TextWish): Promise<TextReport>
  /** Resolves when reports on texts, and texts, are answered or given up. */
  textsSettled(): Promise<void>
  /** What to do with the next texts that come in. */
  texting: TextPolicy
  /** The call that is under way; undefined when there is none. */
  readonly current: CallControls | undefined
  /** What to do with the next calls that come in. */
  incoming: IncomingPolicy
  /** Hangs up, forgets the registration and closes the wire; the server is told of calls only. */
  close(): Promise<void>
}

/** How long after a broken connection the handset registers again. */
const RENEW_MS = 500

/** A simulated handset (with a SIM) or SIP phone (with a password): registers, calls, answers, listens. */
export const createUe = (ports: UePorts): Ue => {
  const { wire, timers, random, openMedia, identity, video = false } = ports
  const onEvent = ports.onEvent ?? (() => {})
  const server = ports.server.address
  const answerer = createAnswerer(identity, random)
  let current: Call | undefined
  let closed = false

  const watch = (call: Call): Promise<CallReport> => {
    current = call
    return call.done.then((report) => {
      if (current === call) current = undefined
      return report
    })
  }
  const stack = createUeStack({
    ...ports,
    video,
    onRequest(request, transaction) {
      if (request.method === 'INVITE') void onInvite(request, transaction)
      else if (request.method === 'NOTIFY') onNotify(request, transaction)
      else if (request.method === 'MESSAGE') texts.onMessage(transaction)
      else transaction.respond(replyTo(request, random))
    },
    onLost() {
      if (!closed) timers.after(RENEW_MS, () => registration.renew())
    },
  })
  const parts = { legs: stack.legs, timers, random, openMedia, onEvent, server }
  const onInvite = async (request: SipRequest, transaction: ServerTransaction): Promise<void> => {
    const policy: IncomingPolicy = current ? { kind: 'refuse', status: 486 } : ue.incoming
    const call = await takeCall(parts, policy, request, transaction)
    if (call) watch(call)
  }
  const registration = createRegistration({
    timers,
    answerer,
    identity,
    callId: random.token(20),
    tag: random.token(),
    contact: stack.contact,
    ask: stack.ask,
    onStep(step) {
      onEvent({ kind: 'registration', step })
      if (step.kind === 'refreshed') follow(step.result)
    },
  })
  /** Who we are to the network, and how its requests travel. */
  const standing = () => {
    const { state } = registration
    return { uri: (state.ok && state.identities[0]) || identity.impu, routes: state.ok ? state.routes : [] }
  }
  const texts = createTexts({
    ...{ timers, random, answerer, identity, ask: stack.ask, own: standing, onEvent },
    ...{ smsc: ports.smsc, policy: ports.texting },
  })
  const regWatch = createRegWatch({
    ...{ timers, random, answerer, identity, contact: stack.contact, ask: stack.ask },
    onSubscribed: (status) => onEvent({ kind: 'subscribed', status }),
    onOrder(event, afterS) {
      onEvent({ kind: 'ordered', event, afterS })
      if (event === 'rejected') registration.close()
      else timers.after(afterS * 1000, () => registration.renew())
    },
  })
  const onNotify = (request: SipRequest, transaction: ServerTransaction): void => {
    const status = regWatch.onNotify(request)
    transaction.respond(createResponse(request, status, reasonPhrase(status)))
  }
  const follow = (result: RegisterResult): void => {
    if (ports.regEvent && result.ok && result.expiresS > 0 && !closed) void regWatch.begin(result)
  }

  const ue: Ue = {
    user: stack.user,
    async register(expiresS = 3600) {
      const result = await registration.register(expiresS)
      onEvent({ kind: 'registered', result })
      follow(result)
      return result
    },
    deregister: () => registration.deregister(),
    async call(number, wish = {}) {
      const { uri: own, routes } = standing()
      const caller = { answerer, identity, own, routes, flow: stack.flow() }
      return watch(await startCall({ ...parts, ...caller }, number, { video, ...wish }))
    },
    text: texts.send,
    textsSettled: texts.settled,
    get texting() {
      return texts.policy
    },
    set texting(policy) {
      texts.policy = policy
    },
    get current() {
      return current
    },
    incoming: ports.incoming ?? { kind: 'refuse', status: 486 },
    async close() {
      closed = true
      registration.close()
      regWatch.close()
      const call = current
      call?.hangUp()
      await call?.done
      await wire.close()
    },
  }
  return ue
}

/** Requests outside calls: RFC 3261 §11.2 for OPTIONS. */
const replyTo = (request: SipRequest, random: Random): SipResponse => {
  const response =
    request.method === 'OPTIONS'
      ? createResponse(request, 200, 'OK')
      : createResponse(request, 405, 'Method Not Allowed')
  response.headers.set('To', `${request.headers.get('To') ?? ''};tag=${random.token()}`)
  response.headers.add('Allow', ALLOW)
  return response
}
