/**
 * An IP address as the four 32-bit words of its sixteen octets, each read in memory order; IPv4 is held in its
 * mapped form (::ffff:a.b.c.d, RFC 4291 §2.5.5.2), so that one comparison serves both families.
 */
export type Words = readonly [a: number, b: number, c: number, d: number]

const octets = new Uint8Array(16)
const words = new Int32Array(octets.buffer)

/** The third word of every mapped IPv4 address, in this machine's order. */
export const MAPPED: number = (() => {
  octets.set([0, 0, 0xff, 0xff], 8)
  return words[2] as number
})()

/** Decimal octets; undefined unless exactly four of 0..255. */
const parseIpv4 = (text: string): number[] | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const numbers: number[] = []
  for (const part of parts) {
    if (part.length === 0 || part.length > 3 || !/^\d+$/.test(part)) return undefined
    const value = Number(part)
    if (value > 255) return undefined
    numbers.push(value)
  }
  return numbers
}

/** `last`: these groups end the address, where four octets may be written in decimal. */
const parseGroups = (text: string, last: boolean): number[] | undefined => {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const tail = parseIpv4(part)
      if (!tail) return undefined
      groups.push(
        ((tail[0] as number) << 8) | (tail[1] as number),
        ((tail[2] as number) << 8) | (tail[3] as number),
      )
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

const parseIpv6 = (text: string): number[] | undefined => {
  const gap = text.indexOf('::')
  if (gap < 0) {
    const groups = parseGroups(text, true)
    return groups?.length === 8 ? groups : undefined
  }
  const head = parseGroups(text.slice(0, gap), false)
  const tail = parseGroups(text.slice(gap + 2), true)
  if (!head || !tail || head.length + tail.length > 7) return undefined
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** Undefined for anything but a literal address; brackets and a zone must be taken off before. */
export const parseAddress = (text: string): Words | undefined => {
  if (text.length > 45) return undefined
  octets.fill(0)
  if (text.includes(':')) {
    const groups = parseIpv6(text)
    if (!groups) return undefined
    for (let i = 0; i < 8; i++) {
      octets[2 * i] = (groups[i] as number) >> 8
      octets[2 * i + 1] = (groups[i] as number) & 0xff
    }
  } else {
    const numbers = parseIpv4(text)
    if (!numbers) return undefined
    octets.set([0xff, 0xff, ...numbers], 10)
  }
  return [words[0] as number, words[1] as number, words[2] as number, words[3] as number]
}

export const isMapped = (a: number, b: number, c: number): boolean => a === 0 && b === 0 && c === MAPPED

/** The spelling of RFC 5952: lower case, the longest run of zero groups (two or more) as `::`. */
export const printAddress = (a: number, b: number, c: number, d: number): string => {
  words[0] = a
  words[1] = b
  words[2] = c
  words[3] = d
  if (isMapped(a, b, c)) return `${octets[12]}.${octets[13]}.${octets[14]}.${octets[15]}`
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push(((octets[i] as number) << 8) | (octets[i + 1] as number))
  let [best, bestLength] = [-1, 1]
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (i + length < 8 && groups[i + length] === 0) length++
    if (length > bestLength) [best, bestLength] = [i, length]
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':')
  if (best < 0) return hex(groups)
  return `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`
}

/** Splits `fe80::1%eth0` into address and zone. */
export const splitZone = (text: string): [address: string, zone: string] => {
  const percent = text.indexOf('%')
  return percent < 0 ? [text, ''] : [text.slice(0, percent), text.slice(percent + 1)]
}

/** One spelling per address, mapped IPv4 as IPv4, the zone kept; undefined when it is no address. */
export const canonical = (text: string): string | undefined => {
  const [address, zone] = splitZone(text)
  const parsed = parseAddress(address)
  if (!parsed) return undefined
  const printed = printAddress(...parsed)
  return zone === '' || !printed.includes(':') ? printed : `${printed}%${zone}`
}
