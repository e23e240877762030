import type { Random } from '#lib/random'

/** Lower case, so that every database sorts it alike; without letters that look like digits. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME = 9
const COUNT = 3
const MOST_COUNT = 32 ** COUNT - 1
const RANDOM = 6

const printed = (value: number, width: number): string => {
  let text = ''
  for (let rest = value, i = 0; i < width; i++, rest = Math.floor(rest / 32))
    text = DIGITS.charAt(rest % 32) + text
  return text
}
const parsed = (text: string): number => {
  let value = 0
  for (const digit of text) value = value * 32 + Math.max(0, DIGITS.indexOf(digit))
  return value
}

/**
 * Ids of messages: milliseconds, a counter within the millisecond, and 30 bits that nobody can guess. They only ever
 * grow, whatever the clock does: `last` is the greatest id that is kept.
 */
export const createIds = (random: Random, wallMs: () => number, last?: string): (() => string) => {
  let ms = last === undefined ? 0 : parsed(last.slice(0, TIME))
  let count = last === undefined ? 0 : parsed(last.slice(TIME, TIME + COUNT))
  let time = printed(ms, TIME)
  return () => {
    const now = wallMs()
    const next = now > ms ? now : count === MOST_COUNT ? ms + 1 : ms
    if (next === ms) count++
    else {
      ms = next
      count = 0
      time = printed(ms, TIME)
    }
    let tail = ''
    for (const octet of random.bytes(RANDOM)) tail += DIGITS.charAt(octet & 31)
    return time + printed(count, COUNT) + tail
  }
}
