import { createHash } from 'node:crypto'
import type { MessageBody, MessageRecord } from '#core'
import type { Letter } from './draft.ts'

/**
 * The Idempotency-Key header field (IETF draft-ietf-httpapi-idempotency-key-header): a structured string, so in quotes;
 * without them it is understood as well. Undefined when it is neither.
 */
export const keyOf = (field: string | string[]): string | undefined => {
  if (typeof field !== 'string') return undefined
  const bare = /^"([\x20\x21\x23-\x5b\x5d-\x7e]{1,200})"$/.exec(field)?.[1]
  return bare ?? (/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(field) ? field : undefined)
}

/** As long as the store takes it. */
const LONGEST = 190

/** Each API key has its own. */
export const dedupeOf = (caller: string, key: string): string => {
  // With its length, or "a:b" with "c" would be "a" with "b:c".
  const plain = `rest:${caller.length}:${caller}:${key}`
  return plain.length <= LONGEST ? plain : `rest#${createHash('sha256').update(plain).digest('base64url')}`
}

/** Whether the record came of this request: what the store keeps of a message is all that a request can say. */
export const isSame = (letter: Letter, to: string, record: MessageRecord): boolean =>
  record.from === letter.from &&
  (record.to === to || record.queue === `subscriber:${to}`) &&
  record.tag === letter.tag &&
  record.delivery === letter.delivery &&
  sameBody(letter.body, record.body) &&
  (letter.validityS === undefined ||
    Math.abs(record.expiresAtMs - record.acceptedAtMs - letter.validityS * 1000) < 1000)

const sameBody = (a: MessageBody, b: MessageBody): boolean => {
  if (a.kind === 'text') return b.kind === 'text' && a.text === b.text && a.dcs === b.dcs
  if (a.kind === 'data')
    return b.kind === 'data' && a.octets === b.octets && a.dcs === b.dcs && a.udh === b.udh
  return false
}
