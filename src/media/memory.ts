import { addressBytes } from '#sdp'

/**
 * What one worker's packets live in: a single block, so that native calls are given plain numbers and no packet
 * allocates. Offsets are octets, all of them multiples of 8.
 *
 *     PACKET         the datagram being handled
 *     SOURCE         where it came from, a Linux sockaddr
 *     EVENTS         what epoll said
 *     SLOTS          two sockaddrs per socket: the one expected by SDP, then the one to send to
 */
export type Memory = { bytes: Uint8Array; words: Int32Array; view: DataView }

export const PACKET = 0
export const PACKET_SIZE = 4096
export const SOURCE = 4096
export const SOURCE_LENGTH = 4136
export const EVENTS = 4160
export const MAX_EVENTS = 256
const SLOTS = EVENTS + MAX_EVENTS * 16
const SOCKADDR = 32

export const createMemory = (slots: number): Memory => {
  const buffer = new ArrayBuffer(SLOTS + slots * 2 * SOCKADDR)
  return { bytes: new Uint8Array(buffer), words: new Int32Array(buffer), view: new DataView(buffer) }
}

export const expectedOf = (slot: number): number => SLOTS + slot * 2 * SOCKADDR
export const targetOf = (slot: number): number => SLOTS + slot * 2 * SOCKADDR + SOCKADDR

const AF_INET = 2
const AF_INET6 = 10

/** Length of the sockaddr at that place. */
export const sockaddrLength = (memory: Memory, at: number): number =>
  memory.view.getUint16(at, true) === AF_INET6 ? 28 : 16

/** Writes a sockaddr; false (and all zeros, which equals no source) when the text is no literal address. */
export const writeSockaddr = (memory: Memory, at: number, address: string, port: number): boolean => {
  const { bytes, view } = memory
  bytes.fill(0, at, at + SOCKADDR)
  const octets = addressBytes(address)
  if (!octets || port === 0) return false
  view.setUint16(at, octets.length === 4 ? AF_INET : AF_INET6, true)
  view.setUint16(at + 2, port)
  bytes.set(octets, at + (octets.length === 4 ? 4 : 8))
  return true
}

export const copySockaddr = (memory: Memory, from: number, to: number): void => {
  memory.bytes.copyWithin(to, from, from + 28)
}

/** Same family, port and address. Words are compared as they lie: the order of octets does not matter. */
export const sameSockaddr = ({ words }: Memory, a: number, b: number): boolean => {
  const i = a >> 2
  const j = b >> 2
  if (words[i] !== words[j]) return false
  if (((words[i] as number) & 0xffff) === AF_INET) return words[i + 1] === words[j + 1]
  return (
    words[i + 2] === words[j + 2] &&
    words[i + 3] === words[j + 3] &&
    words[i + 4] === words[j + 4] &&
    words[i + 5] === words[j + 5]
  )
}

/** Same address, whatever the port. */
export const sameHost = (memory: Memory, a: number, b: number): boolean => {
  const { bytes } = memory
  const length = sockaddrLength(memory, a)
  if (length !== sockaddrLength(memory, b)) return false
  for (let i = length === 16 ? 4 : 8; i < (length === 16 ? 8 : 24); i++)
    if (bytes[a + i] !== bytes[b + i]) return false
  return true
}

/** Address and port in text; an empty address when nothing is known there. */
export const readSockaddr = (memory: Memory, at: number): { address: string; port: number } => {
  const { bytes, view } = memory
  const family = view.getUint16(at, true)
  if (family === AF_INET)
    return { address: bytes.subarray(at + 4, at + 8).join('.'), port: view.getUint16(at + 2) }
  if (family !== AF_INET6) return { address: '', port: 0 }
  const groups: string[] = []
  for (let i = 0; i < 8; i++) groups.push(view.getUint16(at + 8 + 2 * i).toString(16))
  return { address: compressed(groups.join(':')), port: view.getUint16(at + 2) }
}

/** RFC 5952 §4.2: the first of the longest runs of zero groups becomes `::`. */
const compressed = (text: string): string => {
  const runs = text.match(/(?<![^:])0(?::0)+(?![^:])/g) ?? []
  const gap = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  if (gap === '') return text
  const at = `:${text}:`.indexOf(`:${gap}:`)
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + gap.length).replace(/^:/, '')}`
}

/** `192.0.2.1:4000` or `[2001:db8::1]:4000`; empty when unknown. */
export const printSockaddr = (memory: Memory, at: number): string => {
  const { address, port } = readSockaddr(memory, at)
  if (address === '') return ''
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
