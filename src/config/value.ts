/** Where something was written; line and column count from 1, columns in UTF-16 units. */
export type Place = { file: string; line: number; column: number }

/**
 * A value of the configuration language (manual 5.1), with the place where it was written: through merges,
 * includes and defines that stays the place of the text that made it.
 */
export type Value =
  | { kind: 'number'; place: Place; value: number }
  | { kind: 'complex'; place: Place; re: number; im: number }
  | { kind: 'string'; place: Place; value: string }
  | { kind: 'boolean'; place: Place; value: boolean }
  | { kind: 'null'; place: Place }
  | ArrayValue
  | ObjectValue
  | Broken

export type ArrayValue = { kind: 'array'; place: Place; items: Value[] } & Composite

/**
 * `shared`: reachable from a variable, so it is copied before a merge changes it.
 * `weight`: how many values it holds when everything is written out; never too small. `height`: how deep it nests.
 */
export type ObjectValue = {
  kind: 'object'
  place: Place
  members: Map<string, Member>
} & Composite

type Composite = { weight: number; height: number; shared: boolean }

/** A property: `place` is where its name was written last. */
export type Member = { place: Place; value: Value }

/** Stands for a value that could not be made; the problem is already reported. `lost`: the text after it is unread. */
export type Broken = { kind: 'broken'; place: Place; lost: boolean }

export const broken = (place: Place, lost = false): Broken => ({ kind: 'broken', place, lost })

export const printPlace = ({ file, line, column }: Place): string => `${file}:${line}:${column}`

/** Where the value behind these names and indexes stands: as near as the text says it, as a list of one needs no brackets. */
export const placeIn = (root: ObjectValue, steps: readonly (string | number)[]): Place => {
  let value: Value = root
  for (const step of steps) {
    const next: Value | undefined =
      typeof step === 'string'
        ? value.kind === 'object'
          ? value.members.get(step)?.value
          : undefined
        : value.kind === 'array'
          ? value.items[step]
          : undefined
    if (next) value = next
  }
  return value.place
}

export const weightOf = (value: Value): number =>
  value.kind === 'array' || value.kind === 'object' ? value.weight : 1

export const heightOf = (value: Value): number =>
  value.kind === 'array' || value.kind === 'object' ? value.height : 0

export const arrayOf = (place: Place, items: Value[]): ArrayValue => {
  let [weight, height] = [1, 0]
  for (const item of items) {
    weight += weightOf(item)
    height = Math.max(height, heightOf(item))
  }
  return { kind: 'array', place, items, weight, height: height + 1, shared: false }
}

export const emptyObject = (place: Place): ObjectValue => ({
  kind: 'object',
  place,
  members: new Map(),
  weight: 1,
  height: 1,
  shared: false,
})

/** What a value is called in messages. */
export const nameOf = (value: Value): string => {
  switch (value.kind) {
    case 'number':
      return `the number ${value.value}`
    case 'string':
      return `the string ${quoted(value.value)}`
    case 'boolean':
      return String(value.value)
    case 'complex':
      return 'a complex number'
    case 'null':
      return 'null'
    case 'broken':
      return 'a broken value'
    default:
      return value.kind === 'array' ? 'an array' : 'an object'
  }
}

/** Foreign text in a message: short, on one line, in quotes. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
