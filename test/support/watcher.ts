import { createRandom } from '#lib/random'
import { parseReginfo, type Reginfo } from '#reginfo'
import { createRequest, createResponse, reasonPhrase, type SipRequest, type SipResponse } from '#sip'
import { DOMAIN, type House } from './house.ts'
import type { Phone } from './phone.ts'

type Told = { state: string; info: Reginfo; request: SipRequest }

export type WatcherOptions = {
  /** Whom it watches; itself when left out. */
  whom?: string
  expires?: string | undefined
  headers?: [string, string][]
  password?: string
}

/** A phone's subscriptions to registrations: subscribes, proves itself when asked, notes each NOTIFY and answers it. */
export const aWatcher = (house: House, phone: Phone, address: string) => {
  const random = createRandom()
  const told: Told[] = []
  const callId = random.token()
  const from = `<sip:${phone.name}@${DOMAIN}>;tag=${random.token()}`
  let [cseq, status, to] = [0, 200, '']

  phone.onOther = (request, transaction) => {
    if (request.method !== 'NOTIFY') return false
    const info = parseReginfo(request.body)
    if (!info.ok) throw new Error(`no reginfo: ${info.error}`)
    told.push({ state: request.headers.get('Subscription-State') ?? '', info: info.value, request })
    transaction.respond(createResponse(request, watcher.status, reasonPhrase(status)))
    return true
  }

  const subscribe = (uri: string, { expires, headers = [] }: WatcherOptions): SipRequest => {
    const request = createRequest('SUBSCRIBE', uri)
    const all = request.headers
      .add('Max-Forwards', '70')
      .add('From', from)
      .add('To', to || `<${uri}>`)
    all
      .add('Call-ID', callId)
      .add('CSeq', `${++cseq} SUBSCRIBE`)
      .add('Contact', `<sip:${phone.name}@${address}:5060>`)
    if (!headers.some(([name]) => name === 'Event')) all.add('Event', 'reg')
    if (expires !== undefined) all.add('Expires', expires)
    for (const [name, value] of headers) all.add(name, value)
    return request
  }
  const answer = async (request: SipRequest): Promise<SipResponse> => {
    const asked = phone.ask(request)
    await house.pass(400)
    return asked
  }

  const watcher = {
    told,
    status,
    /** A first SUBSCRIBE, or the next one in its dialogue. */
    subscribe: async (options: WatcherOptions = {}): Promise<SipResponse> => {
      const { whom = phone.name, password = `secret of ${phone.name}` } = options
      const uri = /^\w+:/.test(whom) ? whom : `sip:${whom}@${DOMAIN}`
      let response = await answer(subscribe(uri, options))
      if (response.status === 407) {
        const proof = phone.credentials(response, 'SUBSCRIBE', uri, password, `${phone.name}@${DOMAIN}`)
        const headers: [string, string][] = [...(options.headers ?? []), ['Proxy-Authorization', proof]]
        response = await answer(subscribe(uri, { ...options, headers }))
      }
      if (response.status === 200) to = response.headers.get('To') ?? ''
      return response
    },
    /** Forgets its dialogue, as a phone does that starts anew. */
    forget: (): void => {
      to = ''
    },
    /** `aor: state [contact event, …]` of each registration in the NOTIFY that came last. */
    last: (): string[] => {
      const registrations = told.at(-1)?.info.registrations ?? []
      return registrations.map(
        ({ aor, state, contacts }) =>
          `${aor}: ${state} [${contacts.map(({ uri, state, event }) => `${uri} ${state} ${event}`).join(', ')}]`,
      )
    },
  }
  return watcher
}
