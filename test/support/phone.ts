import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { ok } from '#lib/result'
import {
  createLegs,
  createRequest,
  createSipEndpoint,
  digestResponse,
  type IncomingLeg,
  type OutgoingLeg,
  parseChallenge,
  printCredentials,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
} from '#sip'
import { DOMAIN, HOUSE, type House } from './house.ts'

export const SDP =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'

/** A scripted SIP phone on the house's network in memory. It notes what happens and does only what it is told. */
export const aPhone = (house: House, name: string, address: string, port = 5060) => {
  const wire = house.net.wire({ address, port })
  const flow = wire.flow(HOUSE)
  const heard: string[] = []
  const offers: string[] = []
  const answers: string[] = []
  const random = createRandom()
  const incoming: IncomingLeg[] = []
  const requests: SipRequest[] = []
  const events = {
    onOffer: async (sdp: string) => {
      offers.push(sdp)
      heard.push('offer')
      return ok(SDP)
    },
    onInfo: () => {
      heard.push('info')
      return 200
    },
    onEnd: (end: { by: string; reason?: string }) => heard.push(`end by ${end.by}`),
    onSignal: () => {},
  }
  const endpoint = createSipEndpoint({
    timers: house.timers,
    random,
    log: silentLog,
    wire,
    values: { t1: 500, t2: 4000, t4: 5000 },
    tcpThreshold: 65535,
    user: {
      onRequest: (request: SipRequest, transaction: ServerTransaction) => {
        requests.push(request)
        if (phone.onOther?.(request, transaction)) return
        if (legs.onRequest(request, transaction)) return
        if (request.method !== 'INVITE') return
        heard.push('invite')
        incoming.push(legs.incoming(request, transaction, events, { reliable: phone.reliable }))
      },
      onAck: (request: SipRequest) => legs.onAck(request),
      onStrayResponse: () => {},
    },
  })
  const legs = createLegs({
    random,
    timers: house.timers,
    values: { t1: 500, t2: 4000, t4: 5000 },
    sessionExpires: 1800,
    flowFor: (_dialog, flow) => flow,
    contact: () => `<sip:${name}@${address}:${port}>`,
    request: endpoint.request,
    sendAck: endpoint.sendAck,
  })
  wire.start(endpoint)

  const ask = (request: SipRequest): Promise<SipResponse> =>
    new Promise((done) => {
      endpoint.request(request, flow, {
        onResponse: (response) => response.status >= 200 && done(response),
        onFailure: (why) =>
          done({
            ...createRequest('', ''),
            kind: 'response',
            status: why === 'timeout' ? 408 : 503,
            reason: why,
          }),
      })
    })

  let cseq = 0
  const callId = random.token()
  const register = (headers: [string, string][], user = name): SipRequest => {
    const request = createRequest('REGISTER', `sip:${DOMAIN}`)
    request.headers.add('Max-Forwards', '70').add('From', `<sip:${user}@${DOMAIN}>;tag=${random.token()}`)
    request.headers
      .add('To', `<sip:${user}@${DOMAIN}>`)
      .add('Call-ID', callId)
      .add('CSeq', `${++cseq} REGISTER`)
    for (const [key, value] of headers) request.headers.add(key, value)
    return request
  }
  const credentials = (
    response: SipResponse,
    method: string,
    uri: string,
    password: string,
    username: string,
  ) => {
    const challenge = parseChallenge(
      response.headers.get('WWW-Authenticate') ?? response.headers.get('Proxy-Authenticate') ?? '',
    )
    if (!challenge.ok) throw new Error(`no challenge: ${challenge.error}`)
    const { realm, nonce } = challenge.value
    const digest = {
      algorithm: 'MD5' as const,
      username,
      realm,
      nonce,
      method,
      uri,
      qop: 'auth',
      nc: '00000001',
      cnonce: 'abc',
    }
    const proof = digestResponse({ ...digest, password: new TextEncoder().encode(password) })
    return printCredentials({
      username,
      realm,
      nonce,
      uri,
      response: proof,
      algorithm: 'MD5',
      qop: 'auth',
      nc: '00000001',
      cnonce: 'abc',
    })
  }

  const phone = {
    name,
    flow,
    heard,
    offers,
    answers,
    incoming,
    requests,
    endpoint,
    legs,
    reliable: false,
    /** Set by a test that deals with other requests than those of calls; true: dealt with. */
    onOther: undefined as ((request: SipRequest, transaction: ServerTransaction) => boolean) | undefined,
    ask,
    register: async ({
      contact = `<sip:${name}@${address}:${port}>`,
      expires = '3600',
      password = `secret of ${name}`,
      username = `${name}@${DOMAIN}`,
      extra = [] as [string, string][],
    } = {}): Promise<SipResponse> => {
      const headers: [string, string][] = [['Contact', contact], ['Expires', expires], ...extra]
      const first = ask(register(headers))
      await house.settle()
      const challenge = await first
      if (challenge.status !== 401) return challenge
      const authorization = credentials(challenge, 'REGISTER', `sip:${DOMAIN}`, password, username)
      const second = ask(register([...headers, ['Authorization', authorization]]))
      await house.pass(300)
      return second
    },
    rawRegister: (headers: [string, string][], user?: string) => register(headers, user),
    credentials,
    /** Calls, as a subscriber who needs no proof. */
    call: async (
      number: string,
      { lateOffer = false, headers = [] as [string, string][], reliable = false } = {},
    ): Promise<OutgoingLeg> => {
      const sdp = lateOffer ? undefined : SDP
      const uri = number.includes(':') ? number : `sip:${number}@${DOMAIN}`
      const from = `"${name}" <sip:${name}@${DOMAIN}>;tag=${random.token()}`
      const leg: OutgoingLeg = legs.outgoing(
        {
          uri,
          from,
          to: `<${uri}>`,
          callId: random.token(),
          flow,
          routes: [],
          sdp,
          headers,
          reliable,
          hops: 70,
        },
        {
          ...events,
          onProgress: (status, early) => {
            heard.push(early === undefined ? `${status}` : `${status} with sdp`)
            if (early !== undefined) answers.push(early)
          },
          onAnswer: (answer) => {
            heard.push('answered')
            answers.push(answer ?? '')
            if (sdp !== undefined) leg.confirm()
          },
          onRefused: ({ status }) => heard.push(`refused ${status}`),
        },
      )
      await house.settle()
      return leg
    },
  }
  return phone
}
export type Phone = ReturnType<typeof aPhone>
