/** Where a browser takes messages for a page that is closed: RFC 8030, RFC 8291. */
export type PushSubscription = { endpoint: string; keys: { p256dh: string; auth: string } }

export type PushDesk = {
  /** The server's public key for browsers, RFC 8292; undefined: push is off. */
  readonly key: string | undefined
  /** Why not, in a sentence; undefined when it is kept. */
  subscribe(impi: string, subscription: PushSubscription): Promise<string | undefined>
  unsubscribe(impi: string, endpoint: string): Promise<void>
}
