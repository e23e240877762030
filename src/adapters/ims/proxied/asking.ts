import type { Flow, Wire } from '#lib/wire'
import {
  createRequest,
  createResponse,
  type DigestAnswerer,
  type ProofFields,
  reasonPhrase,
  type SipRequest,
  type SipResponse,
} from '#sip'
import type { RegistrationPorts } from '../trunks/registration.ts'

export type AskingPorts = { wire: Wire; request: RegistrationPorts['request'] }

const MOST_PROOFS = 3
const MADE_UP = { timeout: 408, transport: 503 } as const

const nextOf = (request: SipRequest, proof: ProofFields): SipRequest => {
  const { headers } = request
  const [number = '0', method = ''] = (headers.get('CSeq') ?? '').split(' ')
  headers.set('CSeq', `${Number(number) + 1} ${method}`)
  for (const [name, value] of proof) headers.set(name, value)
  return request
}

/** `silent`: nobody answered, and its status is made up. */
export type Asked = SipResponse & { silent?: true }

/** A request of an extension's outside calls, with as many proofs as it takes; 408 and 503 are made up where nobody answers. */
export const ask = (
  { request: send }: Pick<AskingPorts, 'request'>,
  request: SipRequest,
  flow: Flow,
  answerer: DigestAnswerer,
): Promise<Asked> =>
  new Promise((done) => {
    let proofs = 0
    const events: Parameters<AskingPorts['request']>[2] = {
      onResponse(response) {
        const { status } = response
        if (status < 200) return
        const proof =
          (status === 401 || status === 407) && ++proofs <= MOST_PROOFS
            ? answerer.answer(request, response)
            : undefined
        if (proof) send(nextOf(request, proof), flow, events)
        else done(response)
      },
      onFailure(why) {
        const status = MADE_UP[why]
        done(Object.assign(createResponse(request, status, reasonPhrase(status)), { silent: true as const }))
      },
    }
    send(request, flow, events)
  })

type Names = { from: string; fromTag: string; to: string; callId: string }

export const outsideRequest = (
  method: string,
  uri: string,
  { from, fromTag, to, callId }: Names,
): SipRequest => {
  const request = createRequest(method, uri)
  request.headers.add('Max-Forwards', '70').add('From', `<${from}>;tag=${fromTag}`)
  request.headers.add('To', `<${to}>`).add('Call-ID', callId).add('CSeq', `1 ${method}`)
  return request
}
