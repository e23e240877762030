import { type Fields, fieldsOf, numberAt, textAt } from './fields.ts'

const utf8 = new TextDecoder('utf-8')

/** Undefined when it is no JSON. */
export const jsonIn = (octets: Uint8Array): unknown => {
  try {
    return JSON.parse(utf8.decode(octets))
  } catch {
    return undefined
  }
}

/** Members of an answer; of an array of answers, those of the first. */
export const answerIn = (octets: Uint8Array): Fields | undefined => {
  const value = jsonIn(octets)
  return fieldsOf(Array.isArray(value) ? value[0] : value)
}

/** 0 or 200, depending on the call; an answer without a code and with a status of 200 says yes too. */
export const isGood = (code: number | undefined): boolean => code === undefined || code === 0 || code === 200

export const answeredIn = (octets: Uint8Array, ...texts: string[]) => {
  const fields = answerIn(octets)
  if (!fields) return undefined
  const code = numberAt(fields, 'code', 'error_code')
  return { ok: isGood(code), code, text: textAt(fields, ...texts, 'reason', 'msg') }
}
