import { readable } from '#lib/text'
import { REGINFO_NAMESPACE, type Reginfo, type RegisteredContact, type Registration } from './reginfo.ts'

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

/** For text and for values in quotes. SIP text comes as octets: where they are UTF-8, their characters are written. */
export const escapeXml = (text: string): string => {
  const shown = isAscii(text) ? text : readable(text).toWellFormed()
  return shown.replace(SPECIAL, (char) => ESCAPES[char] ?? '\ufffd')
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

const attribute = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : ` ${name}="${typeof value === 'number' ? value : escapeXml(value)}"`

const contactOf = (contact: RegisteredContact): string => {
  const { id, state, event, expires, retryAfter, q, callId, cseq, uri, params = [] } = contact
  const head =
    attribute('id', id) +
    attribute('state', state) +
    attribute('event', event) +
    attribute('expires', expires) +
    attribute('retry-after', retryAfter) +
    attribute('q', q) +
    attribute('callid', callId) +
    attribute('cseq', cseq)
  let text = `    <contact${head}>\n      <uri>${escapeXml(uri)}</uri>\n`
  for (const [name, value] of params)
    text += `      <unknown-param name="${escapeXml(name)}">${escapeXml(value)}</unknown-param>\n`
  return `${text}    </contact>\n`
}

const registrationOf = ({ aor, id, state, contacts }: Registration): string => {
  const head = attribute('aor', aor) + attribute('id', id) + attribute('state', state)
  if (contacts.length === 0) return `  <registration${head}/>\n`
  return `  <registration${head}>\n${contacts.map(contactOf).join('')}  </registration>\n`
}

/** The document, RFC 3680 §5. */
export const printReginfo = ({ version, state, registrations }: Reginfo): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<reginfo xmlns="${REGINFO_NAMESPACE}" version="${version}" state="${state}">\n` +
  `${registrations.map(registrationOf).join('')}</reginfo>\n`
