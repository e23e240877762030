import type { Delivery, MessageBody, MessageRecord, MessageState, MessageStep } from '#core'
import type { Value } from '../batch.ts'

/** A message as it lies in the table. JSON where nobody asks for what is inside. */
export type MessageRow = {
  id: string
  origin: string
  sender: string
  sender_impi: string | null
  recipient: string
  queue: string
  /** Of the body; `content` is its text or octets, `extra` a JSON object of all else, and of the message's own `delivery`. */
  kind: string
  content: string
  extra: string | null
  pid: number
  accepted_at_ms: number
  expires_at_ms: number
  state: string
  attempts: number
  parts_total: number
  parts_done: number
  steps: string
  parts: string | null
  parts_expected: number | null
  parts_key: string | null
  incomplete: number
  report_to: string | null
  dedupe: string | null
  tag: string | null
  via: string | null
  /** The queue while it waits for its turn in it. */
  turn: string | null
  /** Number of the state, as `PHASES` has it: for indexes. */
  phase: number
  /** When a sweep has to look at it: its expiry, or its end once it has ended. */
  due_at_ms: number
}

/** In the order in which values cross to the thread. */
export const MESSAGE_COLUMNS = [
  'id',
  'origin',
  'sender',
  'sender_impi',
  'recipient',
  'queue',
  'kind',
  'content',
  'extra',
  'pid',
  'accepted_at_ms',
  'expires_at_ms',
  'state',
  'attempts',
  'parts_total',
  'parts_done',
  'steps',
  'parts',
  'parts_expected',
  'parts_key',
  'incomplete',
  'report_to',
  'dedupe',
  'tag',
  'via',
  'turn',
  'phase',
  'due_at_ms',
] as const satisfies (keyof MessageRow)[]

/** `submitting` shares the place of `queued`: the way there and back spares the indexes. */
export const PHASES: Record<MessageState, number> = {
  accepted: 0,
  queued: 1,
  submitting: 1,
  sent: 2,
  delivered: 3,
  failed: 4,
  expired: 5,
  unknown: 6,
  cancelled: 7,
}
export const IN_TURN = PHASES.queued

/** `sent` for good. */
const CLOSED = 8
export const ENDED: readonly number[] = [3, 4, 5, 6, 7, CLOSED]

export const phasesOf = (state: MessageState): number[] =>
  state === 'sent' ? [PHASES.sent, CLOSED] : [PHASES[state]]
export const phaseOf = (m: MessageRecord): number => (m.closed ? CLOSED : PHASES[m.state])

export const dueOf = (m: MessageRecord): number => {
  if (phaseOf(m) > PHASES.sent) return (m.steps.at(-1) as MessageStep).atMs
  return (m.state === 'sent' ? m.reportUntilMs : undefined) ?? m.expiresAtMs
}

const contentOf = (body: MessageBody): string =>
  body.kind === 'text' ? body.text : body.kind === 'data' ? body.octets : ''

const extraOf = ({ body, delivery }: MessageRecord): string | null => {
  const isPlain = body.kind === 'text' && body.dcs === undefined && body.udh === undefined
  if (isPlain && delivery === undefined) return null
  const { kind, text, octets, ...extra } = body as Record<string, unknown>
  return JSON.stringify({ ...extra, delivery })
}

/** In the order of `MESSAGE_COLUMNS`. */
export const pushMessage = (out: Value[], m: MessageRecord): void => {
  const phase = phaseOf(m)
  out.push(m.id, m.origin, m.from, m.fromImpi ?? null, m.to, m.queue)
  out.push(m.body.kind, contentOf(m.body), extraOf(m), m.pid, m.acceptedAtMs, m.expiresAtMs)
  out.push(m.state, m.attempts, m.partsTotal, m.partsDone, JSON.stringify(m.steps))
  out.push(
    m.parts ? JSON.stringify(m.parts) : null,
    m.partsExpected ?? null,
    m.partsKey ?? null,
    m.incomplete ? 1 : 0,
  )
  out.push(m.reportTo ? JSON.stringify(m.reportTo) : null, m.dedupe ?? null, m.tag ?? null)
  out.push(m.via ? JSON.stringify(m.via) : null)
  out.push(phase === IN_TURN ? m.queue : null, phase, dueOf(m))
}

const bodyOf = ({ kind, content }: MessageRow, more: object): MessageBody => {
  if (kind === 'text') return { kind, text: content, ...more }
  if (kind === 'data') return { kind, octets: content, ...more } as MessageBody
  return { kind, ...more } as MessageBody
}

export const toMessage = (row: MessageRow): MessageRecord => {
  const steps = JSON.parse(row.steps) as MessageStep[]
  const last = steps.at(-1)
  const { delivery, ...more } = row.extra === null ? {} : (JSON.parse(row.extra) as { delivery?: Delivery })
  return {
    id: row.id,
    origin: row.origin as MessageRecord['origin'],
    from: row.sender,
    ...(row.sender_impi !== null && { fromImpi: row.sender_impi }),
    to: row.recipient,
    queue: row.queue,
    body: bodyOf(row, more),
    pid: row.pid,
    acceptedAtMs: row.accepted_at_ms,
    expiresAtMs: row.expires_at_ms,
    state: row.state as MessageState,
    ...(last?.reason !== undefined && { reason: last.reason }),
    ...(last?.cause !== undefined && { cause: last.cause }),
    ...(last?.route !== undefined && { route: last.route }),
    attempts: row.attempts,
    partsTotal: row.parts_total,
    partsDone: row.parts_done,
    steps,
    ...(row.parts !== null && { parts: JSON.parse(row.parts) as MessageRecord['parts'] & {} }),
    ...(row.parts_expected !== null && { partsExpected: row.parts_expected }),
    ...(row.parts_key !== null && { partsKey: row.parts_key }),
    ...(row.incomplete === 1 && { incomplete: true }),
    ...(row.report_to !== null && { reportTo: JSON.parse(row.report_to) as MessageRecord['reportTo'] & {} }),
    ...(row.dedupe !== null && { dedupe: row.dedupe }),
    ...(row.tag !== null && { tag: row.tag }),
    ...(delivery !== undefined && { delivery }),
    ...(row.phase === CLOSED && { closed: true as const }),
    ...(row.phase === PHASES.sent && row.due_at_ms !== row.expires_at_ms && { reportUntilMs: row.due_at_ms }),
    ...(row.via !== null && { via: JSON.parse(row.via) as MessageRecord['via'] & {} }),
  }
}
