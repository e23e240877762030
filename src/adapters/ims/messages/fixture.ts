import {
  type Accepted,
  type Binding,
  createSubscribers,
  type LiveSettings,
  type MessageDraft,
  type MessageRecord,
  type MessageRefusal,
  type MessageStep,
  type Messages,
  type Registrations,
  type Subscriber,
} from '#core'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { ok, type Result } from '#lib/result'
import { createHandClock } from '#lib/timers'
import type { Flow, Wire } from '#lib/wire'
import {
  type ClientEvents,
  createRequest,
  createResponse,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
} from '#sip'
import { createDeliveries } from './deliveries.ts'
import type { IncomingTextPorts, TextSettings } from './ports.ts'

export const DOMAIN = 'tandem.test'

export const aFlow = (address = '192.0.2.10', port = 5060): Flow => ({
  ...{ transport: 'udp', reliable: false, connection: 0, listener: 0, address, port, open: true },
  local: { address: '192.0.2.1', port: 5060 },
  send: () => true,
  close: () => {},
})

export const aSubscriber = (name: string, more: Partial<Subscriber> = {}): Subscriber => ({
  ...{ impi: `${name}@${DOMAIN}`, domain: DOMAIN, identities: [{ uri: `sip:${name}`, user: name }] },
  ...{ proof: 'none', multiSim: false, anonymous: false, ringOnly: false, reliable: true },
  proveOnRegisterOnly: false,
  ...more,
})

export const SMS_FEATURES = ';+g.3gpp.smsip;+sip.instance="<urn:gsma:imei:35625100-000000-0>"'

export const aBinding = (subscriber: Subscriber, more: Partial<Binding> = {}): Binding => ({
  ...{ subscriber, contact: `sip:${subscriber.identities[0]?.user}@192.0.2.10:5060`, expiresAtMs: 9e15 },
  ...{ q: 1000, transport: 'udp', address: '192.0.2.10', port: 5060, listener: 0, path: [] },
  ...{ instance: undefined, regId: undefined, features: '', userAgent: '' },
  ...more,
})

export const aRecord = (more: Partial<MessageRecord> = {}): MessageRecord => ({
  ...{ id: 'm1', origin: 'rest', from: '+15550100', to: '+15550101', queue: `subscriber:bob@${DOMAIN}` },
  ...{ body: { kind: 'text', text: 'hello' }, pid: 0, acceptedAtMs: 1_700_000_000_000, expiresAtMs: 9e15 },
  ...{ state: 'submitting', attempts: 0, partsTotal: 1, partsDone: 0, steps: [] },
  ...more,
})

/** A MESSAGE that was sent, and what its receiver may do. */
export type Sent = {
  flow: Flow
  request: SipRequest
  branch: string | undefined
  answer(status: number): void
  events: ClientEvents
}

/** Everything that texts need, in memory: what goes out is noted, and answered by the test. */
export const aPost = (subscribers: Subscriber[], settings: Partial<TextSettings> = {}) => {
  const timers = createHandClock()
  const sent: Sent[] = []
  const bindings: Binding[] = []
  const drafts: MessageDraft[] = []
  const records = new Map<string, MessageRecord>()
  const woken: string[] = []
  const reported: [string, Omit<MessageStep, 'atMs'>][] = []
  const post = {
    timers,
    ...{ sent, bindings, drafts, records, woken, reported },
    accepts: ok({ id: 'm1', duplicate: false }) as Result<Accepted, MessageRefusal>,
    /** What `messages.report` says. */
    waitedFor: false,
  }
  const messages: Pick<Messages, 'accept' | 'get' | 'wake' | 'report'> = {
    accept: async (draft) => {
      drafts.push(draft)
      return post.accepts
    },
    get: async (id) => records.get(id),
    wake: (impi) => void woken.push(impi),
    report: async (id, step) => {
      reported.push([id, step])
      return post.waitedFor
    },
  }
  type Live = 'calledPartyId' | 'smsMessageFilter' | 'smsForcedRpCause' | 'smsExpiresS'
  const live: Pick<LiveSettings, Live> = {
    calledPartyId: true,
    smsExpiresS: 86_400,
    smsMessageFilter: { cp_data: 'treat', cp_ack: 'treat', rp_data: 'treat', rp_ack: 'treat' },
    smsForcedRpCause: 0,
  }
  const wire: Pick<Wire, 'flowTo'> = { flowTo: (_transport, to) => aFlow(to.address, to.port) }
  const registrations: Pick<Registrations, 'of'> = {
    of: (subscriber) => bindings.filter((binding) => binding.subscriber === subscriber),
  }
  const ports = {
    ...{ timers, random: createRandom(), log: silentLog, live, wire, registrations, messages },
    ...{
      subscribers: createSubscribers(subscribers),
      domain: DOMAIN,
      deliveries: createDeliveries(timers.clock),
    },
    request: (request: SipRequest, flow: Flow, events: ClientEvents, branch?: string) => {
      const answer = (status: number) => events.onResponse(createResponse(request, status, ''))
      sent.push({ request, flow, branch, answer, events })
    },
    settings: {
      gateway: 'ip-sm-gw',
      smsc: '+15550199',
      nationalTables: false,
      relayOnly: false,
      ...settings,
    },
  } as unknown as IncomingTextPorts
  return { ...post, post, ports, live }
}

/** A MESSAGE that came in, and its answers. */
export const aTransaction = (
  {
    from = 'alice',
    to = 'bob',
    type = 'text/plain',
    headers = [] as [string, string][],
    flow = aFlow(),
  } = {},
  body: Uint8Array = new Uint8Array(),
): ServerTransaction & { responses: SipResponse[] } => {
  const request = createRequest('MESSAGE', `sip:${to}@${DOMAIN}`)
  request.headers.add('Via', 'SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKx').add('Max-Forwards', '70')
  request.headers.add('From', `<sip:${from}@${DOMAIN}>;tag=f1`).add('To', `<sip:${to}@${DOMAIN}>`)
  request.headers.add('Call-ID', 'call-1').add('CSeq', '7 MESSAGE').add('Content-Type', type)
  for (const [name, value] of headers) request.headers.add(name, value)
  request.body = body
  const responses: SipResponse[] = []
  return {
    ...{ request, flow, responses, onCancel: undefined, onTimeout: undefined },
    respond: (response) => void responses.push(response),
    get answered() {
      return responses.some(({ status }) => status >= 200)
    },
  }
}

export const replies = {
  reply(transaction: ServerTransaction, status: number, headers: [string, string][] = []): void {
    const response = createResponse(transaction.request, status, '')
    for (const [name, value] of headers) response.headers.add(name, value)
    transaction.respond(response)
  },
  refuse(transaction: ServerTransaction, status: number): void {
    replies.reply(transaction, status)
  },
}

/** The adapter's `later`, without its safety net. */
export const later = <T>(
  _transaction: ServerTransaction,
  work: T | Promise<T>,
  then: (value: T) => void,
): void => {
  void Promise.resolve(work).then(then)
}

/** Lets promises run. */
export const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}
