import type { Random } from '#lib/random'
import { keep } from '#lib/text'
import type { ServerTransaction } from '../contract.ts'
import { tagOf } from '../grammar/address.ts'
import { parseEvent, reasonPhrase } from '../grammar/fields.ts'
import { createResponse, type SipRequest } from '../grammar/message.ts'
import { type Dialog, dialogOfRequest, inOrder } from './dialog.ts'
import { Subscription, type SubscriptionPorts, type Watched } from './subscription.ts'

export type NotifierPorts = Omit<SubscriptionPorts, 'forget'> & { random: Random }

/** Seconds to grant a SUBSCRIBE, or why it is not served. */
export type Grant = { expiresS: number } | { status: number; headers?: [name: string, value: string][] }

export type Notifier = {
  /**
   * A SUBSCRIBE inside a dialogue of ours: dealt with, and true; false when there is no such subscription (it is over,
   * or from before a restart), to be answered 481. `grant` judges how long it goes on.
   */
  onSubscribe(transaction: ServerTransaction, grant: (request: SipRequest) => Grant): boolean
  /** Begins a subscription: 200 and the first NOTIFY leave at once. */
  begin(transaction: ServerTransaction, expiresS: number, watched: Watched): Subscription
  /** Alive, those that wait for the answer to their last NOTIFY not counted. */
  readonly size: number
}

/** The dialogue in copies: it outlives the datagram that its texts were cut from. */
const kept = (dialog: Dialog): Dialog => ({
  ...dialog,
  callId: keep(dialog.callId),
  remoteTag: keep(dialog.remoteTag),
  local: keep(dialog.local),
  remote: keep(dialog.remote),
  target: keep(dialog.target),
  routes: dialog.routes.map(keep),
})

/** All subscriptions to state of this house, found by our tag; RFC 6665. */
export const createNotifier = (rest: NotifierPorts): Notifier => {
  const { random } = rest
  const byTag = new Map<string, Subscription>()
  const ports: SubscriptionPorts = { ...rest, forget: ({ dialog }) => void byTag.delete(dialog.localTag) }

  const find = ({ headers }: SipRequest): Subscription | undefined => {
    const found = byTag.get(tagOf(headers.get('To') ?? '') ?? '')
    if (!found || found.dialog.callId !== headers.get('Call-ID')) return undefined
    return found.dialog.remoteTag === (tagOf(headers.get('From') ?? '') ?? '') ? found : undefined
  }

  const refuse = (transaction: ServerTransaction, status: number, headers: [string, string][] = []): void => {
    const response = createResponse(transaction.request, status, reasonPhrase(status))
    for (const [name, value] of headers) response.headers.add(name, value)
    transaction.respond(response)
  }

  return {
    onSubscribe(transaction, grant) {
      const { request } = transaction
      const subscription = find(request)
      // One dialogue carries one subscription: another package in it is none that exists, RFC 6665 §4.5.1.
      if (!subscription || !sameEvent(subscription.event, request.headers.get('Event') ?? '')) return false
      if (!inOrder(subscription.dialog, request)) refuse(transaction, 500)
      else {
        const granted = grant(request)
        if ('status' in granted) refuse(transaction, granted.status, granted.headers)
        else {
          subscription.retarget(request, keep)
          subscription.grant(transaction, granted.expiresS)
        }
      }
      return true
    },
    begin(transaction, expiresS, watched) {
      const { request, flow } = transaction
      const localTag = random.token()
      const event = keep(request.headers.get('Event') ?? '')
      const dialog = kept(dialogOfRequest(request, localTag))
      const subscription = new Subscription(ports, dialog, event, flow, watched)
      byTag.set(localTag, subscription)
      subscription.grant(transaction, expiresS)
      return subscription
    },
    get size() {
      return byTag.size
    },
  }
}

/** Package and id are the same, RFC 6665 §4.5.2. */
const sameEvent = (a: string, b: string): boolean => {
  const [one, other] = [parseEvent(a), parseEvent(b)]
  return one !== undefined && one.event === other?.event && one.id === other.id
}
