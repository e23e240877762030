import { type Format, keyOf, type Terms, type WebKind } from '#sdp'

/** Numbers that are free for formats: RFC 3551 §6, and RFC 5761 §4 for what rtcp-mux forbids. */
const FREE_TYPES = [
  ...Array.from({ length: 32 }, (_, i) => 96 + i),
  ...Array.from({ length: 29 }, (_, i) => 35 + i),
]

/** What each payload type has come to mean: it never changes within a session, RFC 3264 §8.3.2. */
export class Numbering {
  readonly #types = new Map<number, { key: string; kind: WebKind }>()

  /** Which payload types are which medium's: all that either side has named. */
  get types(): [type: number, kind: WebKind][] {
    return [...this.#types].map(([type, { kind }]) => [type, kind])
  }

  note(format: Format, kind: WebKind): void {
    this.#types.set(format.type, { key: keyOf(format), kind })
  }

  clear(): void {
    this.#types.clear()
  }

  /** The same formats under the numbers of this session. */
  numbered(kind: WebKind, { formats }: Terms): Format[] {
    const numbered: Format[] = []
    for (const format of formats) {
      const type = this.#numberFor(format)
      if (type === undefined || numbered.some((other) => other.type === type)) continue
      numbered.push({ ...format, type })
      this.note({ ...format, type }, kind)
    }
    return numbered
  }

  #numberFor(format: Format): number | undefined {
    const key = keyOf(format)
    for (const [type, known] of this.#types) if (known.key === key) return type
    if (!this.#types.has(format.type)) return format.type
    return FREE_TYPES.find((type) => !this.#types.has(type))
  }
}
