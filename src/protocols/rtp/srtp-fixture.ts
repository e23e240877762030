/** RTP of `payload` octets with that sequence number, in a buffer with room behind it. */
export const rtpOf = (sequence: number, ssrc = 0xcafebabe, payload = 160): Uint8Array => {
  const bytes = new Uint8Array(12 + payload + 40)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x8000)
  view.setUint16(2, sequence & 0xffff)
  view.setUint32(4, 160 * sequence)
  view.setUint32(8, ssrc)
  bytes.fill(sequence & 0xff, 12, 12 + payload)
  return bytes
}

/** The vectors' packet in a buffer with room behind it, and as long as it is. */
export const roomy = (hex: string): Uint8Array => {
  const bytes = new Uint8Array(hex.length / 2 + 40)
  bytes.set(Uint8Array.fromHex(hex))
  return bytes
}
