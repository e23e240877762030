import type { Report } from '../commands.ts'

/**
 * What a tap tells the main thread: when it was told, in milliseconds since the tap began, then packets one after the
 * other. Numbers are little-endian, at any offset.
 *
 *     f64 nowMs
 *     per packet: u8 side (0 caller), u8 payload type, u16 length, u32 ms of arrival, u32 timestamp, u32 SSRC, octets
 */
export const [BATCH_HEAD, PACKET_HEAD] = [8, 16]

const BATCH = 32_768
const MOST_WAIT_MS = 250
/** Even when nothing comes: silence is to be noticed. */
const LEAST_MS = 500
/** Octets of all taps of a worker on their way to disk. */
const MOST_IN_FLIGHT = 16 * 1024 * 1024

export type TapPorts = {
  report(report: Report): void
  /** One word: octets that the main thread has not done with. */
  inFlight: Int32Array
  nowMs(): number
}

/** Copies what flows in a call, in batches; full batches that nobody takes in time are dropped. */
export class Tap {
  readonly id: number
  readonly #call: number
  readonly #ports: TapPorts
  readonly #startMs: number
  readonly #batch = new Uint8Array(BATCH)
  readonly #view = new DataView(this.#batch.buffer)
  #at = BATCH_HEAD
  #toldMs: number

  constructor(call: number, id: number, ports: TapPorts) {
    this.id = id
    this.#call = call
    this.#ports = ports
    this.#startMs = ports.nowMs()
    this.#toldMs = this.#startMs
  }

  /** The RTP packet of `length` octets at `at`, whose payload begins after `head`. */
  take(bytes: Uint8Array, at: number, head: number, length: number, isCaller: boolean): void {
    const padding = (bytes[at] as number) & 0x20 ? (bytes[at + length - 1] as number) : 0
    const size = length - head - padding
    if (size <= 0) return
    if (this.#at + PACKET_HEAD + size > BATCH) this.tell(false)
    const view = this.#view
    const to = this.#at
    this.#batch[to] = isCaller ? 0 : 1
    this.#batch[to + 1] = (bytes[at + 1] as number) & 0x7f
    view.setUint16(to + 2, size, true)
    view.setUint32(to + 4, this.#ports.nowMs() - this.#startMs, true)
    for (let i = 0; i < 4; i++) {
      this.#batch[to + 8 + i] = bytes[at + 7 - i] as number
      this.#batch[to + 12 + i] = bytes[at + 11 - i] as number
    }
    this.#batch.set(bytes.subarray(at + head, at + head + size), to + PACKET_HEAD)
    this.#at = to + PACKET_HEAD + size
  }

  /** Between datagrams. */
  pulse(nowMs: number): void {
    if (nowMs - this.#toldMs >= (this.#at > BATCH_HEAD ? MOST_WAIT_MS : LEAST_MS)) this.tell(false)
  }

  tell(last: boolean): void {
    const nowMs = this.#ports.nowMs()
    this.#view.setFloat64(0, nowMs - this.#startMs, true)
    this.#toldMs = nowMs
    const { inFlight, report } = this.#ports
    if (Atomics.load(inFlight, 0) + this.#at > MOST_IN_FLIGHT) this.#at = BATCH_HEAD
    const octets = this.#batch.slice(0, this.#at)
    Atomics.add(inFlight, 0, octets.length)
    this.#at = BATCH_HEAD
    report({ op: 'tapped', call: this.#call, tap: this.id, octets, last })
  }
}

export type Tapped = {
  side: 'caller' | 'callee'
  type: number
  atMs: number
  timestamp: number
  ssrc: number
  payload: Uint8Array
}

/** The packets of a batch, and its time. */
export const readBatch = (octets: Uint8Array): { nowMs: number; packets: Tapped[] } => {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  const packets: Tapped[] = []
  for (let at = BATCH_HEAD; at + PACKET_HEAD <= octets.length; ) {
    const size = view.getUint16(at + 2, true)
    packets.push({
      side: octets[at] === 0 ? 'caller' : 'callee',
      type: octets[at + 1] as number,
      atMs: view.getUint32(at + 4, true),
      timestamp: view.getUint32(at + 8, true),
      ssrc: view.getUint32(at + 12, true),
      payload: octets.subarray(at + PACKET_HEAD, at + PACKET_HEAD + size),
    })
    at += PACKET_HEAD + size
  }
  return { nowMs: view.getFloat64(0, true), packets }
}
