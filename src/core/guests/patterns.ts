import { isEmergencyNumber } from '#lib/emergency-numbers'

/** A number or name as it is compared: without scheme, host, parameters and what people put between digits. */
export const bareNumber = (text: string): string => {
  const bare = text.trim().replace(/^(?:sips?|tel):/i, '')
  const user = bare.slice(0, bare.search(/[@;?]|$/))
  return /^\+?[\d\s().\-/]+$/.test(user) ? user.replace(/[\s().\-/]/g, '') : user
}

/** `*` stands for any characters, `?` for one; in time that grows with both lengths only. */
export const fits = (pattern: string, text: string): boolean => {
  let [at, in_, star, back] = [0, 0, -1, 0]
  while (at < text.length)
    if (pattern[in_] === '*') {
      star = in_++
      back = at
    } else if (pattern[in_] === '?' || pattern[in_] === text[at]) {
      in_++
      at++
    } else if (star >= 0) {
      in_ = star + 1
      at = ++back
    } else return false
  while (pattern[in_] === '*') in_++
  return in_ === pattern.length
}

/** A pattern as it is compared: `?` is one of its signs. */
const patternOf = (text: string): string => text.trim().replace(/^(?:sips?|tel):|[\s().\-/]/gi, '')

export const allowed = (patterns: readonly string[], number: string): boolean =>
  patterns.some((written) => {
    const pattern = patternOf(written)
    return pattern === number || (!isEmergencyNumber(number) && fits(pattern, number))
  })
