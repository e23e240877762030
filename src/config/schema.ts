import type { Files } from './files.ts'
import type { Place, Value } from './value.ts'

/**
 * What a property may hold: reads a value, reports what is wrong with it, and gives undefined then.
 * The schema is data: the reader, `tandem check` and docs/configuration.md all live on it.
 */
export type Kind<T> = {
  /** For people: `integer 0..255`, `string`. */
  readonly text: string
  read(value: Value, at: At): T | undefined
  /** How an effective value is printed; default: as JSON. */
  show?(value: T): string
  /** Set on objects and lists: their inner values are recorded one by one. */
  readonly inner?: Inner
}

/** The shape inside a kind, for the reference. */
export type Inner = { list: boolean; shape?: Readonly<Record<string, AnyProperty>> }

/**
 * `planned`: accepted and checked, but its feature is not built yet (a notice says so once).
 * `ignored`: of no use here (a notice says why). `obsolete`: the manual withdrew it (a warning says so).
 */
export type Status = 'built' | 'planned' | 'ignored' | 'obsolete'

export type PropertyOf<T> = {
  kind: Kind<T>
  /** One sentence for the reference. */
  about: string
  /** Default: built. */
  status?: Status
  /** For a planned property: the values that ask for nothing, and so need no notice. */
  idle?: (value: T) => boolean
  /** Why it is ignored or obsolete; of a planned group: what in it is built already. */
  because?: string
  /** Never shown, in print or in problems. */
  secret?: true
  /** What holds without the property when that is no fixed value: for the reference. */
  otherwise?: string
}

// biome-ignore lint/suspicious/noExplicitAny: the one place where properties of every type stand side by side
export type AnyProperty = PropertyOf<any> & { default?: unknown; required?: true; fill?: true }

/** `fill`: an absent group is read as an empty one, so that its inner defaults hold. */
type Needed<T> = PropertyOf<T> & ({ default: T } | { required: true } | { fill: true })

/** One property for every member of T; those that T always has need a default or must be required. */
export type Shape<T> = {
  readonly [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K>
    ? PropertyOf<NonNullable<T[K]>>
    : Needed<Exclude<T[K], undefined>>
}

/** Where a value stands. */
export type At = { path: string; secret: boolean; check: Check }

/** Gathers all that is said about one configuration. */
export type Check = {
  readonly files: Files
  problem(place: Place, path: string, message: string): void
  /** Said once for all places with the same path, list indexes aside; the hint is made for the first only. */
  warn(place: Place, path: string, message: string, hint?: () => string): void
  notice(place: Place, path: string, message: string): void
  /** An effective value; without a place it is a default. */
  record(path: string, shown: string, place?: Place): void
}

/** The warning about such a name; a nearer one may be proposed behind it. */
export const UNKNOWN = 'not a property that Tandem knows, ignored'

/** The path with its list indexes taken out: what one property is called wherever it stands. */
export const generic = (path: string): string => path.replace(/\[\d+\]/g, '[]')
