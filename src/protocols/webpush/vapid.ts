import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { err, ok, type Result } from '#lib/result'

/** Who a server is to push services, RFC 8292. `publicKey`: the point, base64url, as browsers want it. */
export type Vapid = {
  readonly publicKey: string
  /** Value of Authorization for a message to this endpoint. */
  authorization(endpoint: string, nowMs: number): string
}

/** §2: at most 24 hours. */
const LIFE_S = 12 * 3600

export const generateVapidKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string

const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const pointOf = (key: KeyObject): string => {
  const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString(
    'base64url',
  )
}

/** `pem`: what `generateVapidKey` gave. `contact`: mailto: or https:, where the push service may complain. */
export const createVapid = (pem: string, contact: string): Result<Vapid, 'key'> => {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    return err('key')
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return err('key')
  const publicKey = pointOf(key)
  const head = json({ typ: 'JWT', alg: 'ES256' })
  return ok({
    publicKey,
    authorization: (endpoint, nowMs) => {
      const exp = Math.floor(nowMs / 1000) + LIFE_S
      const claims = json({ aud: new URL(endpoint).origin, exp, sub: contact })
      const signed = sign('sha256', Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363' })
      return `vapid t=${head}.${claims}.${signed.toString('base64url')}, k=${publicKey}`
    },
  })
}
