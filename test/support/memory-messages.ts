import { FINAL_STATES, type MessageRecord, type MessageStep, type MessageStore } from '#core'

export type MemoryMessages = MessageStore & {
  rows: Map<string, MessageRecord>
  /** Set: nothing can be written. */
  full: boolean
}

const inTurn = ({ state }: MessageRecord): boolean => state === 'queued' || state === 'submitting'
/** Of `sent` ones, when no report is awaited any more. */
const dueOf = ({ state, reportUntilMs, expiresAtMs }: MessageRecord): number =>
  (state === 'sent' ? reportUntilMs : undefined) ?? expiresAtMs
const endOf = ({ steps }: MessageRecord): number => (steps.at(-1) as MessageStep).atMs

/** A message store without a disk: a write is there at the next turn of the event loop. */
export const memoryMessages = (rows = new Map<string, MessageRecord>()): MemoryMessages => {
  const keys = new Map<string, { id: string; untilMs: number }>()
  const committed = async (write: () => void): Promise<void> => {
    await new Promise((resume) => setImmediate(resume))
    if (memory.full) throw new Error('the disk is full')
    write()
  }
  const sorted = (): MessageRecord[] => [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const save: MessageStore['save'] = (message, { claim, reports = [] } = {}) =>
    committed(() => {
      if (rows.has(message.id)) rows.set(message.id, message)
      if (claim) keys.set(claim.key, { id: message.id, untilMs: claim.untilMs })
      for (const report of reports) rows.set(report.id, report)
    })
  const memory: MemoryMessages = {
    rows,
    full: false,
    load: async () => {
      const lastId = sorted().at(-1)?.id
      const counts = new Map<string, number>()
      for (const { queue } of sorted().filter(inTurn)) counts.set(queue, (counts.get(queue) ?? 0) + 1)
      return {
        ...(lastId !== undefined && { lastId }),
        inTurn: counts,
        accepted: sorted().filter(({ state }) => state === 'accepted'),
      }
    },
    add: async (message, claim) => {
      let first: string | undefined
      await committed(() => {
        const known = claim && keys.get(claim.key)
        if (claim && known && known.untilMs > claim.nowMs) first = known.id
        else {
          if (claim) keys.set(claim.key, { id: message.id, untilMs: claim.untilMs })
          rows.set(message.id, message)
        }
      })
      return first
    },
    save,
    saveLater: (message) => save(message),
    get: async (id) => rows.get(id),
    next: async (queue, limit, after = '') =>
      sorted()
        .filter((m) => m.queue === queue && inTurn(m) && m.id > after)
        .slice(0, limit),
    due: async (of, nowMs, limit) =>
      sorted()
        .filter((m) => (of === 'sent' ? m.state === 'sent' && !m.closed : inTurn(m)) && dueOf(m) <= nowMs)
        .slice(0, limit),
    list: async ({ limit, before, state, user, text }) =>
      sorted()
        .reverse()
        .filter((m) => before === undefined || m.id < before)
        .filter((m) => state === undefined || m.state === state)
        .filter((m) => !user || [m.from, m.fromImpi, m.to, m.queue.replace('subscriber:', '')].includes(user))
        .filter(
          (m) => !text || `${m.from}\n${m.to}\n${m.body.kind === 'text' ? m.body.text : ''}`.includes(text),
        )
        .slice(0, limit),
    talks: async (sinceMs, most, before) => {
      const rest = sorted()
        .reverse()
        .filter(({ id }) => before === undefined || id < before)
      const talks = rest.slice(0, most).flatMap(({ origin, from, to, via, acceptedAtMs }) => {
        if (!via || acceptedAtMs < sinceMs) return []
        return [origin === 'gateway' ? { number: from, via } : { number: to, by: from, via }]
      })
      return { talks, ...(rest.length > most && { next: rest[most - 1]?.id as string }) }
    },
    shift: async (byMs, untilMs) => {
      for (const m of rows.values())
        if (!FINAL_STATES.includes(m.state) && m.acceptedAtMs <= untilMs)
          rows.set(m.id, { ...m, expiresAtMs: m.expiresAtMs + byMs })
    },
    deleteEndedBefore: async (endedMs) => {
      const old = sorted().filter((m) => FINAL_STATES.includes(m.state) && endOf(m) < endedMs)
      for (const { id } of old) rows.delete(id)
      return old.length
    },
  }
  return memory
}
