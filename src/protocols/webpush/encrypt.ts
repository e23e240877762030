import { createCipheriv, createECDH, createHmac, type ECDH, randomBytes } from 'node:crypto'
import { err, ok, type Result } from '#lib/result'

/** What a browser gives for its messages, base64url: its public P-256 point, and 16 octets. */
export type PushKeys = { p256dh: string; auth: string }

/** RFC 8291 §4: a record must hold it whole, and push services take 4096 octets. */
const MOST_OCTETS = 3993
const RECORD_SIZE = 4096

const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer => {
  const sum = createHmac('sha256', key)
  for (const part of parts) sum.update(part)
  return sum.digest()
}
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Octets of the keys; undefined when they are none. */
export const keysOf = ({ p256dh, auth }: PushKeys): { point: Buffer; secret: Buffer } | undefined => {
  const [point, secret] = [Buffer.from(p256dh, 'base64url'), Buffer.from(auth, 'base64url')]
  return point.length === 65 && point[0] === 4 && secret.length === 16 ? { point, secret } : undefined
}

/** Only tests say which salt and which key of our own. */
type Given = { salt?: Uint8Array; own?: ECDH }

/** A message as the push service takes it, RFC 8291 with content coding aes128gcm (RFC 8188), in one record. */
export const encryptPush = (
  plain: Uint8Array,
  keys: PushKeys,
  given: Given = {},
): Result<Uint8Array, 'keys' | 'size'> => {
  const theirs = keysOf(keys)
  if (!theirs) return err('keys')
  if (plain.length > MOST_OCTETS) return err('size')
  const salt = given.salt ?? randomBytes(16)
  const own = given.own ?? createECDH('prime256v1')
  if (!given.own) own.generateKeys()
  let shared: Buffer
  try {
    shared = own.computeSecret(theirs.point)
  } catch {
    // Not every 65 octets are a point on the curve.
    return err('keys')
  }
  const point = own.getPublicKey()
  const one = Buffer.of(1)
  const info = [ascii('WebPush: info\0'), theirs.point, point, one]
  const material = hmac(hmac(theirs.secret, shared), ...info)
  const prk = hmac(salt, material)
  const key = hmac(prk, ascii('Content-Encoding: aes128gcm\0'), one).subarray(0, 16)
  const nonce = hmac(prk, ascii('Content-Encoding: nonce\0'), one).subarray(0, 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  // 2: the last record, RFC 8188 §2.
  const sealed = Buffer.concat([cipher.update(plain), cipher.update(Buffer.of(2)), cipher.final()])
  const size = Buffer.alloc(5)
  size.writeUInt32BE(RECORD_SIZE)
  size[4] = point.length
  return ok(Buffer.concat([salt, size, point, sealed, cipher.getAuthTag()]))
}
