import type { Identity, Subscriber } from '#core'
import type { Result } from '#lib/result'
import type { Lamps, Mailboxes } from './watched.ts'

/** Who wants in: the number, the name and the password of its login there, one character an octet. */
export type UpstreamWish = {
  tel: string
  user: string
  password: string
  subscriber?: Subscriber
  /** The exchange says that the password is wrong, at once or later. */
  refused?(): void
}

/** 0; −2 nobody answers; −3 another contact has taken its place; else minus SIP's status. `over`: it will not come back. */
export type UpstreamState = { code: number; reason?: string; over: boolean }

/** Not let in: for as long as nobody changes the password. */
export const isRefused = (code: number): boolean => code === -401 || code === -403 || code === -407

/** An extension of another exchange, registered there for one web session. */
export type UpstreamAccount = {
  readonly subscriber: Subscriber
  readonly identity: Identity
  /** Whether that is the login it came with. */
  isSame(wish: UpstreamWish): boolean
  /** How it stands with the registration at the moment. */
  state(): Omit<UpstreamState, 'over'>
  /** Hears how the registration goes on. */
  watch(hear: (state: UpstreamState) => void): void
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
  /**
   * Whether the exchange lets it in; if so, it stays registered for a minute, for the browser that will `enter` so. `full`:
   * it was not asked, so many answers are awaited.
   */
  prove(wish: UpstreamWish): Promise<Result<Subscriber, UpstreamState | 'full'>>
}
