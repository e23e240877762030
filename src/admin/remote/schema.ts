import { isObject, shown } from './json.ts'

/** The part of JSON Schema (2020-12) that messages are described in. */
export type Schema =
  | { type: 'string'; enum?: readonly string[]; minLength?: number; maxLength?: number; description?: string }
  | { type: 'integer' | 'number'; minimum?: number; maximum?: number; description?: string; default?: number }
  | { type: 'boolean'; description?: string; default?: boolean }
  | { type: 'array'; items: Schema; maxItems?: number; description?: string }
  | ObjectSchema
  | { type?: undefined; anyOf?: readonly Schema[]; description?: string }

export type ObjectSchema = {
  type: 'object'
  properties: Readonly<Record<string, Schema>>
  required?: readonly string[]
  additionalProperties?: boolean
  description?: string
}

/** What would be right. */
const wanted = (schema: Schema): string => {
  switch (schema.type) {
    case 'string':
      if (schema.enum) return `one of ${schema.enum.map((word) => `"${word}"`).join(', ')}`
      return schema.maxLength === undefined
        ? 'a string'
        : `a string of at most ${schema.maxLength} characters`
    case 'integer':
    case 'number': {
      const { type, minimum, maximum } = schema
      const kind = type === 'integer' ? 'an integer' : 'a number'
      if (minimum === undefined) return kind
      return maximum === undefined ? `${kind} from ${minimum} on` : `${kind} from ${minimum} to ${maximum}`
    }
    case 'boolean':
      return 'true or false'
    case 'array': {
      const { items, maxItems } = schema
      return `${maxItems === undefined ? 'a list' : `a list of at most ${maxItems}`}, each ${wanted(items)}`
    }
    case 'object':
      return 'an object'
    default:
      return schema.anyOf?.map(wanted).join(' or ') ?? 'any value'
  }
}

const fits = (schema: Schema, value: unknown): boolean => {
  switch (schema.type) {
    case 'string': {
      const { enum: words, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
      if (typeof value !== 'string' || value.length < minLength) return false
      return value.length <= maxLength && (words?.includes(value) ?? true)
    }
    case 'integer':
    case 'number': {
      const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema
      if (typeof value !== 'number' || value < minimum || value > maximum) return false
      return schema.type === 'number' || Number.isInteger(value)
    }
    case 'boolean':
      return typeof value === 'boolean'
    case 'array':
      return Array.isArray(value) && value.length <= (schema.maxItems ?? Number.POSITIVE_INFINITY)
    case 'object':
      return isObject(value)
    default:
      return schema.anyOf?.some((one) => problemOf(one, value, '') === undefined) ?? true
  }
}

const pathOf = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** What is wrong with the value and what would be right, naming the property; undefined when it is as the schema says. */
export const problemOf = (schema: Schema, value: unknown, path: string): string | undefined => {
  if (!fits(schema, value)) return `${path}: ${wanted(schema)} is needed, not ${shown(value)}`
  if (schema.type === 'array')
    return firstOf(value as unknown[], (item, at) => problemOf(schema.items, item, `${path}[${at}]`))
  return schema.type === 'object' ? problemIn(schema, value as Record<string, unknown>, path) : undefined
}

const problemIn = (
  schema: ObjectSchema,
  value: Record<string, unknown>,
  path: string,
): string | undefined => {
  const { properties, required = [], additionalProperties = true } = schema
  for (const name of required) if (!Object.hasOwn(value, name)) return `${pathOf(path, name)}: is missing`
  return firstOf(Object.keys(value), (name) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (known) return problemOf(known, value[name], pathOf(path, name))
    if (additionalProperties) return undefined
    return `${pathOf(path, shortened(name))}: unknown; known are ${Object.keys(properties).join(', ')}`
  })
}

const shortened = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name)

const firstOf = <T>(
  items: readonly T[],
  find: (item: T, at: number) => string | undefined,
): string | undefined => {
  for (const [at, item] of items.entries()) {
    const found = find(item, at)
    if (found !== undefined) return found
  }
  return undefined
}
