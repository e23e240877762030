/** Ogg (RFC 3533) with Opus in it (RFC 7845): pages of whole packets, about one a second. */
const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000_0000 ? (value << 1) ^ 0x04c1_1db7 : value << 1
  return value >>> 0
})

/** RFC 3533 §6: the polynomial 04c11db7, nothing reflected, from zero. */
export const oggCrc = (octets: Uint8Array): number => {
  let crc = 0
  for (const octet of octets) crc = ((crc << 8) ^ (TABLE[(crc >>> 24) ^ octet] as number)) >>> 0
  return crc
}

/** RFC 7845 §4.2: what a decoder begins with may be dropped; nothing that we keep was encoded for it. */
const PRE_SKIP = 0
export const OPUS_RATE = 48_000
const MOST_LACES = 255
const [CONTINUES_NOT, FIRST, LAST] = [0, 2, 4]

const text = (word: string): number[] => [...word].map((letter) => letter.charCodeAt(0))

const opusHead = (channels: number): Uint8Array => {
  const out = new Uint8Array(19)
  out.set(text('OpusHead'))
  out[8] = 1
  out[9] = channels
  const view = new DataView(out.buffer)
  view.setUint16(10, PRE_SKIP, true)
  view.setUint32(12, OPUS_RATE, true)
  return out
}

const opusTags = (): Uint8Array => {
  const vendor = text('tandem')
  const out = new Uint8Array(8 + 4 + vendor.length + 4)
  out.set(text('OpusTags'))
  new DataView(out.buffer).setUint32(8, vendor.length, true)
  out.set(vendor, 12)
  return out
}

const pageOf = (
  packets: readonly Uint8Array[],
  granule: number,
  serial: number,
  sequence: number,
  flags: number,
): Uint8Array => {
  const laces: number[] = []
  for (const { length } of packets) {
    for (let left = length; left >= 255; left -= 255) laces.push(255)
    laces.push(length % 255)
  }
  const body = packets.reduce((sum, { length }) => sum + length, 0)
  const out = new Uint8Array(27 + laces.length + body)
  const view = new DataView(out.buffer)
  out.set(text('OggS'))
  out[5] = flags
  view.setBigUint64(6, BigInt(granule), true)
  view.setUint32(14, serial, true)
  view.setUint32(18, sequence, true)
  out[26] = laces.length
  out.set(laces, 27)
  let at = 27 + laces.length
  for (const packet of packets) {
    out.set(packet, at)
    at += packet.length
  }
  view.setUint32(22, oggCrc(out), true)
  return out
}

const lacesOf = ({ length }: Uint8Array): number => Math.floor(length / 255) + 1

/** One logical stream; each call gives the pages that are ready. */
export const createOggOpus = (serial: number, channels: 1 | 2) => {
  let sequence = 0
  let granule = 0
  let waiting: Uint8Array[] = []
  let [laces, since] = [0, 0]

  const page = (flags: number): Uint8Array => {
    const made = pageOf(waiting, granule, serial, sequence++, flags)
    waiting = []
    laces = 0
    since = granule
    return made
  }

  return {
    begin: (): Uint8Array[] => [
      pageOf([opusHead(channels)], 0, serial, sequence++, FIRST),
      pageOf([opusTags()], 0, serial, sequence++, CONTINUES_NOT),
    ],
    /** `samples`: how many of 48000 a second it stands for. */
    put(packet: Uint8Array, samples: number): Uint8Array[] {
      const pages: Uint8Array[] = []
      if (waiting.length > 0 && (laces + lacesOf(packet) > MOST_LACES || granule - since >= OPUS_RATE))
        pages.push(page(CONTINUES_NOT))
      waiting.push(packet)
      laces += lacesOf(packet)
      granule += samples
      return pages
    },
    end: (): Uint8Array[] => [page(LAST)],
    get samples() {
      return granule
    },
  }
}

const FRAME_MS = [10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 10, 20]

/** How many samples a packet stands for, RFC 6716 §3.1 and §3.2; 0: it is none. */
export const opusSamples = (packet: Uint8Array): number => {
  const [toc, second] = packet
  if (toc === undefined) return 0
  const config = toc >> 3
  const perMs = OPUS_RATE / 1000
  const frame = config < 16 ? (FRAME_MS[config] as number) * perMs : 120 << (config & 3)
  const code = toc & 3
  const frames = code === 0 ? 1 : code < 3 ? 2 : (second ?? 0) & 0x3f
  const samples = frame * frames
  return samples > 120 * perMs ? 0 : samples
}

/** 20 ms of silence. */
export const OPUS_SILENCE = Uint8Array.of(0xf8, 0xff, 0xfe)
