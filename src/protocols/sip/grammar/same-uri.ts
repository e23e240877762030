import { sameHost } from './host.ts'
import { type Uri, undoEscapes } from './uri.ts'

/** Never equal when only one URI has them; `transport` for the examples of RFC 3261 §19.1.4, where UDP is not the default. */
const WEIGHTY = ['user', 'ttl', 'method', 'maddr', 'transport']

/**
 * Whether two URIs are the same by RFC 3261 §19.1.4, tel URIs by RFC 3966 §4. A port that is left out is not the
 * default port. (An escaped reserved character equals the plain one here, which the clause would tell apart.)
 */
export const sameUri = (a: Uri, b: Uri): boolean => {
  if (a.scheme !== b.scheme) return false
  if (a.scheme === 'tel') return a.user.toLowerCase() === b.user.toLowerCase() && sameTelParams(a, b)
  if (a.scheme !== 'sip' && a.scheme !== 'sips') return a.user === b.user
  return (
    a.user === b.user &&
    a.password === b.password &&
    a.port === b.port &&
    sameHost(a.host, b.host) &&
    sameParams(a, b) &&
    sameHeaders(a.headers, b.headers)
  )
}

const sameParams = (a: Uri, b: Uri): boolean => {
  for (const name of WEIGHTY) if (a.params.has(name) !== b.params.has(name)) return false
  for (const [name, value] of a.params)
    if (b.params.has(name) && lower(b.params.get(name)) !== lower(value)) return false
  return true
}

const sameTelParams = (a: Uri, b: Uri): boolean => {
  if (a.params.size !== b.params.size) return false
  for (const [name, value] of a.params)
    if (!b.params.has(name) || lower(b.params.get(name)) !== lower(value)) return false
  return true
}

const sameHeaders = (a = '', b = ''): boolean => a === b || headerSet(a) === headerSet(b)

const headerSet = (headers: string): string =>
  headers
    .split('&')
    .map((header) => {
      const sign = header.indexOf('=')
      const name = sign < 0 ? header : header.slice(0, sign)
      return `${undoEscapes(name).toLowerCase()}=${sign < 0 ? '' : undoEscapes(header.slice(sign + 1))}`
    })
    .sort()
    .join('\n')

const lower = (value: string | undefined): string | undefined => value?.toLowerCase()
