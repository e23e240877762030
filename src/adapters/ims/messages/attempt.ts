import type { MessageRecord } from '#core'
import { branchOf, tokenOf } from '#sip'

/**
 * The identity of one attempt on the wire: made of what is on disk alone, so that the same attempt after a crash is a
 * mere repeat to who has seen it before (RFC 3261 §17.2.3, §8.2.2.2).
 */
export type Attempt = {
  callId: string
  tag: string
  /** RP-Message-Reference, TS 24.011 §8.2.3. */
  reference: number
  branch(contact: string): string
}

/** Small sums tell the references of neighbouring messages, parts and attempts apart; one is under way at a time. */
const referenceOf = (text: string): number => {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) & 0xff
  return sum
}

/**
 * `form`: the same text in another format is another request. A wait for memory (RP cause 22) does not count as an
 * attempt, yet what follows it is new to the handset: the step that told of it makes the difference.
 */
export const attemptOf = (
  { id, attempts, steps }: MessageRecord,
  part: number,
  form: 'sms' | 'text',
  host: string,
): Attempt => {
  const last = steps.findLast(({ cause }) => cause !== undefined)
  const name = `${id}.${part}.${attempts}${form === 'text' ? 't' : ''}.${(last?.atMs ?? 0).toString(36)}`
  return {
    callId: `${name}@${host}`,
    tag: tokenOf(name).slice(0, 12),
    reference: referenceOf(name),
    branch: (contact) => branchOf(`${name} ${contact}`),
  }
}

const NAME = /^([^.@\s]{1,80})\.(\d{1,3})\.\d{1,9}t?\.[0-9a-z]{1,12}@/

/** Which message and part a Call-ID of ours names (In-Reply-To); undefined for those of others. */
export const namedBy = (callId: string): { id: string; part: number } | undefined => {
  const found = NAME.exec(callId.trim())
  return found ? { id: found[1] as string, part: Number(found[2]) } : undefined
}
