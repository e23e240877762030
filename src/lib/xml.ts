import { readable } from './text.ts'

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** What XML 1.0 §2.2 has no character for, not even escaped; and white space that reading an attribute would change. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const SPECIAL = /[&<>"'\x00-\x1f\x7f-\x9f\ufffe\uffff]/g

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

/** For text and for values in quotes. SIP text comes as octets: where they are UTF-8, their characters are written. */
export const escapeXml = (text: string): string => {
  const shown = isAscii(text) ? text : readable(text).toWellFormed()
  return shown.replace(SPECIAL, (char) => ESCAPES[char] ?? '\ufffd')
}

/** ` name="value"`; nothing for what is not there. */
export const xmlAttribute = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : ` ${name}="${typeof value === 'number' ? value : escapeXml(value)}"`
