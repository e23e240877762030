import { XMLParser } from 'fast-xml-parser'
import { err, ok, type Result } from '#lib/result'
import { isElement, XML_READING, type XmlElement } from '#lib/xml'
import {
  CONTACT_EVENTS,
  REGISTRATION_STATES,
  type Reginfo,
  type RegisteredContact,
  type Registration,
} from './reginfo.ts'

/** `xml`: not well-formed; `reginfo`: well-formed, but not what RFC 3680 §5 describes; `size`: longer than we read. */
export type ReginfoProblem = 'xml' | 'reginfo' | 'size'

const LONGEST = 256 * 1024
const MOST_CONTACTS = 1000

const LISTS = new Set(['registration', 'contact', 'unknown-param'])
const parser = new XMLParser({
  ...XML_READING,
  isArray: (name) => LISTS.has(name),
})

const listOf = (parent: XmlElement, name: string): XmlElement[] => {
  const list = parent[name]
  return Array.isArray(list) ? list.filter(isElement) : []
}
const textOf = (element: unknown): string => {
  const text = isElement(element) ? element['#text'] : element
  return typeof text === 'string' ? text.trim() : ''
}
const attributeOf = (element: XmlElement, name: string): string | undefined => {
  const value = element[`@${name}`]
  return typeof value === 'string' ? value : undefined
}
const wordOf = <W extends string>(element: XmlElement, name: string, words: readonly W[]): W | undefined =>
  words.find((word) => word === attributeOf(element, name)?.trim())

const numberOf = (element: XmlElement, name: string): number | undefined => {
  const text = attributeOf(element, name)?.trim() ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

const contactOf = (element: XmlElement): RegisteredContact | undefined => {
  const state = wordOf(element, 'state', ['active', 'terminated'] as const)
  const event = wordOf(element, 'event', CONTACT_EVENTS)
  const uri = textOf(element.uri)
  if (!state || !event || uri === '') return undefined
  const [expires, retryAfter, cseq] = ['expires', 'retry-after', 'cseq'].map((name) =>
    numberOf(element, name),
  )
  const q = Number(attributeOf(element, 'q') ?? Number.NaN)
  const callId = attributeOf(element, 'callid')
  const params = listOf(element, 'unknown-param').map(
    (param) => [attributeOf(param, 'name') ?? '', textOf(param)] as const,
  )
  return {
    id: attributeOf(element, 'id') ?? '',
    state,
    event,
    uri,
    ...(expires !== undefined && { expires }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(q >= 0 && q <= 1 && { q }),
    ...(callId !== undefined && { callId }),
    ...(cseq !== undefined && { cseq }),
    ...(params.length > 0 && { params }),
  }
}

const registrationOf = (element: XmlElement): Registration | undefined => {
  const aor = attributeOf(element, 'aor')
  const state = wordOf(element, 'state', REGISTRATION_STATES)
  if (aor === undefined || !state) return undefined
  const contacts = listOf(element, 'contact').slice(0, MOST_CONTACTS).map(contactOf)
  if (contacts.includes(undefined)) return undefined
  return { aor, id: attributeOf(element, 'id') ?? '', state, contacts: contacts as RegisteredContact[] }
}

const read = (text: string): unknown => {
  try {
    return parser.parse(text, true)
  } catch {
    return undefined
  }
}

/** Reads a document; elements and attributes that it does not know are passed over, as RFC 3680 §5.2 wants. */
export const parseReginfo = (octets: Uint8Array): Result<Reginfo, ReginfoProblem> => {
  if (octets.length > LONGEST) return err('size')
  const text = new TextDecoder().decode(octets)
  // A document type is where entities are declared, and no reginfo has one.
  if (text.includes('<!DOCTYPE')) return err('xml')
  const document = read(text)
  if (!isElement(document)) return err('xml')
  const root = document.reginfo
  if (!isElement(root)) return err('reginfo')
  const version = numberOf(root, 'version')
  const state = wordOf(root, 'state', ['full', 'partial'] as const)
  if (version === undefined || !state) return err('reginfo')
  const registrations = listOf(root, 'registration').map(registrationOf)
  if (registrations.includes(undefined)) return err('reginfo')
  return ok({ version, state, registrations: registrations as Registration[] })
}
