import koffi from 'koffi'
import { SRTP_PROFILES, type SrtpKeys, type SrtpProfile } from '#rtp'

/** Cisco's library, Debian package libsrtp2-1: what most browsers and telephones use. */
const LIBRARY = 'libsrtp2.so.1'

const SETTERS: Record<SrtpProfile, [rtp: string, rtcp: string]> = {
  SRTP_AES128_CM_HMAC_SHA1_80: ['srtp_crypto_policy_set_rtp_default', 'srtp_crypto_policy_set_rtcp_default'],
  SRTP_AES128_CM_HMAC_SHA1_32: [
    'srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32',
    'srtp_crypto_policy_set_rtcp_default',
  ],
  SRTP_AEAD_AES_128_GCM: [
    'srtp_crypto_policy_set_aes_gcm_128_16_auth',
    'srtp_crypto_policy_set_aes_gcm_128_16_auth',
  ],
  SRTP_AEAD_AES_256_GCM: [
    'srtp_crypto_policy_set_aes_gcm_256_16_auth',
    'srtp_crypto_policy_set_aes_gcm_256_16_auth',
  ],
}

const load = () => {
  const library = koffi.load(LIBRARY)
  const call = (name: string) => library.func(`int ${name}(int64_t, int64_t, int64_t)`) as Call
  call('srtp_init')(0, 0, 0)
  return { call, create: call('srtp_create') }
}
type Call = (...numbers: number[]) => number
let loaded: ReturnType<typeof load> | undefined

/** Why it is left out, or false. */
export const withoutLibsrtp = (): string | false => {
  try {
    loaded ??= load()
    return false
  } catch {
    return `${LIBRARY} is not installed (Debian package libsrtp2-1)`
  }
}

/** A block that native code reads and writes; above 64 octets it never moves. */
const block = (size: number) => {
  const bytes = new Uint8Array(Math.max(size, 128))
  return { bytes, view: new DataView(bytes.buffer), at: Number(koffi.address(bytes)) }
}

const [ANY_INBOUND, ANY_OUTBOUND] = [2, 3]
/** Offsets in srtp_policy_t of libsrtp 2 on 64 bits. */
const [RTP, RTCP, KEY, WINDOW] = [8, 32, 56, 88]

/** One direction, in place like ours. */
export const createLibsrtp = (profile: SrtpProfile, { key, salt }: SrtpKeys, direction: 'in' | 'out') => {
  loaded ??= load()
  const { call, create } = loaded
  const [policy, master, session, size] = [block(256), block(64), block(8), block(8)]
  master.bytes.set(key)
  master.bytes.set(salt, SRTP_PROFILES[profile].keyLength)
  const [rtp, rtcp] = SETTERS[profile]
  call(rtp)(policy.at + RTP, 0, 0)
  call(rtcp)(policy.at + RTCP, 0, 0)
  policy.view.setInt32(0, direction === 'in' ? ANY_INBOUND : ANY_OUTBOUND, true)
  policy.view.setBigInt64(KEY, BigInt(master.at), true)
  policy.view.setBigInt64(WINDOW, 128n, true)
  if (create(session.at, policy.at, 0) !== 0) throw new Error(`libsrtp has no ${profile}`)
  const handle = Number(session.view.getBigInt64(0, true))
  const work = (name: string) => {
    const run = call(name)
    return (bytes: Uint8Array, at: number, length: number): number => {
      size.view.setInt32(0, length, true)
      return run(handle, Number(koffi.address(bytes)) + at, size.at) === 0 ? size.view.getInt32(0, true) : -1
    }
  }
  return {
    ...{ protect: work('srtp_protect'), unprotect: work('srtp_unprotect') },
    ...{ protectRtcp: work('srtp_protect_rtcp'), unprotectRtcp: work('srtp_unprotect_rtcp') },
  }
}
