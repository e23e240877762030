import type { Subscriber } from '#core'
import type { Result } from '#lib/result'
import type { Subscription, Uri, Watched } from '#sip'

/** Something that can be subscribed to, RFC 6665 §7.2. A further package is another entry in the list of `ims.ts`. */
export type EventPackage = {
  /** As it stands in Event. */
  readonly name: string
  readonly contentType: string
  /** Seconds for subscribers that do not say how long. */
  readonly usualS: number
  /**
   * Whether `watcher` (undefined: a trusted neighbour) may watch what `uri` names; the error is a status. `begun` is
   * called when the subscription stands.
   */
  open(
    uri: Uri,
    watcher: Subscriber | undefined,
  ): Result<{ watched: Watched; begun(subscription: Subscription): void }, number>
}
