import type { Files } from './files.ts'
import { inReadingOrder, type Problem } from './problem.ts'
import { type Check, generic, UNKNOWN } from './schema.ts'
import { type Place, printPlace } from './value.ts'

/** One effective value as `tandem check` shows it. */
export type Effective = { path: string; shown: string; source: string }

type Said = { place: Place; path: string; message: string; count: number }

const MOST_PROBLEMS = 1000

export type Findings = Check & {
  readonly problems: Problem[]
  readonly effective: Effective[]
  warnings(): string[]
  /** Names that nobody knows, as problems: one may be misspelt. */
  unknown(): Problem[]
  notices(): string[]
}

/** Collects what is found in one configuration; warnings and notices once for all entries of a list. */
export const createFindings = (files: Files): Findings => {
  const problems: Problem[] = []
  const effective: Effective[] = []
  const warned = new Map<string, Said>()
  const noticed = new Map<string, Said>()
  const once = (
    into: Map<string, Said>,
    key: string,
    said: Omit<Said, 'count'>,
    hint?: () => string,
  ): void => {
    const known = into.get(key)
    if (known) known.count++
    else if (into.size < MOST_PROBLEMS)
      into.set(key, { ...said, message: said.message + (hint?.() ?? ''), count: 1 })
  }
  return {
    files,
    problems,
    effective,
    problem: (place, path, message) => {
      if (problems.length < MOST_PROBLEMS) problems.push({ ...place, property: path, message })
    },
    warn: (place, path, message, hint) =>
      once(warned, `${generic(path)} ${message}`, { place, path, message }, hint),
    notice: (place, path, message) => once(noticed, generic(path), { place, path, message }),
    record: (path, shown, place) => {
      effective.push({ path, shown, source: place && place.line > 0 ? printPlace(place) : 'default' })
    },
    warnings: () => printAll(warned),
    unknown: () =>
      [...warned.values()]
        .filter(({ message }) => message.startsWith(UNKNOWN))
        .map(({ place, path, message }) => ({
          ...place,
          property: path,
          message,
          warning: true as const,
        })),
    notices: () => printAll(noticed),
  }
}

const printAll = (said: Map<string, Said>): string[] =>
  inReadingOrder([...said.values()].map((one) => ({ ...one, ...one.place }))).map(print)

const print = ({ place, path, message, count }: Said): string => {
  const more = count === 1 ? '' : ` (first of ${count} places)`
  return `${place.file}:${place.line}: ${path}: ${message}${more}`
}
