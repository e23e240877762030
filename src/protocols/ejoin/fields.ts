/** A report's members by plain names: lower case, one underscore where the device has hyphens, dashes or blanks. */
export type Fields = ReadonlyMap<string, unknown>

const MOST_MEMBERS = 200

const MOST_NAMES = 1000
const LONGEST_NAME = 64
/** Devices say the same names in every report. */
const known = new Map<string, string>()

export const nameOf = (key: string): string => {
  const before = known.get(key)
  if (before !== undefined) return before
  const name = key.toLowerCase().replace(/[\s_\u2010-\u2015-]+/g, '_')
  if (known.size < MOST_NAMES && key.length <= LONGEST_NAME) known.set(key, name)
  return name
}

export const fieldsOf = (value: unknown): Fields | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = new Map<string, unknown>()
  const members = value as Record<string, unknown>
  let room = MOST_MEMBERS
  for (const key in members) {
    if (room-- <= 0) break
    fields.set(nameOf(key), members[key])
  }
  return fields
}

/** Firmware writes numbers as strings and strings as numbers: both are read. */
export const textAt = (fields: Fields, ...names: string[]): string => {
  for (const name of names) {
    const value = fields.get(name)
    if (typeof value === 'string') return value.trim()
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  }
  return ''
}

/** Undefined when there is none; the digits in front count (`"3 registered"` is 3). */
export const numberAt = (fields: Fields, ...names: string[]): number | undefined =>
  numberIn(textAt(fields, ...names))

export const numberIn = (text: string): number | undefined => {
  const found = /^-?\d{1,15}(?:\.\d{1,6})?/.exec(text)
  return found ? Number(found[0]) : undefined
}

/** Unix seconds, or `yymmddhhmmss` nowhere: 0 and nonsense are absent. */
export const timeAt = (fields: Fields, name: string): number | undefined => {
  const seconds = numberAt(fields, name)
  return seconds !== undefined && seconds > 0 && seconds < 1e11 ? seconds * 1000 : undefined
}

/** An array; a device's cloud variant gives one object where the array is due. */
export const listAt = (fields: Fields, name: string, most: number): unknown[] => {
  const value = fields.get(name)
  if (Array.isArray(value)) return value.slice(0, most)
  return typeof value === 'object' && value !== null ? [value] : []
}
