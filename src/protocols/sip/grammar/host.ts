import { DIGIT, HEX, HOST, isAt, skipClass } from './chars.ts'

/** IPv6 address of RFC 4291 §2.2 without brackets or zone, as it stands in `text` from `at` to `end`. */
export const isIpv6At = (text: string, at: number, end: number): boolean => {
  let groups = 0
  let gap = false
  let i = at
  if (text.startsWith('::', at)) {
    gap = true
    i = at + 2
  }
  while (i < end) {
    const groupEnd = skipClass(text, i, end, HEX)
    if (isAt(text, groupEnd, HOST) && groupEnd < end) return isIpv4At(text, i, end) && enough(groups + 2, gap)
    if (groupEnd === i || groupEnd - i > 4) return false
    groups++
    i = groupEnd
    if (i === end) break
    if (text.charCodeAt(i) !== 58) return false
    i++
    if (i < end && text.charCodeAt(i) === 58) {
      if (gap) return false
      gap = true
      i++
      // Three colons before a dotted address: what the faulty grammar of RFC 3261 made some print, RFC 5118 §4.10.
      if (text.charCodeAt(i) === 58 && text.indexOf('.', i) > 0) i++
    } else if (i === end) return false
  }
  return enough(groups, gap)
}

const enough = (groups: number, gap: boolean): boolean => (gap ? groups < 8 : groups === 8)

const isIpv4At = (text: string, at: number, end: number): boolean => {
  const parts = text.substring(at, end).split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
}

/** Place after the host (name, IPv4 or bracketed IPv6) that begins at `at`; -1 when there is none. */
export const hostEndAt = (text: string, at: number, end: number): number => {
  if (at < end && text.charCodeAt(at) === 91) {
    const close = text.indexOf(']', at)
    return close > 0 && close < end && isIpv6At(text, at + 1, close) ? close + 1 : -1
  }
  const hostEnd = skipClass(text, at, end, HOST)
  return hostEnd === at ? -1 : hostEnd
}

/** The host without brackets in lower case. */
export const hostOf = (text: string, at: number, hostEnd: number): string =>
  text.charCodeAt(at) === 91
    ? text
        .substring(at + 1, hostEnd - 1)
        .toLowerCase()
        .replace(':::', '::')
    : text.substring(at, hostEnd).toLowerCase()

/** Number 1..65535 in the digits from `at`, or -1; `skipClass` with DIGIT tells where they end. */
export const portAt = (text: string, at: number, end: number): number => {
  let value = 0
  let i = at
  for (; i < end && isAt(text, i, DIGIT) && value < 65536; i++) value = value * 10 + text.charCodeAt(i) - 48
  return i > at && value > 0 && value < 65536 ? value : -1
}

export const printHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** Host names compare without case, IPv6 addresses by their bits (RFC 5954 §4.2). */
export const sameHost = (a: string, b: string): boolean =>
  a === b ||
  (a.includes(':') && b.includes(':') && groupsOf(a) === groupsOf(b)) ||
  a.toLowerCase() === b.toLowerCase()

const groupsOf = (address: string): string => {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const [head = '', a = '0', b = '0', c = '0', d = '0'] = dotted?.slice(1) ?? []
  const hex = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16)
  const plain = dotted ? `${head}${hex(a, b)}:${hex(c, d)}` : address
  const [left = '', right] = plain.split('::')
  const leftGroups = left === '' ? [] : left.split(':')
  const rightGroups = right === undefined || right === '' ? [] : right.split(':')
  const zeros = Math.max(8 - leftGroups.length - rightGroups.length, 0)
  const groups = [...leftGroups, ...Array.from({ length: zeros }, () => '0'), ...rightGroups]
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
