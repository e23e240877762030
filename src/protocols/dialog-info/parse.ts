import { XMLParser } from 'fast-xml-parser'
import { err, ok, type Result } from '#lib/result'
import { isElement, XML_READING, type XmlElement } from '#lib/xml'
import {
  DIALOG_EVENTS,
  DIALOG_STATES,
  type DialogEnd,
  type DialogInfo,
  type DialogOf,
} from './dialog-info.ts'

/** `xml`: not well-formed; `dialog-info`: well-formed, but not what RFC 4235 §4 describes; `size`: longer than we read. */
export type DialogInfoProblem = 'xml' | 'dialog-info' | 'size'

const LONGEST = 64 * 1024
const MOST_DIALOGS = 200
const MOST_PARAMS = 16

const LISTS = new Set(['dialog', 'param'])
const parser = new XMLParser({
  ...XML_READING,
  isArray: (name) => LISTS.has(name),
})

/** An element may stand twice where the standard has one: the first counts. */
const elementIn = (parent: XmlElement, name: string): unknown => {
  const found = parent[name]
  return Array.isArray(found) ? found[0] : found
}
const textOf = (element: unknown): string | undefined => {
  const text = isElement(element) ? element['#text'] : element
  return typeof text === 'string' ? text.trim() : undefined
}
const attributeOf = (element: unknown, name: string): string | undefined => {
  const value = isElement(element) ? element[`@${name}`] : undefined
  return typeof value === 'string' ? value : undefined
}
const wordOf = <W extends string>(text: string | undefined, words: readonly W[]): W | undefined =>
  words.find((word) => word === text?.trim().toLowerCase())
const numberOf = (text: string | undefined): number | undefined =>
  /^\s*\d{1,15}\s*$/.test(text ?? '') ? Number(text) : undefined

const paramsOf = (target: unknown): [string, string][] => {
  const list = isElement(target) && Array.isArray(target.param) ? target.param.slice(0, MOST_PARAMS) : []
  return list.map((param) => [attributeOf(param, 'pname') ?? '', attributeOf(param, 'pval') ?? ''])
}

const endOf = (element: unknown): DialogEnd | undefined => {
  if (!isElement(element)) return undefined
  const [identity, target] = [elementIn(element, 'identity'), elementIn(element, 'target')]
  const [uri, named] = [textOf(identity), attributeOf(identity, 'display')]
  const [contact, params] = [attributeOf(target, 'uri'), paramsOf(target)]
  return {
    ...(uri !== undefined && uri !== '' && { identity: uri }),
    ...(named !== undefined && { display: named }),
    ...(contact !== undefined && { target: contact }),
    ...(params.length > 0 && { params }),
  }
}

const dialogOf = (element: unknown): DialogOf | undefined => {
  if (!isElement(element)) return undefined
  const word = elementIn(element, 'state')
  const state = wordOf(textOf(word), DIALOG_STATES)
  const id = attributeOf(element, 'id')
  if (!state || id === undefined) return undefined
  const direction = wordOf(attributeOf(element, 'direction'), ['initiator', 'recipient'] as const)
  const event = wordOf(attributeOf(word, 'event'), DIALOG_EVENTS)
  const [code, duration] = [attributeOf(word, 'code'), textOf(elementIn(element, 'duration'))].map(numberOf)
  const [local, remote] = [endOf(elementIn(element, 'local')), endOf(elementIn(element, 'remote'))]
  return {
    ...{ id, state },
    ...(direction && { direction }),
    ...(event && { event }),
    ...(code !== undefined && { code }),
    ...(duration !== undefined && { duration }),
    ...(local && { local }),
    ...(remote && { remote }),
  }
}

const read = (text: string): unknown => {
  try {
    return parser.parse(text, true)
  } catch {
    return undefined
  }
}

/** Reads a document; what it does not know is passed over, RFC 4235 §4.4. */
export const parseDialogInfo = (octets: Uint8Array): Result<DialogInfo, DialogInfoProblem> => {
  if (octets.length > LONGEST) return err('size')
  const text = new TextDecoder().decode(octets)
  // A document type is where entities are declared, and no dialog-info has one.
  if (text.includes('<!DOCTYPE')) return err('xml')
  const document = read(text)
  if (!isElement(document)) return err('xml')
  const root = document['dialog-info']
  if (!isElement(root)) return err('dialog-info')
  const version = numberOf(attributeOf(root, 'version'))
  const state = wordOf(attributeOf(root, 'state'), ['full', 'partial'] as const)
  const entity = attributeOf(root, 'entity')
  if (version === undefined || !state || entity === undefined) return err('dialog-info')
  const list = Array.isArray(root.dialog) ? root.dialog.slice(0, MOST_DIALOGS) : []
  const dialogs = list.map(dialogOf)
  if (dialogs.includes(undefined)) return err('dialog-info')
  return ok({ version, state, entity, dialogs: dialogs as DialogOf[] })
}
