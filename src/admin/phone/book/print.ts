import { escapeMarks } from '#lib/xml'
import type { BookGroup } from './contract.ts'

/** Characters that XML 1.0 may not hold, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const element = (name: string, content: string): string =>
  `<${name}>${escapeMarks(content.replace(FORBIDDEN, ''))}</${name}>`

/** As the manual shows it, section 4.2. */
export const printBook = (groups: readonly BookGroup[]): string => {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<EZPhoneDirectory>']
  for (const { name, entries } of groups) {
    lines.push('<PbookGroup>', element('GroupName', name))
    for (const entry of entries)
      lines.push(
        '<DirectoryEntry>',
        element('Name', entry.name),
        element('Telephone', entry.tel),
        element('Blf', entry.blf ? 'Yes' : 'No'),
        '</DirectoryEntry>',
      )
    lines.push('</PbookGroup>')
  }
  return `${[...lines, '</EZPhoneDirectory>'].join('\n')}\n`
}
