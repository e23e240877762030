import { dirname, resolve } from 'node:path'
import { fromHex, toHex } from '#lib/bytes'
import type { At, Kind } from './schema.ts'
import { nameOf, quoted, type Value } from './value.ts'

/** Reports that something else is needed; values of secret properties are not repeated. */
export const refuse = (value: Value, at: At, needed: string): undefined => {
  const found = at.secret ? `a ${value.kind}` : nameOf(value)
  const hint = value.kind === 'number' && needed.includes('string') ? ' (strings stand in double quotes)' : ''
  at.check.problem(value.place, at.path, `${needed} is needed, not ${found}${hint}`)
  return undefined
}

const say = (value: Value, at: At, message: string): undefined => {
  at.check.problem(value.place, at.path, message)
  return undefined
}

const CONTROL = /\p{Cc}/u

/** Text on one line. `wanted` describes what `pattern` demands. */
export const string = (pattern?: RegExp, wanted = 'string', limit = 1024): Kind<string> => ({
  text: wanted,
  read: (value, at) => {
    if (value.kind !== 'string')
      return refuse(value, at, wanted === 'string' ? 'a string' : `a string (${wanted})`)
    if (value.value.length > limit)
      return say(value, at, `${value.value.length} characters, ${limit} are the most`)
    if (CONTROL.test(value.value))
      return say(value, at, 'holds a control character; text on one line is needed')
    if (!pattern || pattern.test(value.value)) return value.value
    return at.secret ? say(value, at, `${wanted} is needed`) : refuse(value, at, wanted)
  },
})

/** true and false, or 1 and 0 (manual 5.1). */
export const boolean: Kind<boolean> = {
  text: 'boolean',
  read: (value, at) => {
    if (value.kind === 'boolean') return value.value
    if (value.kind === 'number' && (value.value === 0 || value.value === 1)) return value.value === 1
    return refuse(value, at, 'true or false')
  },
}

export const number = (least: number, most: number): Kind<number> => ranged(least, most, 'number')
export const integer = (least: number, most: number): Kind<number> => ranged(least, most, 'integer')

const ranged = (least: number, most: number, text: 'number' | 'integer'): Kind<number> => ({
  text: `${text} ${least}..${most}`,
  read: (value, at) => {
    const needed = `${text === 'integer' ? 'an integer' : 'a number'} from ${least} to ${most}`
    if (value.kind !== 'number') return refuse(value, at, needed)
    const fits =
      value.value >= least && value.value <= most && (text === 'number' || Number.isInteger(value.value))
    return fits ? value.value : refuse(value, at, needed)
  },
})

export const port: Kind<number> = integer(1, 65535)

/** One of some words; `also` gives other spellings. */
export const oneOf = <T extends string>(words: readonly T[], also: Record<string, T> = {}): Kind<T> => ({
  text: words.map((word) => JSON.stringify(word)).join(' | '),
  read: (value, at) => {
    const needed = words.map((word) => JSON.stringify(word)).join(' or ')
    if (value.kind !== 'string') return refuse(value, at, needed)
    const found =
      words.find((word) => word === value.value) ??
      (Object.hasOwn(also, value.value) ? also[value.value] : undefined)
    return found ?? refuse(value, at, needed)
  },
})

/** Bytes as hexadecimal digits, in one of some lengths. */
export const hex = (...lengths: number[]): Kind<Uint8Array> => ({
  text: `${lengths.join(' or ')} bytes as hexadecimal digits`,
  show: (bytes) => JSON.stringify(toHex(bytes)),
  read: (value, at) => {
    const digits = lengths.map((length) => length * 2).join(' or ')
    if (value.kind !== 'string') return refuse(value, at, `a string of ${digits} hexadecimal digits`)
    const wrong = /[^0-9a-fA-F]/u.exec(value.value)
    if (wrong) {
      const found = at.secret ? '' : ` (${quoted(wrong[0])})`
      return say(
        value,
        at,
        `character ${wrong.index + 1} is no hexadecimal digit${found}; ${digits} hexadecimal digits are needed`,
      )
    }
    const bytes = lengths.includes(value.value.length / 2) ? fromHex(value.value) : undefined
    const [least = 0] = lengths
    const short = value.value.length < least * 2
    const [wanted, size] = short ? [least * 2, least] : [digits, lengths.join(' or ')]
    if (bytes) return bytes
    return say(value, at, `${value.value.length} hexadecimal digits, ${wanted} are needed (${size} bytes)`)
  },
})

/** A file's name, made absolute; relative ones start from the configuration file that names them (I2). */
export const fileName = (existing: 'must' | 'should' | 'may' = 'may'): Kind<string> => ({
  text: 'file name',
  read: (value, at) => {
    if (value.kind !== 'string') return refuse(value, at, 'a string (file name)')
    if (value.value === '') return undefined
    if (value.value.includes('\0')) return say(value, at, 'holds a zero character')
    const path = resolve(dirname(value.place.file), value.value)
    if (existing === 'may' || at.check.files.exists(path)) return path
    if (existing === 'must') return say(value, at, `there is no such file: ${path}`)
    at.check.warn(value.place, at.path, `there is no such file: ${path}`)
    return path
  },
})

export const url = (...schemes: string[]): Kind<string> => ({
  text: `URL (${schemes.join(', ')})`,
  read: (value, at) => {
    const needed = `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`
    if (value.kind !== 'string') return refuse(value, at, needed)
    const fits = URL.canParse(value.value) && schemes.includes(new URL(value.value).protocol.slice(0, -1))
    return fits ? value.value : refuse(value, at, needed)
  },
})
