import type { Book } from './book.ts'
import type { Progress } from './contract.ts'
import type { MessageRecord, MessageStep } from './record.ts'

/** A message in the hands of its carrier. One for each that is on its way, for seconds: hence no closures. */
export class Attempt implements Progress {
  record: MessageRecord
  /** Others have been told of it. */
  shown: boolean
  /** A late word has settled it before its carrier came back. */
  over: Promise<void> | undefined
  /** Its carrier came back, and what follows from that is on its way to the disk. */
  settling: Promise<unknown> | undefined
  gone = false
  readonly #book: Pick<Book, 'keep' | 'later'>

  constructor(record: MessageRecord, shown: boolean, book: Pick<Book, 'keep' | 'later'>) {
    this.record = record
    this.shown = shown
    this.over = undefined
    this.settling = undefined
    this.#book = book
  }
  total(parts: number): void {
    this.record = { ...this.record, partsTotal: parts }
  }
  async partDone(partsDone: number, route: string): Promise<void> {
    if (this.gone || this.over) return
    const { record } = this
    const steps = record.steps.with(-1, { ...(record.steps.at(-1) as MessageStep), route })
    this.record = { ...record, partsDone, route, steps }
    await this.#book.keep(this.record)
    this.show()
  }
  show(): void {
    if (this.shown || this.over || this.settling) return
    this.shown = true
    this.#book.later(this.record)
  }
}
