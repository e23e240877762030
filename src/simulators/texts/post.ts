import type { Random } from '#lib/random'
import { createRequest, printCredentials, type SipRequest, type SipResponse } from '#sip'
import type { Answerer } from '../ue-answer.ts'
import { AGENT, accessHeaders, type UeIdentity } from '../ue-identity.ts'
import { challengesOf } from '../ue-registration.ts'

export type PostPorts = {
  random: Random
  answerer: Answerer
  identity: UeIdentity
  ask: (request: SipRequest) => Promise<SipResponse>
  /** The public identity that we go by now, and the way that its requests take (Service-Route). */
  own: () => { uri: string; routes: readonly string[] }
}

export type Letter = {
  uri: string
  /** Without it, the identity we go by. */
  from?: string
  headers?: readonly [name: string, value: string][]
  type: string
  body: Uint8Array
  /** Told before it is sent: an answer to its content may overtake the one to the request. */
  callId: string
}

export const SMS_TYPE = 'application/vnd.3gpp.sms'
const MOST_CHALLENGES = 3

/** Sends a MESSAGE (RFC 3428), with proof where that is asked for, and gives the final answer. */
export const createPost = ({ random, answerer, identity, ask, own }: PostPorts) => {
  const requestFor = (letter: Letter): SipRequest => {
    const { uri, type, body, callId } = letter
    const from = letter.from ?? own().uri
    const request = createRequest('MESSAGE', uri)
    const { headers } = request
    for (const route of own().routes) headers.add('Route', route)
    headers.add('Max-Forwards', '70').add('From', `<${from}>;tag=${random.token()}`).add('To', `<${uri}>`)
    headers.add('Call-ID', callId).add('CSeq', '1 MESSAGE').add('P-Preferred-Identity', `<${from}>`)
    for (const [name, value] of [...accessHeaders(identity), ...(letter.headers ?? [])])
      headers.add(name, value)
    headers.add('User-Agent', AGENT).add('Content-Type', type)
    request.body = body
    return request
  }

  return async (letter: Letter): Promise<SipResponse> => {
    const request = requestFor(letter)
    const { method, uri, body, headers } = request
    for (let turn = 1; ; turn++) {
      const response = await ask(request)
      const asksProof = response.status === 401 || response.status === 407
      if (!asksProof || turn > MOST_CHALLENGES) return response
      const answer = answerer.answer(challengesOf(response), { method, uri, body })
      if (!answer) return response
      const name = response.status === 407 ? 'Proxy-Authorization' : 'Authorization'
      headers.set(name, printCredentials(answer.credentials)).set('CSeq', `${turn + 1} MESSAGE`)
    }
  }
}
export type Post = ReturnType<typeof createPost>
