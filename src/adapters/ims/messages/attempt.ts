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

/** `form`: the same text in another format is another request. */
export const attemptOf = (
  { id, attempts }: Pick<MessageRecord, 'id' | 'attempts'>,
  part: number,
  form: 'sms' | 'text',
  host: string,
): Attempt => {
  const name = `${id}.${part}.${attempts}${form === 'text' ? 't' : ''}`
  return {
    callId: `${name}@${host}`,
    tag: tokenOf(name).slice(0, 12),
    reference: referenceOf(name),
    branch: (contact) => branchOf(`${name} ${contact}`),
  }
}

const NAME = /^([^.@\s]{1,80})\.(\d{1,3})\.\d{1,9}t?@/

/** Which message and part a Call-ID of ours names (In-Reply-To); undefined for those of others. */
export const namedBy = (callId: string): { id: string; part: number } | undefined => {
  const found = NAME.exec(callId.trim())
  return found ? { id: found[1] as string, part: Number(found[2]) } : undefined
}
