import { err, ok, type Result } from '#lib/result'
import type { Subscribers } from '../subscribers.ts'
import type { MessageDraft, MessageRefusal, MessageTarget } from './contract.ts'
import type { MessageBody, MessageRecord } from './record.ts'
import type { DedupeClaim } from './store.ts'

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

export const queueOf = (impi: string): string => `subscriber:${impi}`
export const impiOf = (queue: string): string => queue.slice('subscriber:'.length)

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

type Addressed = { queue: string; to: string }

/** Kept for whoever reads it: nobody waits there. */
export const INBOX = 'inbox'

const addressed = (subscribers: Subscribers, target: MessageTarget): Addressed | undefined => {
  if ('impi' in target) {
    const subscriber = subscribers.byImpi(target.impi)
    return subscriber && { queue: queueOf(subscriber.impi), to: subscriber.identities[0]?.uri ?? target.impi }
  }
  const found = subscribers.byIdentity(target.user, target.context, target.near)
  return found && { queue: queueOf(found.subscriber.impi), to: target.text }
}

const firstState = ({ part }: MessageDraft) => (part && part.total > 1 ? 'accepted' : 'queued')

type DraftPorts = {
  subscribers: Subscribers
  nextId: () => string
  nowMs: () => number
  expiresS: () => number
}

/** A draft as it will be kept, in its first state. */
export const createDrafts = ({ subscribers, nextId, nowMs, expiresS }: DraftPorts) => ({
  /** Whose queue it is for. */
  target(draft: MessageDraft): Result<Addressed, MessageRefusal> {
    if (!isSound(draft)) return err('bad-request')
    const target = addressed(subscribers, draft.to)
    if (!target && draft.via && 'text' in draft.to) return ok({ queue: INBOX, to: draft.to.text })
    return target ? ok(target) : err('unknown-user')
  },
  record(draft: MessageDraft, { queue, to }: Addressed, reason?: string): MessageRecord {
    const atMs = nowMs()
    const state = queue === INBOX ? ('delivered' as const) : firstState(draft)
    const route = queue === INBOX ? INBOX : undefined
    return {
      id: nextId(),
      origin: draft.origin,
      from: draft.from,
      ...(draft.fromImpi !== undefined && { fromImpi: draft.fromImpi }),
      ...{ to, queue, body: draft.body, pid: draft.pid ?? 0 },
      acceptedAtMs: atMs,
      expiresAtMs: atMs + (draft.validityS ?? expiresS()) * 1000,
      state,
      ...(reason !== undefined && { reason }),
      ...(route !== undefined && { route }),
      ...{ attempts: 0, partsTotal: 1, partsDone: 0 },
      steps: [
        { atMs, state, ...(reason !== undefined && { reason }), ...(route !== undefined && { route }) },
      ],
      ...(draft.reportTo && { reportTo: draft.reportTo }),
      ...(draft.dedupe !== undefined && { dedupe: draft.dedupe }),
      ...(draft.tag !== undefined && { tag: draft.tag }),
      ...(draft.via && { via: draft.via }),
    }
  },
  claim({ origin, dedupe }: MessageDraft): DedupeClaim | undefined {
    if (dedupe === undefined) return undefined
    const now = nowMs()
    return { key: dedupe, nowMs: now, untilMs: now + (origin === 'rest' ? REST_WINDOW_MS : WINDOW_MS) }
  },
})
export type Drafts = ReturnType<typeof createDrafts>
