import type { Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { Book } from './book.ts'
import type { Accepted, MessageRefusal } from './contract.ts'
import type { Drafts } from './drafts.ts'
import { countOf, joined, type Part, type PartDraft, partOf, withPart } from './joining.ts'
import type { MessageBody, MessageRecord } from './record.ts'
import { withStep } from './steps.ts'
import type { MessageStore } from './store.ts'

type AssemblyPorts = {
  store: MessageStore
  book: Book
  drafts: Drafts
  timers: Timers
  nowMs: () => number
  partWaitMs: number
  /** A whole text, or what came of it, is on disk and waits. */
  arrived: (message: MessageRecord) => void
}

type Taken = Result<Accepted, MessageRefusal>
type Addressed = { queue: string; to: string }

/** `tail`: whoever is at it; one at a time, each after the commit of the one before. */
type Assembly = {
  key: string
  sender: string
  queue: string
  record?: MessageRecord
  dueMs: number
  tail: Promise<unknown>
  closed: boolean
}

/** Open at once: of one sender, past which its oldest is given up; of all; and parts of all, past which none is taken. */
const MOST_OF_SENDER = 20
const MOST = 2000
const MOST_PARTS = 50_000

const senderOf = (m: { fromImpi?: string; from: string }): string => m.fromImpi ?? m.from
const keyOf = (sender: string, queue: string, { key, total }: Pick<Part, 'key' | 'total'>): string =>
  [sender, queue, total, key].join('\0')
const isSame = (a: MessageBody, b: MessageBody): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Long texts that come in parts, TS 23.040 §9.2.3.24.1: one row from the first part on, handed over when it is whole. */
export const createAssemblies = (ports: AssemblyPorts, left: MessageRecord[]) => {
  const { store, book, drafts, timers, nowMs, partWaitMs, arrived } = ports
  const open = new Map<string, Assembly>()
  const senders = new Map<string, Set<Assembly>>()
  let partCount = 0

  const enter = (key: string, sender: string, queue: string, waitMs: number): Assembly => {
    const dueMs = timers.clock.nowMs() + waitMs
    const assembly: Assembly = { key, sender, queue, dueMs, tail: Promise.resolve(), closed: false }
    open.set(key, assembly)
    senders.set(sender, (senders.get(sender) ?? new Set()).add(assembly))
    return assembly
  }
  const close = (assembly: Assembly): void => {
    if (assembly.closed) return
    assembly.closed = true
    partCount -= assembly.record?.parts?.length ?? 0
    if (open.get(assembly.key) === assembly) open.delete(assembly.key)
    const others = senders.get(assembly.sender)
    others?.delete(assembly)
    if (others?.size === 0) senders.delete(assembly.sender)
  }
  for (const record of left) {
    const sender = senderOf(record)
    const total = record.partsExpected ?? 1
    const waitMs = Math.max(0, Math.min(partWaitMs, record.acceptedAtMs + partWaitMs - nowMs()))
    const key = keyOf(sender, record.queue, { key: record.partsKey ?? record.id, total })
    enter(key, sender, record.queue, waitMs).record = record
    partCount += record.parts?.length ?? 0
  }

  /** It leaves for its queue: whole, or `incomplete`. */
  const release = (assembly: Assembly, m: MessageRecord): void => {
    close(assembly)
    book.tell(m)
    arrived(m)
  }
  const keepIncomplete = async (assembly: Assembly): Promise<void> => {
    if (assembly.closed || !assembly.record) return
    const { partsKey: _key, ...m } = assembly.record
    const reason = countOf(m.parts?.length ?? 0, m.partsExpected ?? 0)
    const next = { ...withStep(m, { atMs: nowMs(), state: 'queued', reason }), incomplete: true }
    await store.save(next, { whole: true })
    release(assembly, next)
  }
  /** Rejects when the disk does not take it; it is still there then. */
  const giveUp = (assembly: Assembly): Promise<void> => {
    const done = assembly.tail.then(() => keepIncomplete(assembly))
    assembly.tail = done.catch(() => {})
    return done
  }

  const begin = async (assembly: Assembly, draft: PartDraft, addressed: Addressed): Promise<Taken> => {
    const { part } = draft
    const record: MessageRecord = {
      ...drafts.record(draft, addressed, countOf(1, part.total)),
      ...{ parts: [partOf(draft)], partsExpected: part.total, partsKey: part.key },
      body: joined([partOf(draft)], part.total),
    }
    try {
      const first = await store.add(record, drafts.claim(draft))
      if (first === undefined) {
        assembly.record = record
        partCount++
        book.tell(record)
        return ok({ id: record.id, duplicate: false })
      }
      close(assembly)
      book.release(assembly.queue)
      return ok({ id: first, duplicate: true })
    } catch {
      close(assembly)
      book.release(assembly.queue)
      return err('failure')
    }
  }

  const goOn = async (assembly: Assembly, m: MessageRecord, draft: PartDraft): Promise<Taken> => {
    const claim = drafts.claim(draft)
    const next = withPart(m, draft, nowMs())
    try {
      await store.save(next, { whole: true, ...(claim && { claim }) })
    } catch {
      return err('failure')
    }
    partCount++
    assembly.record = { ...next, parts: [...(m.parts ?? []), partOf(draft)] }
    if (next.state === 'queued') release(assembly, next)
    else book.tell(next)
    return ok({ id: m.id, duplicate: false })
  }

  /** Another text under a reference whose text never became whole: what there is of that goes its way. */
  const makeRoom = async (assembly: Assembly, draft: PartDraft, addressed: Addressed): Promise<Taken> => {
    try {
      await keepIncomplete(assembly)
    } catch {
      return err('failure')
    }
    return accept(draft, addressed)
  }

  const put = async (assembly: Assembly, draft: PartDraft, addressed: Addressed): Promise<Taken> => {
    const { record } = assembly
    // Whole, or given up, while this part stood in line: it begins another text, unless its key says it was there.
    if (assembly.closed) return accept(draft, addressed)
    if (!record) return begin(assembly, draft, addressed)
    const known = record.parts?.find(({ sequence }) => sequence === draft.part.sequence)
    if (!known) return goOn(assembly, record, draft)
    if (!isSame(known.body, draft.body)) return makeRoom(assembly, draft, addressed)
    return ok({ id: record.id, duplicate: true })
  }

  const another = (key: string, sender: string, queue: string): Assembly | undefined => {
    const own = senders.get(sender)
    if (own && own.size >= MOST_OF_SENDER) {
      const [oldest] = own
      if (oldest) giveUp(oldest).catch(() => {})
    }
    if (open.size >= MOST || (own && own.size >= 2 * MOST_OF_SENDER) || !book.take(queue)) return undefined
    return enter(key, sender, queue, partWaitMs)
  }

  const accept = (draft: PartDraft, addressed: Addressed): Promise<Taken> => {
    if (partCount >= MOST_PARTS) return Promise.resolve(err('overloaded'))
    const sender = senderOf(draft)
    const key = keyOf(sender, addressed.queue, draft.part)
    const assembly = open.get(key) ?? another(key, sender, addressed.queue)
    if (!assembly) return Promise.resolve(err('overloaded'))
    const taken = assembly.tail.then(() => put(assembly, draft, addressed))
    assembly.tail = taken
    return taken
  }

  /** Takes one out of here without handing it over: `end` ends it. False when it is not here any more. */
  const remove = (assembly: Assembly, end: (m: MessageRecord) => Promise<boolean>): Promise<boolean> => {
    const done = assembly.tail.then(async () => {
      const { record } = assembly
      if (assembly.closed || !record) return false
      const ended = await end(record)
      if (ended) close(assembly)
      return ended
    })
    assembly.tail = done.catch(() => {})
    return done
  }

  return {
    /** The draft is kept while this lasts: nothing of it may hang on to a datagram. */
    accept: (draft: PartDraft, addressed: Addressed): Promise<Taken> =>
      accept(JSON.parse(JSON.stringify(draft)) as PartDraft, addressed),
    /** Hands over what came of those that have waited long enough; rejects when the disk does not take it. */
    async sweep(): Promise<void> {
      const now = timers.clock.nowMs()
      const wallMs = nowMs()
      for (const assembly of [...open.values()]) {
        const expired = assembly.record !== undefined && assembly.record.expiresAtMs <= wallMs
        if (assembly.dueMs <= now || expired) await giveUp(assembly)
      }
    },
    async cancel(id: string, end: (m: MessageRecord) => Promise<boolean>): Promise<boolean> {
      for (const assembly of open.values()) if (assembly.record?.id === id) return remove(assembly, end)
      return false
    },
    async cancelAll(queue: string, end: (m: MessageRecord) => Promise<boolean>): Promise<number> {
      const all = [...open.values()].filter((assembly) => assembly.queue === queue)
      const ended = await Promise.all(all.map((assembly) => remove(assembly, end)))
      return ended.filter((one) => one).length
    },
    /** The clock was set. */
    shift(byMs: number): void {
      for (const one of open.values())
        if (one.record) one.record = { ...one.record, expiresAtMs: one.record.expiresAtMs + byMs }
    },
    get open(): number {
      return open.size
    },
  }
}
export type Assemblies = ReturnType<typeof createAssemblies>
