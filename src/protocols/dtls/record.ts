import { createCipheriv, createDecipheriv } from 'node:crypto'
import { concat } from '#lib/bytes'
import { uint } from './reader.ts'

/**
 * A record, RFC 6347 §4.1:
 *
 *     type (8)  version (16)  epoch (16)  sequence number (48)  length (16)  fragment
 */
export type DtlsRecord = { type: number; epoch: number; sequence: number; fragment: Uint8Array }

export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const
export const RECORD_HEAD = 13
export const DTLS12 = 0xfefd
/** Of one datagram: a peer's flight has a dozen at most, and ours never comes near. */
const MOST_RECORDS = 32
/** RFC 5246 §6.2.3 allows 2^14 and 2048 more. */
const LONGEST = 16384 + 2048

const read16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number)

/** The whole records of a datagram; what comes after a damaged one is left out, as RFC 6347 §4.1.2.7 asks. */
export const decodeRecords = (datagram: Uint8Array): DtlsRecord[] => {
  const records: DtlsRecord[] = []
  for (let at = 0; datagram.length - at >= RECORD_HEAD && records.length < MOST_RECORDS; ) {
    const length = read16(datagram, at + 11)
    const end = at + RECORD_HEAD + length
    // The first ClientHello says 1.0 or 1.2; nobody else says anything but 1.2.
    if (end > datagram.length || datagram[at + 1] !== 0xfe || length > LONGEST) break
    records.push({
      type: datagram[at] as number,
      epoch: read16(datagram, at + 3),
      sequence:
        (read16(datagram, at + 5) * 0x10000 + read16(datagram, at + 7)) * 0x10000 + read16(datagram, at + 9),
      fragment: datagram.subarray(at + RECORD_HEAD, end),
    })
    at = end
  }
  return records
}

export const encodeRecord = ({ type, epoch, sequence, fragment }: DtlsRecord): Uint8Array =>
  concat(
    uint(type, 1),
    uint(DTLS12, 2),
    uint(epoch, 2),
    uint(sequence, 6),
    uint(fragment.length, 2),
    fragment,
  )

/** One direction's keys of AES-128-GCM, RFC 5288 and RFC 5246 §6.2.3.3. */
export type RecordKeys = { key: Uint8Array; iv: Uint8Array }

const [EXPLICIT, TAG] = [8, 16]

const aadOf = ({ type, epoch, sequence }: DtlsRecord, length: number): Uint8Array =>
  concat(uint(epoch, 2), uint(sequence, 6), uint(type, 1), uint(DTLS12, 2), uint(length, 2))

export const seal = (keys: RecordKeys, record: DtlsRecord): DtlsRecord => {
  const explicit = concat(uint(record.epoch, 2), uint(record.sequence, 6))
  const gcm = createCipheriv('aes-128-gcm', keys.key, concat(keys.iv, explicit))
  gcm.setAAD(aadOf(record, record.fragment.length))
  const secret = gcm.update(record.fragment)
  gcm.final()
  return { ...record, fragment: concat(explicit, secret, gcm.getAuthTag()) }
}

/** The fragment in the clear, or undefined when the tag is wrong. */
export const open = (keys: RecordKeys, record: DtlsRecord): Uint8Array | undefined => {
  const { fragment } = record
  const length = fragment.length - EXPLICIT - TAG
  if (length < 0) return undefined
  const gcm = createDecipheriv('aes-128-gcm', keys.key, concat(keys.iv, fragment.subarray(0, EXPLICIT)))
  gcm.setAAD(aadOf(record, length))
  gcm.setAuthTag(fragment.subarray(EXPLICIT + length))
  const plain = gcm.update(fragment.subarray(EXPLICIT, EXPLICIT + length))
  try {
    gcm.final()
  } catch {
    return undefined
  }
  return plain
}

const WINDOW = 64

/** RFC 6347 §4.1.2.6: which of the last 64 sequence numbers have been seen. */
export class ReplayWindow {
  #newest = -1
  readonly #seen = new Uint8Array(WINDOW)

  isFresh(sequence: number): boolean {
    if (sequence > this.#newest) return true
    return this.#newest - sequence < WINDOW && this.#seen[sequence % WINDOW] === 0
  }

  /** Only for what is authentic. */
  mark(sequence: number): void {
    if (sequence > this.#newest) {
      if (sequence - this.#newest >= WINDOW) this.#seen.fill(0)
      else for (let i = this.#newest + 1; i < sequence; i++) this.#seen[i % WINDOW] = 0
      this.#newest = sequence
    }
    this.#seen[sequence % WINDOW] = 1
  }
}
