import { loadSrtpKit } from '#media'
import { createCryptoKit, createSrtp, SRTP_PROFILES, type SrtpKit, type SrtpProfile } from '#rtp'
import { createLibsrtp, withoutLibsrtp } from '../test/support/libsrtp.ts'
import { table } from './report.ts'

/**
 * What sealing and opening a packet costs, by each way there is: `node bench/srtp.ts`. CPU time of one thread, best of seven runs
 * per cell, whole packets with replay window, counters and copies. libsrtp is called through the same foreign function
 * interface as our native kit, so its figures carry that cost as well.
 */
const PROFILES: readonly SrtpProfile[] = ['SRTP_AES128_CM_HMAC_SHA1_80', 'SRTP_AEAD_AES_128_GCM']
const SIZES = [172, 1200]
/** Fewer than half of all sequence numbers: the receiver misses a whole run of what is only sealed. */
const [PACKETS, RUNS] = [20_000, 7]

type Way = {
  protect(b: Uint8Array, at: number, n: number): number
  unprotect(b: Uint8Array, at: number, n: number): number
}

const keysOf = (profile: SrtpProfile) => {
  const { keyLength, saltLength } = SRTP_PROFILES[profile]
  return { key: new Uint8Array(keyLength).fill(3), salt: new Uint8Array(saltLength).fill(5) }
}

const ours =
  (kit: SrtpKit) =>
  (profile: SrtpProfile): Way => {
    const made = createSrtp(profile, keysOf(profile), { kit })
    if (!made) throw new Error(profile)
    return made
  }

const libsrtp = (profile: SrtpProfile): Way => {
  const [out, into] = [
    createLibsrtp(profile, keysOf(profile), 'out'),
    createLibsrtp(profile, keysOf(profile), 'in'),
  ]
  return { protect: out.protect, unprotect: into.unprotect }
}

const block = new Uint8Array(4096)
const view = new DataView(block.buffer)

/** µs per packet: sealing alone, and opening alone (which is a whole round less the sealing). */
const measure = (way: Way, size: number): [seal: number, open: number] => {
  let sequence = 0
  const next = (): void => {
    view.setUint16(0, 0x8000)
    view.setUint16(2, ++sequence & 0xffff)
    view.setUint32(8, 77)
  }
  const run = (round: () => void): number => {
    const before = process.threadCpuUsage()
    for (let i = 0; i < PACKETS; i++) round()
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / PACKETS
  }
  const seal = (): void => {
    next()
    way.protect(block, 0, size)
  }
  const both = (): void => {
    next()
    const length = way.protect(block, 0, size)
    if (way.unprotect(block, 0, length) !== size) throw new Error('a packet was not opened')
  }
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = 0; i <= RUNS; i++) {
    const [sealed, whole] = [run(seal), run(both)]
    // The first one warms up.
    if (i === 0) continue
    least[0] = Math.min(least[0] as number, sealed)
    least[1] = Math.min(least[1] as number, whole)
  }
  return [least[0] as number, (least[1] as number) - (least[0] as number)]
}

const native = await loadSrtpKit()
const ways: [name: string, make: (profile: SrtpProfile) => Way][] = [
  ['node:crypto', ours(createCryptoKit())],
  ...(native ? [['OpenSSL of Node, called natively', ours(native)] as [string, typeof libsrtp]] : []),
  ...(withoutLibsrtp() === false ? [['libsrtp', libsrtp] as [string, typeof libsrtp]] : []),
]

const rows = PROFILES.flatMap((profile) =>
  ways.map(([name, make]) => {
    const cells = SIZES.flatMap((size) => measure(make(profile), size))
    return [profile, name, ...cells.map((cell) => cell.toFixed(2))]
  }),
)
console.log('µs per packet; sizes are those of the RTP packet')
console.log(table([['profile', 'by', ...SIZES.flatMap((size) => [`${size} B sealed`, 'opened'])], ...rows]))
