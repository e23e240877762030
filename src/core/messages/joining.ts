import type { MessageBody, MessagePart } from './record.ts'

/** Where parts are missing. */
export const HOLE = '[…]'

/**
 * One body of many parts, in order: what the first one is, all are. Texts show where parts are missing; in data nobody
 * could tell a mark from what they mean. Header elements other than concatenation are those of the first part.
 */
export const joined = (parts: readonly MessagePart[], expected: number): MessageBody => {
  const sorted = [...parts].sort((a, b) => a.sequence - b.sequence)
  const first = sorted[0]?.body ?? { kind: 'text', text: '' }
  if (first.kind === 'report') return first
  let content = ''
  let next = 1
  for (const { sequence, body } of sorted) {
    if (body.kind !== first.kind) continue
    if (sequence > next && body.kind === 'text') content += HOLE
    content += body.kind === 'text' ? body.text : (body as { octets: string }).octets
    next = sequence + 1
  }
  if (first.kind === 'data') return { ...first, octets: content }
  return { ...first, text: next <= expected ? content + HOLE : content }
}
