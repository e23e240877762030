import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import {
  createRequest,
  createResponse,
  createSipEndpoint,
  type ServerTransaction,
  type SipRequest,
} from '#sip'
import {
  addressOf,
  type Deliver,
  decodeRp,
  decodeTpdu,
  encodeDeliver,
  encodeRp,
  encodeSubmitReport,
  type Rp,
  type Submit,
  smsTime,
  textParts,
  type UserData,
} from '#sms'
import { createTestNetwork, type TestNetwork } from '../testing.ts'
import { createUe } from '../ue.ts'
import type { UeEvent } from '../ue-event.ts'
import { identityOfImsi, type UeIdentity } from '../ue-identity.ts'
import type { TextPolicy } from './contract.ts'

const handset = { address: '192.0.2.1', port: 5060 }
const house = { address: '192.0.2.9', port: 5060 }
const random = createRandom()
const sim = { algo: 'xor' as const, k: new Uint8Array(16) }
export const withSim: UeIdentity = { ...identityOfImsi('001010000000001'), sim }
export const phone: UeIdentity = { impu: 'sip:1001@test', impi: '1001', domain: 'test', password: 'x' }
export const SMS = 'application/vnd.3gpp.sms'
export const GATEWAY = 'sip:ipsmgw@test'
export const time = smsTime(Date.UTC(2026, 2, 4, 5, 6, 7), 60)

export type Script = { status?: number; answer?: (rp: Rp) => Rp | undefined }

/** What the centre says: an RPDU, or words of another type. */
type Content = { rp: Rp } | { words: string; type: string }
type Saying = { to: string; number: number; content: Content; answered?: string | undefined }

const mtMessage = ({ to, number, content, answered }: Saying): SipRequest => {
  const request = createRequest('MESSAGE', 'sip:handset@192.0.2.1')
  const { headers } = request
  headers.add('Max-Forwards', '70').add('From', `<${GATEWAY}>;tag=${number}`).add('To', `<${to}>`)
  headers.add('Call-ID', `mt-${number}@test`).add('CSeq', '1 MESSAGE')
  headers.add('P-Asserted-Identity', `<${GATEWAY}>`).add('P-Called-Party-ID', '<sip:called@test>')
  if (answered !== undefined) headers.add('In-Reply-To', answered)
  headers.add('Content-Type', 'rp' in content ? SMS : content.type)
  request.body = 'rp' in content ? encodeRp(content.rp) : new TextEncoder().encode(content.words)
  return request
}

const aHandset = (network: TestNetwork, identity: UeIdentity, policy: TextPolicy | undefined) => {
  const events: UeEvent[] = []
  const ue = createUe({
    wire: network.wireAt(handset),
    timers: network.timers,
    random,
    log: silentLog,
    openMedia: network.openMediaAt(handset.address),
    identity,
    server: { ...house, transport: 'udp' },
    ...(policy && { texting: policy }),
    onEvent: (event) => events.push(event),
  })
  network.attach(handset, ue.user)
  const seen = <K extends UeEvent['kind']>(kind: K) =>
    events.filter((event): event is UeEvent & { kind: K } => event.kind === kind)
  return { ue, seen }
}

/** A handset and a service centre that does what the test says; for this folder's tests. */
export const aScene = (identity: UeIdentity, script: Script = {}, policy?: TextPolicy) => {
  const network = createTestNetwork()
  const requests: SipRequest[] = []
  const statuses: number[] = []
  let calls = 0
  const say = (content: Content, answered?: string): string => {
    const request = mtMessage({ to: identity.impu, number: ++calls, content, answered })
    const path = network.wireAt(house).flowTo('udp', handset)
    if (path)
      server.request(request, path, {
        onResponse: ({ status }) => statuses.push(status),
        onFailure: () => statuses.push(0),
      })
    return request.headers.get('Call-ID') ?? ''
  }
  const onRequest = (request: SipRequest, transaction: ServerTransaction): void => {
    requests.push(request)
    const response = createResponse(request, script.status ?? 202, 'as the test says')
    response.headers.set('To', `${request.headers.get('To')};tag=s`)
    transaction.respond(response)
    const rp = rpOf(request)
    const answer = rp && script.answer?.(rp)
    if (answer) say({ rp: answer }, request.headers.get('Call-ID'))
  }
  const server = createSipEndpoint({
    ...{ timers: network.timers, random, log: silentLog, wire: network.wireAt(house) },
    ...{ values: { t1: 500, t2: 4000, t4: 5000 }, tcpThreshold: 100_000 },
    user: { onRequest, onAck: () => {}, onStrayResponse: () => {} },
  })
  network.attach(house, server)
  return { ...network, ...aHandset(network, identity, policy), requests, statuses, say }
}

export const rpOf = ({ headers, body }: SipRequest): Rp | undefined => {
  if (headers.get('Content-Type') !== SMS) return undefined
  const rp = decodeRp(body)
  if (!rp.ok) throw new Error(`no RPDU: ${rp.error}`)
  return rp.value
}

export const acknowledge = (rp: Rp): Rp | undefined =>
  rp.kind === 'data' || rp.kind === 'smma'
    ? {
        kind: 'ack',
        direction: 'mt',
        reference: rp.reference,
        tpdu: encodeSubmitReport({ kind: 'submit-report', time }),
      }
    : undefined

export const during = async <T>(work: Promise<T>, passing: Promise<void>): Promise<T> =>
  (await Promise.all([work, passing]))[0]

export const submits = (requests: SipRequest[]): Submit[] =>
  requests.map((request) => {
    const rp = rpOf(request)
    const tpdu = rp?.kind === 'data' ? decodeTpdu(rp.tpdu, 'mo') : undefined
    if (!tpdu?.ok || tpdu.value.kind !== 'submit') throw new Error('no SMS-SUBMIT')
    return tpdu.value
  })

export const deliver = (text: string, more: Partial<Deliver> = {}, reference = 7): Rp[] => {
  const made = textParts(text, { reference })
  if (!made.ok) throw new Error(made.error)
  const { dcs, parts } = made.value
  return parts.map((userData: UserData, index) => ({
    kind: 'data',
    direction: 'mt',
    reference: 100 + index,
    originator: addressOf('+15550199'),
    tpdu: encodeDeliver({
      ...{ kind: 'deliver', originator: addressOf('+15550100200'), pid: 0, dcs, time, userData },
      ...{ moreMessages: false, loopPrevention: false, reportIndication: false, replyPath: false },
      ...more,
    }),
  }))
}
