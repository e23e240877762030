import { readable } from './text.ts'

/**
 * What a terminal obeys (C0, DEL, C1) or a reader is fooled by (line separators, direction marks): Unicode TR36.
 * Written as \xNN or \uNNNN, so that nothing from outside can begin a line of its own.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/
const EVERY_UNSAFE = new RegExp(UNSAFE.source, 'g')

const spelled = (char: string): string => {
  const code = char.charCodeAt(0)
  return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`
}

/** One line that a terminal can show. SIP text comes as octets: where they are UTF-8 their characters are shown. */
export const harmless = (text: string): string => {
  const shown = decoded(text)
  return UNSAFE.test(shown) ? shown.replace(EVERY_UNSAFE, spelled) : shown
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all octets are meant
const OCTETS_BEYOND_ASCII = /^[\x00-\xff]*[\x80-\xff][\x00-\xff]*$/
const decoded = (text: string): string => (OCTETS_BEYOND_ASCII.test(text) ? readable(text) : text)
