/** Something that happened, written down to be told to applications until they have it. Times are wall clock milliseconds. */
export type OutboxEvent = {
  /** The same fact has the same id; a second one with it is not kept. */
  id: string
  type: string
  /** Events of one subject are told in order. */
  subject: string
  atMs: number
  /** JSON, as it will be told. */
  data: string
}

/** `seq` counts up in the order of commits, with holes. */
export type StoredEvent = OutboxEvent & { seq: number }

export type Outbox = {
  /**
   * Written in the same transaction as what is handed over in the same turn of the event loop and as urgently.
   * `ofMessage`: only when the message named by `subject` is kept after it.
   */
  add(event: OutboxEvent, ofMessage: boolean): void
  /** The same in the background. */
  addLater(event: OutboxEvent, ofMessage: boolean): void
  /** Told after commits that wrote events. */
  onWritten(hear: () => void): void
  /** The first events behind `seq`. */
  after(seq: number, limit: number): Promise<StoredEvent[]>
  /** Those of them that are still kept. */
  some(seqs: readonly number[]): Promise<StoredEvent[]>
  /** Of the last event; 0 when there never was one. */
  lastSeq(): Promise<number>
  /** Of the last event before that time; of one event, by its id. */
  seqBefore(ms: number): Promise<number>
  seqOf(id: string): Promise<number | undefined>
  /** How many lie behind `seq`, by type. */
  counts(seq: number): Promise<Map<string, number>>
  /** Retention; gives how many went. */
  deleteBefore(ms: number): Promise<number>
}
