/** The CRC of ITU-T V.42, as FINGERPRINT has it (RFC 8489 §14.7). */
const TABLE = new Uint32Array(256)
for (let i = 0; i < 256; i++) {
  let value = i
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  TABLE[i] = value
}

export const crc32 = (bytes: Uint8Array, at: number, end: number): number => {
  let crc = 0xffffffff
  for (let i = at; i < end; i++) crc = (TABLE[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
