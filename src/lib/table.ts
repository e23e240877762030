/** Keeps a thing for as long as it is in the table. */
class Cell<V> {
  thing: V | undefined
  constructor(thing: V) {
    this.thing = thing
  }
}

/**
 * A map of things that come and go all the time. When many have gone, V8's Map moves to a new table and leaves the old
 * one as it was, with all that stood in it and a pointer to the new one; as soon as one such table has become old, the
 * quick collections take all later ones for alive, and whatever ever stood in them. Here the map holds cells that are
 * emptied when a thing goes, so that nothing but the cell stays behind.
 */
export class Table<K, V extends object> {
  readonly #cells = new Map<K, Cell<V>>()

  get size(): number {
    return this.#cells.size
  }

  get(key: K): V | undefined {
    return this.#cells.get(key)?.thing
  }

  has(key: K): boolean {
    return this.#cells.has(key)
  }

  set(key: K, thing: V): void {
    const cell = this.#cells.get(key)
    if (cell) cell.thing = thing
    else this.#cells.set(key, new Cell(thing))
  }

  delete(key: K): boolean {
    const cell = this.#cells.get(key)
    if (cell) cell.thing = undefined
    return this.#cells.delete(key)
  }

  /** In the order in which they came. */
  *values(): Generator<V> {
    for (const { thing } of this.#cells.values()) if (thing) yield thing
  }
}
