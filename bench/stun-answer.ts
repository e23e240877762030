import { createHmac } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { crc32 } from 'node:zlib'

const COOKIE = 0x2112a442

/**
 * The success that a full ICE agent gives to a check (RFC 8489 §7.3.1.1): servers that do not speak ice-lite check
 * their side of the path too, and send nothing before.
 */
export const answerCheck = (
  check: Uint8Array,
  pwd: string,
  from: { address: string; port: number },
): Buffer => {
  if (!isIPv4(from.address)) return Buffer.alloc(0)
  const out = Buffer.alloc(20 + 12 + 24 + 8)
  out.writeUInt16BE(0x0101, 0)
  out.writeUInt32BE(COOKIE, 4)
  out.set(check.subarray(8, 20), 8)
  out.set([0, 0x20, 0, 8, 0, 1], 20)
  out.writeUInt16BE(from.port ^ (COOKIE >>> 16), 26)
  from.address.split('.').forEach((octet, index) => {
    out[28 + index] = Number(octet) ^ (out[4 + index] as number)
  })
  out.writeUInt16BE(12 + 24, 2)
  out.set([0, 0x08, 0, 20], 32)
  out.set(createHmac('sha1', pwd).update(out.subarray(0, 32)).digest(), 36)
  out.writeUInt16BE(12 + 24 + 8, 2)
  out.set([0x80, 0x28, 0, 4], 56)
  out.writeUInt32BE((crc32(out.subarray(0, 56)) ^ 0x5354554e) >>> 0, 60)
  return out
}
