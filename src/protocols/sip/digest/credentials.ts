import { err, ok, type Result } from '#lib/result'
import { isToken, quote, skipClass, skipQuoted, skipSpace, TOKEN, unquote } from '../grammar/chars.ts'

/** Authorization or Proxy-Authorization, RFC 7616 §3.4 with the fields that RFC 3310 and TS 24.229 add. */
export type Credentials = {
  username: string
  realm: string
  nonce: string
  uri: string
  /** Empty in the first REGISTER of an IMS handset, as is the nonce. */
  response: string
  /** As it is spelt; MD5 when undefined. */
  algorithm?: string
  cnonce?: string
  qop?: string
  nc?: string
  opaque?: string
  /** Base64 of the resynchronisation token, RFC 3310 §3.4. */
  auts?: string
  integrityProtected?: string
  /** All fields by lower-case name, also those above. */
  fields: Fields
}

/** WWW-Authenticate or Proxy-Authenticate. */
export type Challenge = {
  realm: string
  nonce: string
  algorithm?: string
  /** The list in its quotes: `auth`, `auth,auth-int`. */
  qop?: string
  opaque?: string
  stale?: boolean
  /** Hexadecimal session keys on their way to the P-CSCF, TS 24.229 §7.2A.1. */
  ck?: string
  ik?: string
}

export type Fields = Map<string, string>

/** The scheme's name before the first space: `Digest`, or one that the caller does not know. */
export const authSchemeOf = (value: string): string =>
  value.substring(0, skipClass(value, 0, value.length, TOKEN))

/** Errors: `not Digest`, `malformed`, or the name of a missing field. */
export const parseCredentials = (value: string): Result<Credentials, string> => {
  const read = readDigest(value)
  if (!read.ok) return read
  const fields = read.value
  const username = fields.get('username')
  const realm = fields.get('realm')
  const nonce = fields.get('nonce')
  const uri = fields.get('uri')
  const response = fields.get('response')
  if (username === undefined) return err('no username')
  if (realm === undefined) return err('no realm')
  if (nonce === undefined) return err('no nonce')
  if (uri === undefined) return err('no uri')
  if (response === undefined) return err('no response')
  const credentials: Credentials = { username, realm, nonce, uri, response, fields }
  for (const name of ['algorithm', 'cnonce', 'qop', 'nc', 'opaque', 'auts'] as const) {
    const field = fields.get(name)
    if (field !== undefined) credentials[name] = field
  }
  const integrity = fields.get('integrity-protected')
  if (integrity !== undefined) credentials.integrityProtected = integrity
  return ok(credentials)
}

export const parseChallenge = (value: string): Result<Challenge, string> => {
  const read = readDigest(value)
  if (!read.ok) return read
  const fields = read.value
  const realm = fields.get('realm')
  const nonce = fields.get('nonce')
  if (realm === undefined) return err('no realm')
  if (nonce === undefined) return err('no nonce')
  const challenge: Challenge = { realm, nonce }
  for (const name of ['algorithm', 'qop', 'opaque', 'ck', 'ik'] as const) {
    const field = fields.get(name)
    if (field !== undefined) challenge[name] = field
  }
  if (fields.has('stale')) challenge.stale = fields.get('stale')?.toLowerCase() === 'true'
  return ok(challenge)
}

/** Fields of a header without scheme: Authentication-Info, RFC 7616 §3.5. Undefined when malformed. */
export const parseAuthFields = (value: string): Fields | undefined => readFields(value, 0)

const readDigest = (value: string): Result<Fields, string> => {
  const at = skipSpace(value, 0, value.length)
  if (!/^digest\s/i.test(value.substring(at, at + 7))) return err('not Digest')
  const fields = readFields(value, at + 7)
  return fields ? ok(fields) : err('malformed')
}

/** `name=value` between commas, values quoted or not; of a name that comes twice the first counts. */
const readFields = (value: string, from: number): Fields | undefined => {
  const fields: Fields = new Map()
  const end = value.length
  let at = skipSpace(value, from, end)
  while (at < end) {
    const nameEnd = skipClass(value, at, end, TOKEN)
    const sign = skipSpace(value, nameEnd, end)
    if (nameEnd === at || sign >= end || value.charCodeAt(sign) !== 61) return undefined
    const name = value.substring(at, nameEnd).toLowerCase()
    const start = skipSpace(value, sign + 1, end)
    const quoted = start < end && value.charCodeAt(start) === 34
    const stop = quoted ? skipQuoted(value, start, end) : skipBare(value, start, end)
    if (stop < 0 || stop === start) return undefined
    if (!fields.has(name))
      fields.set(name, quoted ? unquote(value.substring(start + 1, stop - 1)) : value.substring(start, stop))
    at = skipSpace(value, stop, end)
    if (at === end) break
    if (value.charCodeAt(at) !== 44) return undefined
    // Some phones leave a comma behind the last field, or two between fields.
    while (at < end && (value.charCodeAt(at) === 44 || value.charCodeAt(at) <= 32)) at++
  }
  return fields
}

/** Up to a comma or white space: some phones leave the quotes of a URI or a nonce out. */
const skipBare = (value: string, from: number, end: number): number => {
  let at = from
  while (at < end && value.charCodeAt(at) !== 44 && value.charCodeAt(at) > 32) at++
  return at
}

const bare = (name: string, value: string): string => `, ${name}=${isToken(value) ? value : quote(value)}`

export const printChallenge = (challenge: Challenge): string => {
  const { realm, nonce, opaque, stale, algorithm, qop, ck, ik } = challenge
  let text = `Digest realm=${quote(realm)}, nonce=${quote(nonce)}`
  if (opaque !== undefined) text += `, opaque=${quote(opaque)}`
  if (stale !== undefined) text += `, stale=${stale ? 'true' : 'false'}`
  if (algorithm !== undefined) text += bare('algorithm', algorithm)
  if (qop !== undefined) text += `, qop=${quote(qop)}`
  if (ck !== undefined) text += `, ck=${quote(ck)}`
  return ik === undefined ? text : `${text}, ik=${quote(ik)}`
}

/** `fields` may be left out; those in it that have no name of their own are not printed. */
export const printCredentials = (credentials: Omit<Credentials, 'fields'>): string => {
  const { username, realm, nonce, uri, response, algorithm, cnonce, qop, nc, opaque, auts } = credentials
  let text = `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(uri)}`
  text += `, response=${quote(response)}`
  if (algorithm !== undefined) text += bare('algorithm', algorithm)
  if (cnonce !== undefined) text += `, cnonce=${quote(cnonce)}`
  if (qop !== undefined) text += bare('qop', qop)
  if (nc !== undefined) text += bare('nc', nc)
  if (opaque !== undefined) text += `, opaque=${quote(opaque)}`
  if (auts !== undefined) text += `, auts=${quote(auts)}`
  const { integrityProtected } = credentials
  return integrityProtected === undefined ? text : `${text}, integrity-protected=${quote(integrityProtected)}`
}
