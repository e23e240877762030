/** The two voice codecs that every phone knows, ITU-T G.711: one octet a sample, 8000 samples a second. */
export type G711 = {
  encode(samples: Int16Array): Uint8Array<ArrayBuffer>
  decode(octets: Uint8Array): Int16Array<ArrayBuffer>
}

const coderOf = (octetOf: (sample: number) => number, sampleOf: (octet: number) => number): G711 => ({
  encode: (samples) => {
    const out = new Uint8Array(samples.length)
    for (let i = 0; i < out.length; i++) out[i] = octetOf(samples[i] as number)
    return out
  },
  decode: (octets) => {
    const out = new Int16Array(octets.length)
    for (let i = 0; i < out.length; i++) out[i] = sampleOf(octets[i] as number)
    return out
  },
})

/** Segment of the companding curve: how far the highest set bit stands above `lowest`. */
const segmentOf = (magnitude: number, lowest: number): number =>
  Math.max(0, 31 - Math.clz32(magnitude) - lowest)

const MU_BIAS = 0x84
const MU_CLIP = 32635

export const mu: G711 = coderOf(
  (sample) => {
    const magnitude = Math.min(sample < 0 ? ~sample : sample, MU_CLIP) + MU_BIAS
    const segment = segmentOf(magnitude, 7)
    const code = (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)
    return ~(sample < 0 ? code | 0x80 : code) & 0xff
  },
  (octet) => {
    const code = ~octet & 0xff
    const magnitude = ((((code & 0x0f) << 3) + MU_BIAS) << ((code >> 4) & 7)) - MU_BIAS
    return code & 0x80 ? -magnitude : magnitude
  },
)

export const a: G711 = coderOf(
  (sample) => {
    const magnitude = (sample < 0 ? ~sample : sample) >> 3
    const segment = segmentOf(magnitude, 4)
    const code = (segment << 4) | ((magnitude >> Math.max(segment, 1)) & 0x0f)
    return code ^ (sample < 0 ? 0x55 : 0xd5)
  },
  (octet) => {
    const code = octet ^ 0x55
    const segment = (code >> 4) & 7
    const low = ((code & 0x0f) << 4) + 8
    const magnitude = segment === 0 ? low : (low + 0x100) << (segment - 1)
    return code & 0x80 ? magnitude : -magnitude
  },
)

/** By RTP encoding name, with the payload type of RFC 3551 §6. */
export const codecs = { PCMU: { coder: mu, payloadType: 0 }, PCMA: { coder: a, payloadType: 8 } } as const
export type CodecName = keyof typeof codecs
