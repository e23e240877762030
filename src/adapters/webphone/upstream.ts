import type { Identity, Subscriber } from '#core'
import type { Result } from '#lib/result'
import type { Lamps, Mailboxes } from './watched.ts'

/** Who wants in: the number, the name and the password of its login there, one character an octet. */
export type UpstreamWish = { tel: string; user: string; password: string; subscriber?: Subscriber }

/** 0; −2 nobody answers; −3 another contact has taken its place; else minus SIP's status. `over`: it will not come back. */
export type UpstreamState = { code: number; reason?: string; over: boolean }

export type UpstreamText = { from: string; display: string; text: string }

/** An extension of another exchange, registered there for one web session. */
export type UpstreamAccount = {
  readonly subscriber: Subscriber
  readonly identity: Identity
  /** Whether that is the login it came with. */
  isSame(wish: UpstreamWish): boolean
  /** Hears how the registration goes on. */
  watch(hear: (state: UpstreamState) => void): void
  /** Hears texts for it; resolves true when somebody has that, or will. */
  onText(hear: (text: UpstreamText) => Promise<boolean>): void
  /** Sends a text: gives SIP's status; 408 where nobody answers. */
  text(to: string, text: string): Promise<number>
  /** Whose phones are in use there, and its own mailbox. */
  readonly lamps: Lamps
  readonly mailboxes: Mailboxes
  /** Takes the registration back. */
  leave(): void
}

/** The exchange elsewhere at which extensions are registered, each for itself, instead of at this house. */
export type Upstream = {
  /** Resolves with the exchange's own answer. */
  enter(wish: UpstreamWish): Promise<Result<UpstreamAccount, UpstreamState>>
}
