import { createHash } from 'node:crypto'
import type { Random } from '#lib/random'
import { keep } from '#lib/text'
import { tagOf } from '../grammar/address.ts'
import type { SipRequest } from '../grammar/message.ts'
import type { Via } from '../grammar/via.ts'

const COOKIE = 'z9hG4bK'

/** Longer names, which nobody honest has, are kept as their hash: the shelves hold tens of thousands. */
const LONG = 400
const kept = (text: string): string =>
  text.length <= LONG ? keep(text) : createHash('sha256').update(text, 'latin1').digest('base64')

const isCookied = (branch: string): boolean => branch.length > COOKIE.length && branch.startsWith(COOKIE)

/**
 * Under which name a server transaction is found, RFC 3261 §17.2.3: branch, sent-by and method (`method`: that of the
 * transaction, so INVITE for its ACK). Without the magic cookie, or with nothing behind it, the fields by which
 * RFC 2543 told requests apart; the To tag is not among them, since an ACK has one that its INVITE had not.
 * The text is a copy and may be kept.
 */
export const keyOf = (request: SipRequest, { branch = '', host, port }: Via, method: string): string => {
  if (isCookied(branch)) return kept(`${branch} ${host} ${port ?? ''} ${method}`)
  return kept(`${dialogueText(request)} ${request.uri} ${branch} ${host} ${port ?? ''} ${method}`)
}

/**
 * The same as a number of 53 bits, for the many requests whose name need not be kept. Seeded, so that nobody outside
 * can look for two requests with one number; who finds an entry by it compares the branch all the same.
 */
export const createPrints = (random: Random) => {
  const seeds = new DataView(random.bytes(8).buffer)
  const [seedA, seedB] = [seeds.getInt32(0), seeds.getInt32(4)]
  return (request: SipRequest, { branch = '', host, port }: Via): number => {
    first = seedA ^ (port ?? 0)
    second = seedB
    if (isCookied(branch)) mix(branch)
    else mix(`${dialogueText(request)} ${request.uri} ${branch}`)
    mix(host)
    mix(request.method)
    return (second & 0x1fffff) * 0x100000000 + ((first ^ (first >>> 15)) >>> 0)
  }
}

let first = 0
let second = 0

/** Two lanes of multiplicative hashing; the length parts neighbouring texts. */
const mix = (text: string): void => {
  let a = first ^ text.length
  let b = second
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b + code, 0x5bd1e995)
    b ^= b >>> 13
  }
  first = a
  second = b
}

/** What an ACK of a 2xx has in common with its INVITE, RFC 3261 §13.2.2.4. A copy. */
export const dialogueOf = (request: SipRequest): string => kept(dialogueText(request))

const dialogueText = ({ headers }: SipRequest): string => {
  const number = Number.parseInt(headers.get('CSeq') ?? '', 10)
  return `${headers.get('Call-ID') ?? ''} ${number} ${tagOf(headers.get('From') ?? '') ?? ''}`
}
