import type { Endpoint } from './wire.ts'

/** One connection that carries whole text messages: a WebSocket, or two ends in a test. */
export type MessageLink = {
  /** Where the peer is. */
  readonly address: string
  readonly port: number
  /** Our own end as the peer reaches it. */
  readonly local: Endpoint
  readonly secure: boolean
  /** The page's site and the host that it asked for, RFC 6454 §7, RFC 9110 §7.2. */
  readonly origin: string | undefined
  readonly host: string | undefined
  readonly open: boolean
  /** False when it is closed, or cut because the peer does not read. */
  send(text: string): boolean
  /** True once the peer has shown that it had what was sent so far; false when it is closed, or cut because it did not. */
  proven(): Promise<boolean>
  /** With a code of RFC 6455 §7.4. */
  close(code?: number): void
}

/** Who hears what comes by it. */
export type LinkUser = {
  onMessage(text: string): void
  /** `code`: with which the peer said that it goes, RFC 6455 §7.4; undefined: it was lost, or closed by us. */
  onClose(code?: number): void
}
