import { toHex } from '#lib/bytes'
import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import { createResponse, parseAddress, parseWorded, type ServerTransaction, type SipRequest } from '#sip'
import {
  addressText,
  codingOf,
  type Deliver,
  decodeRp,
  decodeTpdu,
  encodeDeliverReport,
  encodeRp,
  FCS_MEMORY_FULL,
  isSilent,
  isSimDownload,
  RP_CAUSE,
  type Rp,
  type StatusReport,
  textOf,
} from '#sms'
import { callerOf } from '../ue-incoming.ts'
import { createAssembly } from './assembly.ts'
import type { TextEvent, TextPolicy } from './contract.ts'
import type { Outbox } from './outbox.ts'
import { type Post, SMS_TYPE } from './post.ts'

export type InboxPorts = {
  timers: Timers
  random: Random
  post: Post
  outbox: Outbox
  policy: () => TextPolicy
  setPolicy: (policy: TextPolicy) => void
  onEvent: (event: TextEvent) => void
}

type Data = Rp & { kind: 'data' }

const UTF_8 = new TextDecoder()

const addressIn = (value: string | undefined): string | undefined => {
  const address = value === undefined ? undefined : parseAddress(value)
  return address?.ok ? address.value.uri : undefined
}

/** Texts that reach the handset: TS 24.341 §5.3.2, TS 24.011 §6.3.2; plain ones by RFC 3428. */
export const createInbox = (ports: InboxPorts) => {
  const { timers, random, post, outbox, policy, setPolicy, onEvent } = ports
  const assembly = createAssembly()

  const reply = (transaction: ServerTransaction, status: number, reason: string): void => {
    const { request } = transaction
    const response = createResponse(request, status, reason)
    response.headers.set('To', `${request.headers.get('To') ?? ''};tag=${random.token()}`)
    transaction.respond(response)
  }

  /** A report is a MESSAGE of its own, to who asserted to be the gateway and from the identity that was called. */
  const report = async (request: SipRequest, rp: Rp): Promise<void> => {
    const { headers } = request
    const to = addressIn(headers.get('P-Asserted-Identity')) ?? addressIn(headers.get('From'))
    const from = addressIn(headers.get('P-Called-Party-ID'))
    if (to === undefined) return
    await post({
      uri: to,
      ...(from !== undefined && { from }),
      headers: [
        ['Request-Disposition', 'no-fork'],
        ['In-Reply-To', headers.get('Call-ID') ?? ''],
      ],
      type: SMS_TYPE,
      body: encodeRp(rp),
      callId: random.token(20),
    })
  }

  const show = (deliver: Deliver): void => {
    const from = addressText(deliver.originator)
    const { pid, dcs, userData } = deliver
    if (isSilent(pid) || isSimDownload(pid)) return onEvent({ kind: 'unshown', from, pid })
    const flash = codingOf(dcs).class === 0
    const common = { kind: 'message', form: 'sms', from, ...(flash && { flash }) } as const
    if (textOf(userData, dcs) === undefined)
      return onEvent({ ...common, text: '', parts: 1, data: toHex(userData.payload) })
    const whole = assembly.take(deliver)
    if (whole) onEvent({ ...common, ...whole })
  }

  const note = ({ reference, recipient, status }: StatusReport): void =>
    onEvent({ kind: 'status-report', reference, recipient: addressText(recipient), status })

  const refuse = async (
    request: SipRequest,
    rp: Data,
    refusal: TextPolicy & { kind: 'refuse' },
  ): Promise<void> => {
    const { cause, memoryAfterMs } = refusal
    const isFull = cause === RP_CAUSE.memoryExceeded
    const tpdu = isFull && encodeDeliverReport({ kind: 'deliver-report', cause: FCS_MEMORY_FULL })
    const { reference } = rp
    await report(request, { kind: 'error', direction: 'mo', reference, cause, ...(tpdu && { tpdu }) })
    if (!isFull || memoryAfterMs === undefined) return
    timers.after(memoryAfterMs, () => {
      setPolicy({ kind: 'take' })
      void outbox.memoryAvailable().then((known) => onEvent({ kind: 'memory', known }))
    })
  }

  /** SIP is answered first, then the report follows: TS 24.341 §5.3.2.4. */
  const onData = (transaction: ServerTransaction, rp: Data): void => {
    const { request } = transaction
    const { reference } = rp
    const wanted = policy()
    reply(transaction, 200, 'OK')
    if (wanted.kind === 'no-report') return
    if (wanted.kind === 'refuse') return void refuse(request, rp, wanted)
    const tpdu = decodeTpdu(rp.tpdu, 'mt')
    if (!tpdu.ok || (tpdu.value.kind !== 'deliver' && tpdu.value.kind !== 'status-report')) {
      const cause = RP_CAUSE.invalidMandatory
      return void report(request, { kind: 'error', direction: 'mo', reference, cause })
    }
    const acknowledgement = encodeDeliverReport({ kind: 'deliver-report' })
    void report(request, { kind: 'ack', direction: 'mo', reference, tpdu: acknowledgement })
    if (tpdu.value.kind === 'deliver') show(tpdu.value)
    else note(tpdu.value)
  }

  const onSms = (transaction: ServerTransaction): void => {
    const { request } = transaction
    const rp = decodeRp(request.body)
    if (!rp.ok || rp.value.direction === 'mo') return reply(transaction, 400, 'Bad Request')
    if (rp.value.kind === 'data') return onData(transaction, rp.value)
    outbox.hear(rp.value, request.headers.get('In-Reply-To'))
    reply(transaction, 200, 'OK')
  }

  const onPlain = (transaction: ServerTransaction): void => {
    const { request } = transaction
    if (policy().kind === 'refuse') return reply(transaction, 480, 'Temporarily Unavailable')
    reply(transaction, 200, 'OK')
    const text = UTF_8.decode(request.body)
    onEvent({ kind: 'message', from: callerOf(request), text, form: 'plain', parts: 1 })
  }

  return (transaction: ServerTransaction): void => {
    if (policy().kind === 'ignore') return
    const type = parseWorded(transaction.request.headers.get('Content-Type') ?? '')?.word.toLowerCase()
    if (type === SMS_TYPE) return onSms(transaction)
    if (type === 'text/plain') return onPlain(transaction)
    reply(transaction, 415, 'Unsupported Media Type')
  }
}
