import { err, ok, type Result } from '#lib/result'

/** Deeper than any message; what recurses over a value must not be led deep. */
const MOST_DEPTH = 32
const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [34, 92, 91, 123, 93, 125]

const isTooDeep = (text: string): boolean => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > MOST_DEPTH) return true
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
    else if (code === QUOTE) {
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++)
        if (text.charCodeAt(at) === BACKSLASH) at++
    }
  }
  return false
}

/** Strict JSON (RFC 8259) of bounded depth. Never throws. */
export const parseJson = (text: string): Result<unknown, string> => {
  if (isTooDeep(text)) return err(`JSON: nested deeper than ${MOST_DEPTH}`)
  try {
    return ok(JSON.parse(text))
  } catch (problem) {
    return err(`JSON: ${(problem as Error).message}`)
  }
}

type WithRaw = { rawJSON(text: string): unknown }
const { rawJSON } = JSON as unknown as WithRaw
type Context = { source: string }

/**
 * The same text, with every number as its digits stand there: an identifier is given back as it came, also one that
 * a JSON number of JavaScript would round.
 */
export const parseExact = (text: string): unknown =>
  JSON.parse(text, ((_name: string, value: unknown, { source }: Context) =>
    typeof value === 'number' ? rawJSON(source) : value) as (name: string, value: unknown) => unknown)

/** Whether some number of the text may be more than JavaScript holds exactly. */
export const hasLongNumber = (text: string): boolean => /\d{16}|\d[eE][+-]?\d/.test(text)

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value as it may be repeated in an error. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
