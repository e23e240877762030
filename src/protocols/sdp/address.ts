/** Connection data of one medium, RFC 8866 §5.7: a literal address, or a name that nobody resolves here. */
export type Connection = { family: 4 | 6; address: string }

const parseIpv4 = (text: string, out: Uint8Array, at: number): boolean => {
  let part = -1
  let parts = 0
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 46
    if (c === 46) {
      if (part < 0 || parts === 4) return false
      out[at + parts++] = part
      part = -1
    } else {
      if (c < 48 || c > 57 || part === 0) return false
      part = (part < 0 ? 0 : part) * 10 + c - 48
      if (part > 255) return false
    }
  }
  return parts === 4
}

/** The groups of one half of an IPv6 address, whose last may be dotted; undefined when one of them is no group. */
const groupsOf = (text: string, last: boolean): number[] | undefined => {
  if (text === '') return []
  const groups: number[] = []
  const pieces = text.split(':')
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as string
    if (last && i === pieces.length - 1 && piece.includes('.')) {
      const v4 = new Uint8Array(4)
      if (!parseIpv4(piece, v4, 0)) return undefined
      groups.push(((v4[0] as number) << 8) | (v4[1] as number), ((v4[2] as number) << 8) | (v4[3] as number))
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(piece)) return undefined
      groups.push(Number.parseInt(piece, 16))
    }
  }
  return groups
}

const parseIpv6 = (text: string): Uint8Array | undefined => {
  if (text.length > 45) return undefined
  const gap = text.indexOf('::')
  const head = groupsOf(gap < 0 ? text : text.slice(0, gap), gap < 0)
  const tail = gap < 0 ? [] : groupsOf(text.slice(gap + 2), true)
  if (!head || !tail || (gap < 0 ? head.length !== 8 : head.length + tail.length > 7)) return undefined
  const out = new Uint8Array(16)
  for (let i = 0; i < head.length; i++) {
    out[2 * i] = (head[i] as number) >> 8
    out[2 * i + 1] = head[i] as number
  }
  for (let i = 0; i < tail.length; i++) {
    out[16 - 2 * (tail.length - i)] = (tail[i] as number) >> 8
    out[17 - 2 * (tail.length - i)] = tail[i] as number
  }
  return out
}

/** The octets of a literal IPv4 (4) or IPv6 (16) address without brackets or zone; undefined for anything else. */
export const addressBytes = (text: string): Uint8Array | undefined => {
  if (text.includes(':')) return parseIpv6(text)
  const out = new Uint8Array(4)
  return parseIpv4(text, out, 0) ? out : undefined
}

export type AddressKind = 'name' | 'unspecified' | 'group' | 'host4' | 'host6'

const octets4 = new Uint8Array(4)

/** What stands in a connection, without making anything: this is asked several times of every description. */
export const addressKind = (text: string): AddressKind => {
  const v4 = !text.includes(':')
  const octets = v4 ? octets4 : parseIpv6(text)
  if (!octets || (v4 && !parseIpv4(text, octets4, 0))) return 'name'
  if (isGroup(octets)) return 'group'
  if (v4 ? text === '0.0.0.0' : isUnspecified(octets)) return 'unspecified'
  return v4 ? 'host4' : 'host6'
}

/** 0.0.0.0 or ::, which hold a stream in the manner of RFC 2543. */
export const isUnspecified = (bytes: Uint8Array): boolean => bytes.every((octet) => octet === 0)

/** Multicast and limited broadcast: never a place to send one party's voice to. */
export const isGroup = (bytes: Uint8Array): boolean =>
  bytes.length === 4 ? (bytes[0] as number) >= 224 : bytes[0] === 0xff
