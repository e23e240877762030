import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import {
  type ClientTransaction,
  createRequest,
  createResponse,
  createSipEndpoint,
  parseAddress,
  reasonPhrase,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  sdpOf,
  splitList,
  tagOf,
  withSdp,
} from '#sip'
import { DOMAIN, HOUSE, type House } from './house.ts'
import { SDP } from './phone.ts'

type Fields = [name: string, value: string][]
export type Said = { sdp?: string; headers?: Fields; cseq?: number; toTag?: boolean }
export type Heard = { request: SipRequest; transaction: ServerTransaction }

const uriIn = (value: string | undefined): string => {
  const parsed = parseAddress(splitList(value ?? '')[0] ?? '')
  return parsed.ok ? parsed.value.uri : ''
}

/**
 * A phone that does nothing by itself: transactions only, every message of a dialogue is the test's own. So that the
 * house is not judged by the same dialogue code that it runs.
 */
export const aScriptPhone = (house: House, name: string, address: string, port = 5060) => {
  const wire = house.net.wire({ address, port })
  const flow = wire.flow(HOUSE)
  const random = createRandom()
  const heard: Heard[] = []
  const acks: SipRequest[] = []
  const cancelled: SipRequest[] = []
  const endpoint = createSipEndpoint({
    timers: house.timers,
    random,
    log: silentLog,
    wire,
    values: { t1: 500, t2: 4000, t4: 5000 },
    tcpThreshold: 65535,
    user: {
      onRequest: (request, transaction) => {
        transaction.onCancel = (cancel) => {
          cancelled.push(cancel)
          respond({ request, transaction }, 487)
        }
        heard.push({ request, transaction })
        if (request.method === 'BYE' || request.method === 'PRACK') respond({ request, transaction }, 200)
      },
      onAck: (request) => void acks.push(request),
      onStrayResponse: () => {},
    },
  })
  wire.start(endpoint)
  const contact = `<sip:${name}@${address}:${port}>`
  const tag = random.token()

  const respond = (
    { request, transaction }: Heard,
    status: number,
    { sdp, headers = [] }: Said = {},
    own = tag,
  ) => {
    const response = createResponse(request, status, reasonPhrase(status))
    const to = response.headers.get('To') ?? ''
    if (tagOf(to) === undefined) response.headers.set('To', `${to};tag=${own}`)
    for (const route of request.headers.all('Record-Route')) response.headers.add('Record-Route', route)
    for (const [key, value] of headers) response.headers.add(key, value)
    if (!response.headers.has('Contact') && status < 300) response.headers.add('Contact', contact)
    transaction.respond(withSdp(response, sdp))
    return response
  }

  const send = (request: SipRequest) => {
    const responses: SipResponse[] = []
    const failures: string[] = []
    const transaction: ClientTransaction = endpoint.request(request, flow, {
      onResponse: (response) => void responses.push(response),
      onFailure: (why) => void failures.push(why),
    })
    const last = () => responses.at(-1)
    return { request, transaction, responses, failures, last, status: () => last()?.status }
  }
  type Sent = ReturnType<typeof send>

  /** One dialogue as this phone sees it, from the INVITE it sent or got and a response to it. */
  const dialogue = (request: SipRequest, response: SipResponse, outgoing: boolean) => {
    const [mine, theirs] = outgoing ? ['From', 'To'] : ['To', 'From']
    const headers = response.headers
    let seq = outgoing ? Number.parseInt(request.headers.get('CSeq') ?? '1', 10) : 100
    const target = uriIn((outgoing ? response : request).headers.get('Contact'))
    const make = (method: string, { sdp, headers: more = [], cseq, toTag = true }: Said = {}) => {
      const made = createRequest(method, target)
      const remote = headers.get(theirs as string) ?? ''
      made.headers.add('Max-Forwards', '70').add('From', headers.get(mine as string) ?? '')
      made.headers.add('To', toTag ? remote : remote.replace(/;tag=.*/, ''))
      made.headers.add('Call-ID', headers.get('Call-ID') ?? '')
      made.headers.add('CSeq', `${cseq ?? ++seq} ${method}`)
      if (method === 'INVITE' || method === 'UPDATE') made.headers.add('Contact', contact)
      for (const [key, value] of more) made.headers.add(key, value)
      return withSdp(made, sdp)
    }
    return {
      ack: (said: Said = {}) => {
        const cseq = Number.parseInt(request.headers.get('CSeq') ?? '1', 10)
        endpoint.sendAck(make('ACK', { cseq, ...said }), flow)
      },
      send: (method: string, said?: Said) => send(make(method, said)),
      prack: (provisional: SipResponse, said: Said = {}) => {
        const rack = `${provisional.headers.get('RSeq')} ${provisional.headers.get('CSeq')}`
        return send(make('PRACK', { ...said, headers: [['RAck', rack], ...(said.headers ?? [])] }))
      },
    }
  }

  return {
    name,
    flow,
    heard,
    acks,
    cancelled,
    endpoint,
    contact,
    respond,
    send,
    /** What came of that method. */
    got: (method: string): Heard[] => heard.filter(({ request }) => request.method === method),
    invitation(
      number: string,
      { sdp = SDP, offerless = false, headers = [] as Fields, cseq = 1, callId = random.token() } = {},
    ): SipRequest {
      const uri = number.includes(':') ? number : `sip:${number}@${DOMAIN}`
      const request = createRequest('INVITE', uri)
      request.headers.add('Max-Forwards', '70').add('From', `<sip:${name}@${DOMAIN}>;tag=${random.token()}`)
      request.headers.add('To', `<${uri}>`).add('Call-ID', callId).add('CSeq', `${cseq} INVITE`)
      request.headers.add('Contact', contact)
      for (const [key, value] of headers) {
        if (key === 'Contact' || key === 'Max-Forwards' || key === 'From') request.headers.remove(key)
        if (value !== '') request.headers.add(key, value)
      }
      return withSdp(request, offerless ? undefined : sdp)
    },
    /** The caller's dialogue after a response with a tag. */
    calling: ({ request }: Sent, response: SipResponse | undefined) => {
      if (!response) throw new Error('no response to make a dialogue of')
      return dialogue(request, response, true)
    },
    /** The called party's dialogue, after its response. */
    called: ({ request }: Heard, response: SipResponse) => dialogue(request, response, false),
    register: async (headers: Fields = []): Promise<number | undefined> => {
      const request = createRequest('REGISTER', `sip:${DOMAIN}`)
      request.headers.add('Max-Forwards', '70').add('From', `<sip:${name}@${DOMAIN}>;tag=${random.token()}`)
      request.headers.add('To', `<sip:${name}@${DOMAIN}>`).add('Call-ID', random.token())
      request.headers.add('CSeq', '1 REGISTER')
      if (!headers.some(([key]) => key === 'Contact')) request.headers.add('Contact', contact)
      for (const [key, value] of headers) request.headers.add(key, value)
      const sent = send(request)
      await house.settle()
      return sent.status()
    },
    sdpOf,
  }
}
export type ScriptPhone = ReturnType<typeof aScriptPhone>
