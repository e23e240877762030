import type { Outbox, OutboxEvent, StoredEvent } from '#core'

/** An outbox without a disk: what is added is there at once, once for each id. */
export const memoryOutbox = (): Outbox & {
  rows: StoredEvent[]
  put(...events: Partial<OutboxEvent>[]): void
} => {
  const rows: StoredEvent[] = []
  const hearers: (() => void)[] = []
  let seq = 0
  const add = (event: OutboxEvent): void => {
    if (rows.some(({ id }) => id === event.id)) return
    rows.push({ ...event, seq: ++seq })
    for (const hear of hearers) hear()
  }
  const behind = (after: number): StoredEvent[] => rows.filter((row) => row.seq > after)
  return {
    rows,
    put: (...events) => {
      for (const event of events) {
        const id = event.id ?? `e${seq + 1}`
        add({ id, type: 'message.sent', subject: id, atMs: seq + 1, data: `{"id":"${id}"}`, ...event })
      }
    },
    add,
    addLater: add,
    onWritten: (hear) => void hearers.push(hear),
    after: async (after, limit) => behind(after).slice(0, limit),
    some: async (seqs) => rows.filter((row) => seqs.includes(row.seq)),
    lastSeq: async () => seq,
    seqBefore: async (ms) => (rows.find(({ atMs }) => atMs >= ms)?.seq ?? seq + 1) - 1,
    seqOf: async (id) => rows.find((row) => row.id === id)?.seq,
    counts: async (after) =>
      new Map([...Map.groupBy(behind(after), ({ type }) => type)].map(([type, some]) => [type, some.length])),
    deleteBefore: async (ms) => {
      const kept = rows.filter(({ atMs }) => atMs >= ms)
      return rows.splice(0, rows.length, ...kept).length - kept.length
    },
  }
}
