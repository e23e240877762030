import type { Timers } from '#lib/clock'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import type { Flow, Wire, WireUser } from '#lib/wire'
import {
  createRequest,
  createResponse,
  createSipEndpoint,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
} from '#sip'
import {
  addressOf,
  concatOf,
  decodeRp,
  decodeTpdu,
  encodeDeliverReport,
  encodeRp,
  encodeSubmit,
  type Rp,
  type Submit,
  type Tpdu,
  textOf,
  textParts,
} from '#sms'
import { DOMAIN, HOUSE, type House } from './house.ts'

export const SMS_CONTACT =
  ';+g.3gpp.smsip;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel";+sip.instance="<urn:gsma:imei:35625100-000000-0>"'
const SMS = 'application/vnd.3gpp.sms'

/** How a handset ends what it is given. */
export type Word = 'ack' | 'silence' | { cause: number; failure?: number }

/** Where a scripted phone is: its wire, the way to the house, and how to wait until everything has arrived. */
export type Place = {
  wire: Wire & { start(user: WireUser): void }
  flow: Flow
  timers: Timers
  settle(): Promise<void>
}

/** A scripted phone for texts. With `sms` it is a handset that speaks RP, else one that takes plain text. */
export const aTextPhone = (
  house: House,
  name: string,
  address: string,
  options: { sms?: boolean; from?: string } = {},
) => {
  const wire = house.net.wire({ address, port: 5060 })
  return createTextPhone(
    { wire, flow: wire.flow(HOUSE), timers: house.timers, settle: house.settle },
    name,
    options,
  )
}

export const createTextPhone = (
  { wire, flow, timers, settle }: Place,
  name: string,
  { sms = false, from = `sip:${name}@${DOMAIN}` } = {},
) => {
  const random = createRandom()
  const received: SipRequest[] = []
  const rps: Rp[] = []
  const tpdus: Tpdu[] = []
  const texts: string[] = []
  /** The same, with the requests' Call-IDs. `known`: its delivery report had been answered before. */
  const shown: { text: string; callId: string; known: boolean }[] = []
  const confirmed = new Set<string>()
  const show = (text: string, callId: string): void => {
    texts.push(text)
    shown.push({ text, callId, known: confirmed.has(callId) })
  }
  /** Final statuses of the delivery reports. */
  const reported: number[] = []
  let references = 0

  const ask = (request: SipRequest): Promise<SipResponse> =>
    new Promise((done) => {
      endpoint.request(request, flow, {
        onResponse: (response) => response.status >= 200 && done(response),
        onFailure: (why) => done(createResponse(request, why === 'timeout' ? 408 : 503, why)),
      })
    })

  const message = (
    to: string,
    type: string,
    body: Uint8Array,
    headers: [string, string][] = [],
  ): SipRequest => {
    const uri = to.includes(':') ? to : `sip:${to}@${DOMAIN}`
    const request = createRequest('MESSAGE', uri)
    request.headers
      .add('Max-Forwards', '70')
      .add('From', `<${from}>;tag=${random.token()}`)
      .add('To', `<${uri}>`)
    request.headers.add('Call-ID', random.token()).add('CSeq', '1 MESSAGE').add('Content-Type', type)
    for (const [key, value] of headers) request.headers.add(key, value)
    request.body = body
    return request
  }

  const report = (delivered: SipRequest, reference: number, word: Exclude<Word, 'silence'>): void => {
    const cause = word === 'ack' ? undefined : word.failure
    const tpdu = encodeDeliverReport({ kind: 'deliver-report', ...(cause !== undefined && { cause }) })
    const rp: Rp =
      word === 'ack'
        ? { kind: 'ack', direction: 'mo', reference, tpdu }
        : { kind: 'error', direction: 'mo', reference, cause: word.cause, tpdu }
    const to = (delivered.headers.get('P-Asserted-Identity') ?? '').replace(/[<>]/g, '')
    const named: [string, string][] = [['In-Reply-To', delivered.headers.get('Call-ID') ?? '']]
    void ask(message(to, SMS, encodeRp(rp), named)).then(({ status }) => {
      reported.push(status)
      if (status === 202 && word === 'ack') confirmed.add(delivered.headers.get('Call-ID') ?? '')
    })
  }

  const onSms = (request: SipRequest): void => {
    const rp = decodeRp(request.body)
    if (!rp.ok) return
    rps.push(rp.value)
    if (rp.value.kind !== 'data') return
    const tpdu = decodeTpdu(rp.value.tpdu, 'mt')
    if (!tpdu.ok) return
    tpdus.push(tpdu.value)
    if (tpdu.value.kind === 'deliver')
      show(textOf(tpdu.value.userData, tpdu.value.dcs) ?? '', request.headers.get('Call-ID') ?? '')
    if (phone.word !== 'silence') report(request, rp.value.reference, phone.word)
  }

  const endpoint = createSipEndpoint({
    ...{ timers, random, log: silentLog, wire },
    values: { t1: 500, t2: 4000, t4: 5000 },
    tcpThreshold: 65535,
    user: {
      onRequest(request: SipRequest, transaction: ServerTransaction) {
        received.push(request)
        if (phone.status === 0) return
        transaction.respond(createResponse(request, phone.status, ''))
        if (phone.status >= 300) return
        if (request.headers.get('Content-Type') === SMS) onSms(request)
        else show(new TextDecoder().decode(request.body), request.headers.get('Call-ID') ?? '')
      },
      onAck: () => {},
      onStrayResponse: () => {},
    },
  })
  wire.start(endpoint)

  const register = async (expires = 3600): Promise<number> => {
    const request = createRequest('REGISTER', `sip:${DOMAIN}`)
    const { headers } = request
    headers.add('From', `<sip:${name}@${DOMAIN}>;tag=r`).add('To', `<sip:${name}@${DOMAIN}>`)
    headers.add('Call-ID', `register ${name}`.replace(' ', '-')).add('CSeq', `${++references} REGISTER`)
    headers
      .add('Contact', `<sip:${name}@${flow.local.address}:${flow.local.port}>${sms ? SMS_CONTACT : ''}`)
      .add('Expires', `${expires}`)
    const answer = ask(request)
    await settle()
    const { status } = await answer
    await settle()
    return status
  }

  const rpTo = async (rp: Rp): Promise<{ status: number; rp: Rp | undefined }> => {
    const before = rps.length
    const answer = ask(message(`sip:+15550199@${DOMAIN};user=phone`, SMS, encodeRp(rp)))
    await settle()
    const { status } = await answer
    await settle()
    return { status, rp: rps.slice(before).find(({ kind }) => kind === 'ack' || kind === 'error') }
  }

  const phone = {
    ...{ name, received, rps, tpdus, texts, shown, reported, ask, message, register, rpTo },
    /** What it answers a MESSAGE with; 0: nothing. */
    status: 200,
    word: 'ack' as Word,
    send: async (to: string, text: string, headers: [string, string][] = []): Promise<SipResponse> => {
      const answer = ask(message(to, 'text/plain;charset=UTF-8', new TextEncoder().encode(text), headers))
      await settle()
      return answer
    },
    /** Every part of the text as an SMS-SUBMIT; gives RP's answer to each. */
    submit: async (to: string, text: string, more: Partial<Submit> = {}) => {
      const reference = ++references
      const cut = textParts(text, { reference, dcs: more.dcs ?? 0 })
      if (!cut.ok) throw new Error(cut.error)
      const answers: { status: number; rp: Rp | undefined }[] = []
      for (const [at, userData] of cut.value.parts.entries()) {
        const tpdu = encodeSubmit({
          ...{ kind: 'submit', reference: (reference + at) & 0xff, destination: addressOf(to), pid: 0 },
          ...{ dcs: cut.value.dcs, userData, rejectDuplicates: false, reportWanted: false, replyPath: false },
          ...more,
        })
        references = reference + at
        answers.push(await rpTo({ kind: 'data', direction: 'mo', reference: references & 0xff, tpdu }))
      }
      return answers
    },
    /** Parts of long texts put together, by what they say of themselves. */
    read: (): string[] => {
      const whole = new Map<string, string>()
      for (const [at, tpdu] of tpdus.entries()) {
        if (tpdu.kind !== 'deliver') continue
        const concat = concatOf(tpdu.userData.elements)
        const key = concat ? `${concat.reference} ${concat.total}` : `single ${at}`
        whole.set(key, (whole.get(key) ?? '') + (textOf(tpdu.userData, tpdu.dcs) ?? ''))
      }
      return [...whole.values()]
    },
  }
  return phone
}
export type TextPhone = ReturnType<typeof aTextPhone>
