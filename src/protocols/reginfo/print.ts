import { xmlAttribute as attribute, escapeXml } from '#lib/xml'
import { REGINFO_NAMESPACE, type Reginfo, type RegisteredContact, type Registration } from './reginfo.ts'

export { escapeXml } from '#lib/xml'

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
