import type { Timers } from '#lib/clock'
import { Ages } from './ages.ts'

export type AnswersPorts = {
  timers: Timers
  holdMs: number
  /** Answers, and octets of them; past either the oldest is forgotten. */
  limit: number
  octets: number
}

/** Smallest sizes: what a quiet house needs. */
const FEW = 256
const SMALL = 1 << 17
/** Where the count of octets begins anew, so that it stays a small number. */
const FAR = 1 << 30
/** Longest search in the table: nobody can make it slower by choosing branches. */
const REACH = 64

/**
 * The final answers to requests other than INVITE, kept for repetitions until timer J (RFC 3261 §17.2.2): the
 * Completed state of ten thousands of transactions a second. Outside the garbage collector's world: texts lie as
 * octets in one ring, their fingerprints in an open-addressed table, so that remembering an answer leaves no object
 * behind. Grows to its bounds and shrinks again when it is empty.
 */
export class Answers {
  readonly #ports: AnswersPorts
  readonly #ages: Ages
  readonly #smallest: number
  /** Ring of entries: fingerprint, place of the text (see `#slab`) and its length. */
  #prints = new Float64Array(FEW)
  #starts = new Int32Array(FEW)
  #lengths = new Int32Array(FEW)
  #first = 0
  #size = 0
  /** Pairs: low half of a fingerprint, index in the ring plus one. Twice as many as entries, so never more than half full. */
  #table = new Int32Array(FEW * 4)
  /** Ring of octets: the count of octets written, modulo the size, is the place. A text that would not fit before the end begins at 0. */
  #slab: Buffer
  #end = 0
  pushedOut = 0

  constructor(ports: AnswersPorts) {
    this.#ports = ports
    this.#smallest = Math.min(SMALL, 2 ** Math.floor(Math.log2(ports.octets)))
    this.#slab = Buffer.allocUnsafeSlow(this.#smallest)
    this.#ages = new Ages(ports.timers, ports.holdMs, (count) => {
      for (let i = 0; i < count; i++) this.#dropOldest()
      if (this.#size === 0) this.#shrink()
    })
  }

  get size(): number {
    return this.#size
  }

  /** The answer under that fingerprint (a whole number of 53 bits). */
  get(print: number): string | undefined {
    const slot = this.#slotOf(print)
    if (slot < 0) return undefined
    const entry = (this.#table[slot + 1] as number) - 1
    const at = (this.#starts[entry] as number) & (this.#slab.length - 1)
    return this.#slab.latin1Slice(at, at + (this.#lengths[entry] as number))
  }

  put(print: number, text: string): void {
    const { limit, octets } = this.#ports
    if (text.length > octets / 2 || this.#slotOf(print) >= 0) return
    if (this.#size >= limit) this.#pushOut()
    if (this.#size === this.#prints.length) this.#resize(this.#size * 2)
    if (this.#end > FAR) this.#moveTexts(this.#slab.length)
    const start = this.#roomFor(text.length)
    const entry = (this.#first + this.#size) & (this.#prints.length - 1)
    if (!this.#enter(print, entry)) {
      this.pushedOut++
      return
    }
    this.#slab.latin1Write(text, start & (this.#slab.length - 1))
    this.#prints[entry] = print
    this.#starts[entry] = start
    this.#lengths[entry] = text.length
    this.#end = start + text.length
    this.#size++
    this.#ages.came()
  }

  #pushOut(): void {
    this.pushedOut++
    this.#ages.went()
    this.#dropOldest()
  }

  /** Where the next text may begin; makes room for it. */
  #roomFor(length: number): number {
    for (;;) {
      const size = this.#slab.length
      const left = size - (this.#end & (size - 1))
      const start = left >= length ? this.#end : this.#end + left
      if (this.#size === 0 && length <= size) return start
      if (start + length - (this.#starts[this.#first] as number) <= size) return start
      if (size * 2 <= this.#ports.octets) this.#moveTexts(size * 2)
      else this.#pushOut()
    }
  }

  #moveTexts(size: number): void {
    const old = this.#slab
    this.#slab = Buffer.allocUnsafeSlow(size)
    this.#end = 0
    for (let i = 0; i < this.#size; i++) {
      const entry = (this.#first + i) & (this.#prints.length - 1)
      const at = (this.#starts[entry] as number) & (old.length - 1)
      old.copy(this.#slab, this.#end, at, at + (this.#lengths[entry] as number))
      this.#starts[entry] = this.#end
      this.#end += this.#lengths[entry] as number
    }
  }

  /** Larger rings and table, entries in their order from 0. */
  #resize(entries: number): void {
    const [prints, starts, lengths] = [this.#prints, this.#starts, this.#lengths]
    const [mask, first] = [prints.length - 1, this.#first]
    this.#prints = new Float64Array(entries)
    this.#starts = new Int32Array(entries)
    this.#lengths = new Int32Array(entries)
    this.#table = new Int32Array(entries * 4)
    this.#first = 0
    for (let i = 0; i < this.#size; i++) {
      const entry = (first + i) & mask
      this.#prints[i] = prints[entry] as number
      this.#starts[i] = starts[entry] as number
      this.#lengths[i] = lengths[entry] as number
      this.#enter(prints[entry] as number, i)
    }
  }

  #shrink(): void {
    this.#end = 0
    if (this.#slab.length > this.#smallest) this.#slab = Buffer.allocUnsafeSlow(this.#smallest)
    if (this.#prints.length > FEW) this.#resize(FEW)
  }

  #dropOldest(): void {
    const slot = this.#slotOf(this.#prints[this.#first] as number)
    if (slot >= 0 && this.#table[slot + 1] === this.#first + 1) this.#vacate(slot)
    this.#first = (this.#first + 1) & (this.#prints.length - 1)
    this.#size--
  }

  /** Place of that fingerprint's pair in the table, -1 when it is not there. */
  #slotOf(print: number): number {
    const table = this.#table
    const mask = table.length - 1
    const low = print | 0
    let slot = (low << 1) & mask
    for (let i = 0; i < REACH; i++) {
      const entry = table[slot + 1] as number
      if (entry === 0) return -1
      if (table[slot] === low && this.#prints[entry - 1] === print) return slot
      slot = (slot + 2) & mask
    }
    return -1
  }

  #enter(print: number, entry: number): boolean {
    const table = this.#table
    const mask = table.length - 1
    let slot = ((print | 0) << 1) & mask
    for (let i = 0; i < REACH; i++) {
      if (table[slot + 1] === 0) {
        table[slot] = print | 0
        table[slot + 1] = entry + 1
        return true
      }
      slot = (slot + 2) & mask
    }
    return false
  }

  /** Takes a pair out and moves those behind it up, so that every search still finds them without gaps. */
  #vacate(from: number): void {
    const table = this.#table
    const mask = table.length - 1
    let hole = from
    let slot = (hole + 2) & mask
    while (table[slot + 1] !== 0) {
      const home = ((table[slot] as number) << 1) & mask
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        table[hole] = table[slot] as number
        table[hole + 1] = table[slot + 1] as number
        hole = slot
      }
      slot = (slot + 2) & mask
    }
    table[hole] = 0
    table[hole + 1] = 0
  }
}
