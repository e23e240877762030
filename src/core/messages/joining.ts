import type { MessageDraft } from './contract.ts'
import type { MessageBody, MessagePart, MessageRecord, ReportWish } from './record.ts'
import { withStep } from './steps.ts'

export type Part = NonNullable<MessageDraft['part']>
export type PartDraft = MessageDraft & { part: Part }

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

export const countOf = (came: number, total: number): string => `${came} of ${total} parts`

export const partOf = ({ part, body }: PartDraft): MessagePart => ({
  sequence: part.sequence,
  ...(part.reference !== undefined && { reference: part.reference }),
  body,
})

const wishOf = (a: ReportWish | undefined, b: ReportWish | undefined): ReportWish | undefined =>
  a && b ? { ...a, references: [...new Set([...a.references, ...b.references])] } : (a ?? b)

/** With one more part: whole and in its queue when it was the last one. */
export const withPart = (m: MessageRecord, draft: PartDraft, atMs: number): MessageRecord => {
  const parts = [...(m.parts ?? []), partOf(draft)]
  const { total } = draft.part
  const reportTo = wishOf(m.reportTo, draft.reportTo)
  const grown = { ...m, body: joined(parts, total), ...(reportTo && { reportTo }) }
  if (parts.length < total) {
    const reason = countOf(parts.length, total)
    // The same step goes on: 255 parts are no 255 steps.
    const step = { ...m.steps[0], atMs: m.acceptedAtMs, state: m.state, reason }
    return { ...grown, parts, reason, steps: [step] }
  }
  const { parts: _parts, partsKey: _key, ...whole } = grown
  return withStep(whole, { atMs, state: 'queued' })
}
