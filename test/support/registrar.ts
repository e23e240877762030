import assert from 'node:assert/strict'
import { createRequest, digestResponse, parseChallenge, printCredentials, type SipResponse } from '#sip'
import { aHouse, aSubscriber, DOMAIN, type House } from './house.ts'
import { aScriptPhone, type ScriptPhone } from './script-phone.ts'

export type Fields = [name: string, value: string][]
export const URI = `sip:${DOMAIN}`

export const aPlace = (options: Parameters<typeof aHouse>[0] = {}) => {
  const house = aHouse(options)
  return { house, alice: aScriptPhone(house, 'alice', '192.0.2.10') }
}
export const openPlace = () => aPlace({ subscribers: [aSubscriber('alice', { proof: 'none' })] })

let seq = 0
export const ask = async (
  house: House,
  phone: ScriptPhone,
  to: string,
  fields: Fields,
): Promise<SipResponse> => {
  const request = createRequest('REGISTER', URI)
  request.headers.add('Max-Forwards', '70').add('From', `<${to}>;tag=t`).add('To', `<${to}>`)
  request.headers.add('Call-ID', 'one-call').add('CSeq', `${++seq} REGISTER`)
  for (const [name, value] of fields) {
    if (name === 'Call-ID' || name === 'CSeq') request.headers.set(name, value)
    else request.headers.add(name, value)
  }
  const sent = phone.send(request)
  await house.pass(5000)
  const response = sent.last()
  assert.ok(response, `no answer: ${sent.failures}`)
  return response
}

export const challengeIn = (response: SipResponse) => {
  const parsed = parseChallenge(response.headers.get('WWW-Authenticate') ?? '')
  assert.ok(parsed.ok, `status ${response.status}`)
  return parsed.value
}

export type Proof = {
  username?: string
  password?: string
  qop?: string
  nc?: string
  uri?: string
  algorithm?: 'MD5' | 'SHA-256'
}
export const proofFor = (response: SipResponse, more: Proof = {}): Fields => {
  const { nonce, realm } = challengeIn(response)
  const { username = `alice@${DOMAIN}`, password = 'secret of alice', uri = URI, algorithm = 'MD5' } = more
  const count = more.qop ? { qop: more.qop, nc: more.nc ?? '00000001', cnonce: 'c' } : {}
  const digest = { username, realm, nonce, uri, algorithm, ...count }
  const response1 = digestResponse({ ...digest, method: 'REGISTER', password: Buffer.from(password, 'utf8') })
  return [['Authorization', printCredentials({ ...digest, response: response1 })]]
}
