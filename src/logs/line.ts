import { harmless } from '#lib/harmless'

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
