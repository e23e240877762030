import { readable } from '#lib/text'

/**
 * What a terminal obeys (C0, DEL, C1) or a reader is fooled by (line separators, direction marks): RFC 3164 §4.1.3
 * and Unicode TR36. Written as \xNN or \uNNNN, so that nothing from outside can begin a line of its own.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/
const EVERY_UNSAFE = new RegExp(UNSAFE.source, 'g')

const spelled = (char: string): string => {
  const code = char.charCodeAt(0)
  return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`
}

/** One line, harmless. SIP text comes as octets: where they are UTF-8 their characters are shown. */
export const harmless = (text: string): string => {
  const shown = decoded(text)
  return UNSAFE.test(shown) ? shown.replace(EVERY_UNSAFE, spelled) : shown
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all octets are meant
const OCTETS_BEYOND_ASCII = /^[\x00-\xff]*[\x80-\xff][\x00-\xff]*$/
const decoded = (text: string): string => (OCTETS_BEYOND_ASCII.test(text) ? readable(text) : text)

/** A field in the middle of a line: no spaces either, `-` when absent. */
export const field = (text: string | undefined): string =>
  text === undefined || text === '' ? '-' : harmless(text).replaceAll(' ', '\\x20')

/** Payload below its line: every line indented, so that it cannot pass for one of ours. */
export const indented = (payload: string, maxSize: number): string => {
  const cut = maxSize >= 0 && payload.length > maxSize
  const lines = (cut ? payload.slice(0, maxSize) : payload).split(/\r\n|\n/)
  if (lines.at(-1) === '') lines.pop()
  const text = lines.map((line) => `\n    ${harmless(line)}`).join('')
  return cut ? `${text}\n    … ${payload.length - maxSize} more octets` : text
}

/** `0000:  16 octets in hexadecimal  and as text`, as dump tools have it. */
export const dumped = (bytes: Uint8Array, maxSize: number): string => {
  const end = maxSize < 0 ? bytes.length : Math.min(bytes.length, maxSize)
  let text = ''
  for (let at = 0; at < end; at += 16) {
    const row = Array.from(bytes.subarray(at, Math.min(at + 16, end)))
    const hex = row.map((octet) => octet.toString(16).padStart(2, '0')).join(' ')
    const ascii = row
      .map((octet) => (octet > 0x1f && octet < 0x7f ? String.fromCharCode(octet) : '.'))
      .join('')
    text += `\n    ${at.toString(16).padStart(4, '0')}:  ${hex.padEnd(47)}  ${ascii}`
  }
  return end < bytes.length ? `${text}\n    … ${bytes.length - end} more octets` : text
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Spells wall clock times, remembering the second it is in: thousands of lines share one. */
export const createStamp = (startMs: number) => {
  let second = Number.NaN
  let [day, time] = ['', '']
  return (wallMs: number, form: 'sec' | 'short' | 'full'): string => {
    if (form === 'sec') return ((wallMs - startMs) / 1000).toFixed(3)
    const now = Math.floor(wallMs / 1000)
    if (now !== second) {
      const date = new Date(wallMs)
      second = now
      day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
      time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
    }
    const fine = `${time}.${String(Math.floor(wallMs) % 1000).padStart(3, '0')}`
    return form === 'full' ? `${day} ${fine}` : fine
  }
}
