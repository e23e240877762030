import { concat, EMPTY } from '#lib/bytes'
import { MTU } from './contract.ts'
import { encodeFragment, HANDSHAKE_HEAD, type Handshake } from './fragments.ts'
import { CONTENT, encodeRecord, RECORD_HEAD, type RecordKeys, seal } from './record.ts'

/** A message, or the ChangeCipherSpec between two of them. */
export type FlightPart = Handshake | 'change-cipher-spec'

/** What sealing adds to a record. */
const SEALED = 24
const MOST_CONTENT = MTU - RECORD_HEAD - SEALED - HANDSHAKE_HEAD

/** The writing half of an association: record numbers never come again, whatever is repeated. */
export class Writer {
  readonly #sequences = [0, 0]
  readonly #send: (datagram: Uint8Array) => void
  keys: RecordKeys | undefined

  constructor(send: (datagram: Uint8Array) => void) {
    this.#send = send
  }

  #record(type: number, epoch: 0 | 1, fragment: Uint8Array): Uint8Array {
    const record = { type, epoch, sequence: this.#sequences[epoch] as number, fragment }
    this.#sequences[epoch] = record.sequence + 1
    return encodeRecord(epoch === 1 && this.keys ? seal(this.keys, record) : record)
  }

  /** In as few datagrams as there may be; what follows ChangeCipherSpec goes out sealed. */
  flight(parts: readonly FlightPart[]): void {
    let datagram: Uint8Array = EMPTY
    let epoch: 0 | 1 = 0
    const add = (record: Uint8Array): void => {
      if (datagram.length + record.length > MTU) {
        this.#send(datagram)
        datagram = EMPTY
      }
      datagram = concat(datagram, record)
    }
    for (const part of parts) {
      if (part === 'change-cipher-spec') {
        add(this.#record(CONTENT.changeCipherSpec, 0, Uint8Array.of(1)))
        epoch = 1
      } else for (const fragment of fragmentsOf(part)) add(this.#record(CONTENT.handshake, epoch, fragment))
    }
    if (datagram.length > 0) this.#send(datagram)
  }

  /** A datagram with an alert alone. */
  alert(level: number, description: number): Uint8Array {
    return this.#record(CONTENT.alert, this.keys ? 1 : 0, Uint8Array.of(level, description))
  }
}

const fragmentsOf = (message: Handshake): Uint8Array[] => {
  const fragments: Uint8Array[] = []
  let at = 0
  do {
    const length = Math.min(message.body.length - at, MOST_CONTENT)
    fragments.push(encodeFragment(message, at, length))
    at += length
  } while (at < message.body.length)
  return fragments
}
