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

/** The five characters that mean something to XML, and nothing else. */
export const escapeMarks = (text: string): string =>
  text.replace(/[&<>"']/g, (mark) => ESCAPES[mark] as string)

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

/** For text and for values in quotes. SIP text comes as octets: where they are UTF-8, their characters are written. */
export const escapeXml = (text: string): string => {
  const shown = isAscii(text) ? text : readable(text).toWellFormed()
  return shown.replace(SPECIAL, (char) => ESCAPES[char] ?? '\ufffd')
}

/** ` name="value"`; nothing for what is not there. */
export const xmlAttribute = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : ` ${name}="${typeof value === 'number' ? value : escapeXml(value)}"`

/** How fast-xml-parser is to read documents of strangers: names without their prefixes, every value a string. */
export const XML_READING = {
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  alwaysCreateTextNode: true,
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  // Only the five of the language and character references: a document brings no entities of its own.
  processEntities: true,
  htmlEntities: true,
  ignoreDeclaration: true,
} as const

/** What it makes of an element with attributes (`@name`), text (`#text`) and children by their names. */
export type XmlElement = { readonly [name: string]: unknown }

export const isElement = (value: unknown): value is XmlElement => typeof value === 'object' && value !== null
