import { nearest } from './nearest.ts'
import { type AnyProperty, type At, type Kind, type Shape, UNKNOWN } from './schema.ts'
import { refuse } from './schema-kinds.ts'
import { emptyObject, type ObjectValue, type Place, type Value } from './value.ts'

/** `problem` where only Tandem reads (a typo must not pass); `warn` where a file may be shared with other programs. */
export type Strictness = 'problem' | 'warn'

export const shown = (kind: Kind<unknown>, value: unknown): string =>
  kind.show ? kind.show(value) : JSON.stringify(value)

const NOWHERE: Place = { file: '', line: 0, column: 0 }

/** An object with the properties of a shape. */
export const group = <T>(shape: Shape<T>, unknown: Strictness = 'problem'): Kind<T> => ({
  text: 'object',
  inner: { list: false, shape: shape as Readonly<Record<string, AnyProperty>> },
  read: (value, at) => {
    if (value.kind !== 'object') return refuse(value, at, 'an object { … }')
    return readProperties(shape as Readonly<Record<string, AnyProperty>>, value, at, unknown) as T
  },
})

const showItems =
  <T>(kind: Kind<T>) =>
  (items: T[]): string =>
    `[${items.map((item) => shown(kind as Kind<unknown>, item)).join(', ')}]`

/** Several values in brackets. */
export const listOf = <T>(kind: Kind<T>): Kind<T[]> => ({
  text: `array of ${kind.text}`,
  show: showItems(kind),
  inner: { list: true, ...(kind.inner?.shape && { shape: kind.inner.shape }) },
  read: (value, at) => {
    if (value.kind !== 'array') return refuse(value, at, 'an array [ … ]')
    return readItems(kind, value.items, at)
  },
})

/** Several values in brackets, or one without them. An empty string is none. */
export const oneOrMore = <T>(kind: Kind<T>): Kind<T[]> => ({
  text: `${kind.text}, or array of them`,
  show: showItems(kind),
  inner: { list: true, ...(kind.inner?.shape && { shape: kind.inner.shape }) },
  read: (value, at) => {
    if (value.kind === 'string' && value.value === '') return []
    return value.kind === 'array' ? readItems(kind, value.items, at) : readItems(kind, [value], at)
  },
})

const readItems = <T>(kind: Kind<T>, items: Value[], at: At): T[] => {
  const read: T[] = []
  if (items.length === 0) at.check.record(at.path, '[]', NOWHERE)
  items.forEach((item, index) => {
    const place = { ...at, path: `${at.path}[${index}]` }
    const one = item.kind === 'broken' ? undefined : kind.read(item, place)
    if (one === undefined) return
    read.push(one)
    if (!kind.inner) at.check.record(place.path, at.secret ? '***' : shown(kind, one), item.place)
  })
  return read
}

/** Reads the properties of an object, in the order of the shape, and says what else stands in it. */
export const readProperties = (
  shape: Readonly<Record<string, AnyProperty>>,
  object: ObjectValue,
  at: At,
  unknown: Strictness,
): Record<string, unknown> => {
  const result: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(shape)) {
    const path = at.path === '' ? name : `${at.path}.${name}`
    const value = readProperty(property, object, name, {
      ...at,
      path,
      secret: at.secret || property.secret === true,
    })
    if (value !== undefined) result[name] = value
  }
  for (const [name, { place, value }] of object.members) {
    if (Object.hasOwn(shape, name) || value.kind === 'broken') continue
    const path = at.path === '' ? name : `${at.path}.${name}`
    const hint = (): string => {
      const meant = nearest(name, Object.keys(shape))
      return meant === undefined ? '' : `; did you mean ${meant}?`
    }
    if (unknown === 'problem') at.check.problem(place, path, `there is no such property${hint()}`)
    else at.check.warn(place, path, UNKNOWN, hint)
  }
  return result
}

const readProperty = (property: AnyProperty, object: ObjectValue, name: string, at: At): unknown => {
  const member = object.members.get(name)
  if (member?.value.kind === 'broken') return fallback(property, object, at)
  if (member === undefined || member.value.kind === 'null') return absent(property, object, at)
  const { kind } = property
  const value: unknown = kind.read(member.value, at)
  if (value === undefined) return fallback(property, object, at)
  if (!kind.inner) at.check.record(at.path, at.secret ? '***' : shown(kind, value), member.value.place)
  announce(property, value, member.place, at)
  return value
}

/** What stands for a value that was refused, so that the rest can still be checked. */
const fallback = (property: AnyProperty, object: ObjectValue, at: At): unknown =>
  property.fill ? property.kind.read(emptyObject(object.place), at) : property.default

const absent = (property: AnyProperty, object: ObjectValue, at: At): unknown => {
  if (property.required) {
    at.check.problem(object.place, at.path, `is missing: ${property.kind.text} is needed`)
    return undefined
  }
  if (property.fill) return property.kind.read(emptyObject(object.place), at)
  if (property.default === undefined) return undefined
  const empty = property.default === ''
  at.check.record(at.path, at.secret && !empty ? '***' : shown(property.kind, property.default))
  return property.default
}

const announce = (property: AnyProperty, value: unknown, place: Place, at: At): void => {
  const because = property.because === undefined ? '' : `: ${property.because}`
  if (property.status === 'obsolete') at.check.warn(place, at.path, `obsolete${because}`)
  if (property.status === 'ignored') at.check.notice(place, at.path, `accepted and ignored${because}`)
  if (property.status === 'planned' && !property.idle?.(value)) {
    const effect = property.because ?? 'it has no effect'
    at.check.notice(place, at.path, `accepted and checked, but not built yet: ${effect}`)
  }
}
