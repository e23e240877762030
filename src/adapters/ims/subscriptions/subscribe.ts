import type { Subscriber } from '#core'
import {
  contactOf,
  type Grant,
  type Notifier,
  parseDelta,
  parseEvent,
  parseUri,
  parseWorded,
  type ServerTransaction,
  type SipRequest,
  tokensOf,
} from '#sip'
import type { EventPackage } from './event-package.ts'

export type SubscribePorts = {
  notifier: Notifier
  packages: readonly EventPackage[]
  /** Seconds that a subscription lasts at most; 0: as long as is asked for. */
  subscribeExpires: () => number
  refuse: (transaction: ServerTransaction, status: number, headers?: [string, string][]) => void
}

/** Ten days, as the manual's subscribe_expires: nobody is believed for longer. */
const LONGEST_S = 864_000
/** Who wants to come back sooner is told 423, RFC 6665 §4.2.1.1. */
const SHORTEST_S = 10
/** In all; each handset has one. */
const MOST_SUBSCRIPTIONS = 200_000
const RETRY_AFTER_S = 60
/** What is kept of a subscriber for days has its bounds, in characters. */
const LONGEST_DIALOG = 4000

export type Subscribe = {
  /** Value of Allow-Events. */
  readonly events: string
  /** A SUBSCRIBE that goes on with a subscription: true, and dealt with. */
  within(transaction: ServerTransaction): boolean
  /** A new one, of who proved to be `watcher`; undefined: a trusted neighbour. */
  begin(transaction: ServerTransaction, watcher: Subscriber | undefined): void
}

/** SUBSCRIBE, RFC 6665 §4.2.1: what is wanted, whether we have it, and for how long. */
export const createSubscribe = (ports: SubscribePorts): Subscribe => {
  const { notifier, packages, refuse } = ports
  const names = packages.map(({ name }) => name).join(', ')

  const packageOf = ({ headers }: SipRequest): EventPackage | undefined => {
    const event = parseEvent(headers.get('Event') ?? '')
    return packages.find(({ name }) => name === event?.event)
  }

  /** Never longer than asked for, RFC 6665 §4.2.1.1. */
  const grantOf = ({ headers }: SipRequest, usualS: number): Grant => {
    const asked = parseDelta(headers.get('Expires') ?? '')
    if (asked !== undefined && asked > 0 && asked < SHORTEST_S)
      return { status: 423, headers: [['Min-Expires', `${SHORTEST_S}`]] }
    const setting = ports.subscribeExpires()
    const most = setting > 0 ? setting : LONGEST_S
    return { expiresS: Math.min(asked ?? (setting > 0 ? setting : usualS), most) }
  }

  return {
    events: names,
    within: (transaction) =>
      notifier.onSubscribe(transaction, (request) =>
        grantOf(request, packageOf(request)?.usualS ?? SHORTEST_S),
      ),
    begin(transaction, watcher) {
      const { request } = transaction
      if (transaction.answered) return
      const wanted = packageOf(request)
      if (!wanted) return refuse(transaction, 489, [['Allow-Events', names]])
      const { contentType } = wanted
      if (!accepts(request, contentType)) return refuse(transaction, 406, [['Accept', contentType]])
      if (!isReachable(request)) return refuse(transaction, 400)
      const uri = parseUri(request.uri)
      if (!uri.ok) return refuse(transaction, 400)
      const granted = grantOf(request, wanted.usualS)
      if ('status' in granted) return refuse(transaction, granted.status, granted.headers)
      const opened = wanted.open(uri.value, watcher)
      if (!opened.ok) return refuse(transaction, opened.error)
      if (notifier.size >= MOST_SUBSCRIPTIONS)
        return refuse(transaction, 503, [['Retry-After', `${RETRY_AFTER_S}`]])
      opened.value.begun(notifier.begin(transaction, granted.expiresS, opened.value.watched))
    },
  }
}

/** Whether a subscriber that says what it reads reads that; one that does not reads what its package is made of. */
const accepts = ({ headers }: SipRequest, type: string): boolean => {
  if (!headers.has('Accept')) return true
  const ranges = new Set(['*/*', `${type.split('/')[0]}/*`, type])
  return tokensOf(headers, 'Accept').some((token) => {
    const range = parseWorded(token)
    return range !== undefined && ranges.has(range.word) && Number(range.params.get('q') ?? 1) > 0
  })
}

/** Without a contact no NOTIFY could ever follow, RFC 6665 §4.1.2.1. */
const isReachable = ({ headers }: SipRequest): boolean => {
  const contact = contactOf(headers)
  const size = (name: string): number => headers.all(name).join().length
  const texts = ['Contact', 'Record-Route', 'From', 'To', 'Call-ID', 'Event'].reduce(
    (n, name) => n + size(name),
    0,
  )
  return contact !== undefined && /^sips?:/i.test(contact) && texts <= LONGEST_DIALOG
}
