export type Kind = 'audio' | 'video'

/** What came in of one kind, after it was found authentic. */
export class Ear {
  packets = 0
  octets = 0
  /** Numbers that were left out, as far as the newest one tells. */
  lost = 0
  readonly types = new Set<number>()
  readonly ssrcs = new Set<number>()
  /** Of the latest packet. */
  payload: Uint8Array = new Uint8Array(0)
  /** Its sequence number, if it was the newest of its stream. */
  highest = 0
  readonly #highest = new Map<number, number>()

  take(packet: Buffer, head: number, length: number): void {
    const [sequence, ssrc] = [packet.readUInt16BE(2), packet.readUInt32BE(8)]
    const before = this.#highest.get(ssrc)
    const step = before === undefined ? 1 : (sequence - before) & 0xffff
    if (step < 0x8000) {
      this.lost += step - 1
      this.#highest.set(ssrc, sequence)
      this.highest = sequence
    } else this.lost--
    this.packets++
    this.octets += length - head
    this.types.add((packet[1] as number) & 0x7f)
    this.ssrcs.add(ssrc)
    this.payload = packet.subarray(head, length)
  }
}
