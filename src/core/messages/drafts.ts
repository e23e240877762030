import { err, type Result } from '#lib/result'
import type { Destination, Destinations } from '../routes/destinations.ts'
import type { MessageDraft, MessageRefusal } from './contract.ts'
import { INBOX } from './queues.ts'
import type { DedupeClaim, MessageBody, MessageRecord, MessageStep } from './record.ts'

/** 255 parts of 153 septets, TS 23.040 §9.2.3.24.1. */
const LONGEST_TEXT = 255 * 153
/** 255 parts of 134 octets, two digits each. */
const LONGEST_DATA = 255 * 134 * 2
const LONGEST_KEY = 190
const LONGEST_ADDRESS = 255
const DAY_MS = 24 * 60 * 60_000
/** An application repeats a request hours later. A handset does at once; its references wrap at 256. */
const REST_WINDOW_MS = DAY_MS
const WINDOW_MS = 10 * 60_000

const fits = ({ kind, ...body }: MessageBody): boolean => {
  const { text = '', octets = '' } = body as { text?: string; octets?: string }
  return text.length <= LONGEST_TEXT && octets.length <= LONGEST_DATA
}

/** What no table of any database would take, or no part of a text can be. */
const isSound = ({ body, from, to, dedupe = '', tag = '', part }: MessageDraft): boolean => {
  if (!fits(body) || from.length > LONGEST_ADDRESS || tag.length > 255) return false
  if (dedupe.length > LONGEST_KEY || ('text' in to && to.text.length > LONGEST_ADDRESS)) return false
  if (!part) return true
  const { sequence, total } = part
  return total >= 1 && total <= 255 && sequence >= 1 && sequence <= total
}

const firstState = ({ part }: MessageDraft): 'accepted' | 'queued' =>
  part && part.total > 1 ? 'accepted' : 'queued'

type DraftPorts = {
  destinations: Destinations
  nextId: () => string
  nowMs: () => number
  expiresS: () => number
}

/** A draft as it will be kept, in its first state. */
export const createDrafts = ({ destinations, nextId, nowMs, expiresS }: DraftPorts) => ({
  /** Whose queue it is for. */
  target: (draft: MessageDraft): Result<Destination, MessageRefusal> =>
    isSound(draft) ? destinations.of(draft, nowMs()) : err('bad-request'),
  record(draft: MessageDraft, { queue, to }: Destination, reason?: string): MessageRecord {
    const atMs = nowMs()
    const first = firstState(draft)
    const isThere = queue === INBOX && first === 'queued'
    const [state, route] = isThere ? (['delivered', INBOX] as const) : [first, undefined]
    const step: MessageStep = { atMs, state }
    // Hot: one literal, in which all that every message has lies within the object itself.
    const m: MessageRecord = {
      id: nextId(),
      origin: draft.origin,
      from: draft.from,
      to,
      queue,
      body: draft.body,
      pid: draft.pid ?? 0,
      acceptedAtMs: atMs,
      expiresAtMs: atMs + (draft.validityS ?? expiresS()) * 1000,
      state,
      attempts: 0,
      partsTotal: 1,
      partsDone: 0,
      steps: [step],
    }
    for (const one of [step, m]) {
      if (reason !== undefined) one.reason = reason
      if (route !== undefined) one.route = route
    }
    const { fromImpi, reportTo, dedupe, tag, via, delivery } = draft
    if (fromImpi !== undefined) m.fromImpi = fromImpi
    if (reportTo) m.reportTo = reportTo
    if (dedupe !== undefined) m.dedupe = dedupe
    if (tag !== undefined) m.tag = tag
    if (via) m.via = via
    if (delivery) m.delivery = delivery
    return m
  },
  claim({ origin, dedupe, dedupeMs }: MessageDraft): DedupeClaim | undefined {
    if (dedupe === undefined) return undefined
    const now = nowMs()
    const windowMs = dedupeMs ?? (origin === 'rest' ? REST_WINDOW_MS : WINDOW_MS)
    return { key: dedupe, nowMs: now, untilMs: now + windowMs }
  },
})
export type Drafts = ReturnType<typeof createDrafts>
