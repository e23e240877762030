import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { err, ok, type Result } from '#lib/result'
import type { BookEntry, BookGroup } from './contract.ts'

const MOST = { groups: 500, entries: 20_000, octets: 1024 * 1024 }
const LONGEST = { name: 128, tel: 64 }

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: true,
  processEntities: { enabled: true, maxTotalExpansions: 100_000, maxExpandedLength: MOST.octets },
})

type Node = Record<string, unknown>

const listOf = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]
const nodeOf = (value: unknown): Node => (typeof value === 'object' && value !== null ? (value as Node) : {})

/** Names of elements in any case: makers of such files differ. */
const childOf = (node: Node, name: string): unknown => {
  const key = Object.keys(node).find((one) => one.toLowerCase() === name)
  return key === undefined ? undefined : node[key]
}
const textOf = (node: Node, name: string, most: number): string => {
  const [value] = listOf(childOf(node, name))
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim().slice(0, most) : ''
}

const entryOf = (value: unknown): BookEntry | undefined => {
  const node = nodeOf(value)
  const tel = textOf(node, 'telephone', LONGEST.tel)
  if (tel === '') return undefined
  const name = textOf(node, 'name', LONGEST.name)
  return { name: name === '' ? tel : name, tel, blf: /^(?:yes|true|1)$/i.test(textOf(node, 'blf', 8)) }
}

/**
 * The manual's XML, section 4.2. A document with a DTD is refused: entities of one's own are how a small file becomes
 * a big one, or reads other files.
 */
export const parseBook = (octets: Uint8Array): Result<BookGroup[], string> => {
  if (octets.length > MOST.octets) return err('it is longer than 1 MiB')
  const text = new TextDecoder().decode(octets).replace(/^\uFEFF/, '')
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return err('it has a DTD, which is not read')
  const valid = XMLValidator.validate(text)
  if (valid !== true) return err(`line ${valid.err.line}: ${valid.err.msg}`)
  let root: Node
  try {
    root = nodeOf(parser.parse(text))
  } catch {
    return err('it is no XML')
  }
  const directory = childOf(root, 'ezphonedirectory')
  if (directory === undefined) return err('its root is not EZPhoneDirectory')
  let left = MOST.entries
  const groups: BookGroup[] = []
  for (const value of listOf(childOf(nodeOf(directory), 'pbookgroup')).slice(0, MOST.groups)) {
    const node = nodeOf(value)
    const entries = listOf(childOf(node, 'directoryentry'))
      .flatMap((one) => entryOf(one) ?? [])
      .slice(0, left)
    left -= entries.length
    groups.push({ name: textOf(node, 'groupname', LONGEST.name), entries })
  }
  return ok(groups)
}
