import type { Endpoint } from '#lib/wire'

/** One UDP socket for media, opened by whoever owns the network and handed to the simulated handset. */
export type MediaSocket = {
  readonly local: Endpoint
  send(octets: Uint8Array, to: Endpoint): void
  /** Set by its user. `octets` may be reused after the call returns. */
  onPacket: ((octets: Uint8Array, from: Endpoint) => void) | undefined
  close(): void
}

/** Opens a socket from which `towards` can be reached. */
export type OpenMedia = (towards: string) => Promise<MediaSocket>
