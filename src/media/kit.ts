import type { SrtpKit } from '#rtp'

/** SRTP's ciphers without node:crypto's objects, for one thread; undefined where they are not to be had. */
export const loadSrtpKit = async (): Promise<SrtpKit | undefined> => {
  try {
    return (await import('./libcrypto.ts')).provedKit()
  } catch {
    return undefined
  }
}
