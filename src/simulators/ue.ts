import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import { latin1 } from '#lib/text'
import type { Endpoint, Flow, Transport, Wire, WireUser } from '#lib/wire'
import {
  ALLOW,
  createLegs,
  createResponse,
  createSipEndpoint,
  printHost,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  type TransactionUser,
} from '#sip'
import type { OpenMedia } from './media-socket.ts'
import { createAnswerer } from './ue-answer.ts'
import type { Call, CallControls } from './ue-call.ts'
import type { CallReport, UeEvent } from './ue-event.ts'
import { contactParams, type UeIdentity, userOf } from './ue-identity.ts'
import { callerOf, type IncomingPolicy, takeCall } from './ue-incoming.ts'
import { type CallWish, startCall } from './ue-outgoing.ts'
import { createRegistration, type RegisterResult } from './ue-registration.ts'

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
  /** The call that is under way; undefined when there is none. */
  readonly current: CallControls | undefined
  /** What to do with the next calls that come in. */
  incoming: IncomingPolicy
  /** Hangs up, forgets the registration and closes the wire; the server is told of calls only. */
  close(): Promise<void>
}

/** The values that a server expects of a handset, TS 24.229 table 7.7.1, would make every loss cost seconds. */
const TIMER_VALUES = { t1: 500, t2: 4000, t4: 5000 }
const AGENT = 'Tandem simulated handset'
const CELL = '3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001'

/** A simulated handset (with a SIM) or SIP phone (with a password): registers, calls, answers, listens. */
export const createUe = (ports: UePorts): Ue => {
  const { wire, timers, random, log, openMedia, identity, server, video = false } = ports
  const onEvent = ports.onEvent ?? (() => {})
  const answerer = createAnswerer(identity, random)
  let flow: Flow | undefined
  let current: Call | undefined
  let closed = false

  const flowNow = (): Flow => {
    if (!flow?.open) flow = wire.flowTo(server.transport, server)
    if (!flow) throw new Error(`no way to ${server.address}:${server.port} by ${server.transport}`)
    return flow
  }
  const contactOn = ({ local, transport }: Flow): string => {
    const by = transport === 'udp' ? '' : `;transport=${transport}`
    const uri = `sip:${userOf(identity.impu)}@${printHost(local.address)}:${local.port}${by}`
    return `<${uri}>${contactParams(identity, video)}`
  }

  const onInvite = async (request: SipRequest, transaction: ServerTransaction): Promise<void> => {
    const policy: IncomingPolicy = current ? { kind: 'refuse', status: 486 } : ue.incoming
    const call = await takeCall(
      { legs, timers, random, openMedia, onEvent, server: server.address },
      policy,
      request,
      transaction,
    )
    if (call) watch(call)
  }
  const watch = (call: Call): Promise<CallReport> => {
    current = call
    return call.done.then((report) => {
      if (current === call) current = undefined
      return report
    })
  }

  const user: TransactionUser = {
    onRequest(request, transaction) {
      if (legs.onRequest(request, transaction)) return
      if (request.method === 'INVITE') void onInvite(request, transaction)
      else transaction.respond(replyTo(request, random, onEvent))
    },
    onAck: (request) => legs.onAck(request),
    onStrayResponse: () => {},
  }
  const endpoint = createSipEndpoint({
    timers,
    random,
    log,
    wire,
    user,
    values: TIMER_VALUES,
    tcpThreshold: Number.POSITIVE_INFINITY,
    ...(ports.trace && { trace: ports.trace }),
  })
  const legs = createLegs({
    timers,
    random,
    values: TIMER_VALUES,
    sessionExpires: 1800,
    flowFor: () => flowNow(),
    contact: contactOn,
    request: endpoint.request,
    sendAck: endpoint.sendAck,
  })

  const ask = (request: SipRequest): Promise<SipResponse> =>
    new Promise((resolve) => {
      endpoint.request(request, flowNow(), {
        onResponse: (response) => {
          if (response.status >= 200) resolve(response)
        },
        onFailure: (why) =>
          resolve(
            why === 'timeout'
              ? createResponse(request, 408, 'no answer')
              : createResponse(request, 503, 'not reachable'),
          ),
      })
    })

  const registration = createRegistration({
    timers,
    answerer,
    impu: identity.impu,
    domain: identity.domain,
    callId: random.token(20),
    tag: random.token(),
    contact: () => contactOn(flowNow()),
    headers: registerHeaders(identity),
    ask,
    onStep: (step) => onEvent({ kind: 'registration', step }),
  })

  const ownIdentity = (): string => {
    const { state } = registration
    return (state.ok && state.identities[0]) || identity.impu
  }
  const callHeaders = (): [string, string][] => [
    ['P-Preferred-Identity', `<${ownIdentity()}>`],
    ...(identity.sim ? imsHeaders : []),
    ['User-Agent', AGENT],
  ]

  const ue: Ue = {
    user: {
      onData: endpoint.onData,
      onClose(gone) {
        endpoint.onClose(gone)
        if (gone === flow && !closed) timers.after(500, () => registration.renew())
      },
    },
    async register(expiresS = 3600) {
      const result = await registration.register(expiresS)
      onEvent({ kind: 'registered', result })
      return result
    },
    deregister: () => registration.deregister(),
    async call(number, wish = {}) {
      const routes = () => (registration.state.ok ? registration.state.routes : [])
      const parts = { legs, timers, random, openMedia, answerer, onEvent, server: server.address }
      const from = () => `<${ownIdentity()}>`
      const uri = uriOf(number, identity.domain)
      return watch(
        await startCall({ ...parts, from, routes, headers: callHeaders }, uri, flowNow(), { video, ...wish }),
      )
    },
    get current() {
      return current
    },
    incoming: ports.incoming ?? { kind: 'refuse', status: 486 },
    async close() {
      closed = true
      registration.close()
      const call = current
      call?.hangUp()
      await call?.done
      await wire.close()
    },
  }
  return ue
}

const imsHeaders: [string, string][] = [
  ['P-Access-Network-Info', CELL],
  ['P-Preferred-Service', 'urn:urn-7:3gpp-service.ims.icsi.mmtel'],
  ['Accept-Contact', '*;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"'],
  ['P-Early-Media', 'supported'],
]

const registerHeaders = ({ sim }: UeIdentity): [string, string][] => [
  ['Supported', 'path, 100rel, timer'],
  ['Allow', ALLOW],
  ...(sim ? ([['P-Access-Network-Info', CELL]] as [string, string][]) : []),
  ['User-Agent', AGENT],
]

/** A number as a URI of the home domain; URIs stay what they are. */
export const uriOf = (number: string, domain: string): string => {
  if (/^(sips?|tel|urn):/i.test(number)) return number
  return number.includes('@') ? `sip:${number}` : `sip:${number}@${domain}`
}

/** Requests outside calls: RFC 3261 §11.2 for OPTIONS; a MESSAGE is taken and shown. */
const replyTo = (request: SipRequest, random: Random, onEvent: (event: UeEvent) => void): SipResponse => {
  const known = request.method === 'OPTIONS' || request.method === 'MESSAGE'
  const response = known
    ? createResponse(request, 200, 'OK')
    : createResponse(request, 405, 'Method Not Allowed')
  response.headers.set('To', `${request.headers.get('To') ?? ''};tag=${random.token()}`)
  response.headers.add('Allow', `${ALLOW}, MESSAGE`)
  if (request.method === 'MESSAGE')
    onEvent({ kind: 'message', from: callerOf(request), text: latin1(request.body) })
  return response
}
