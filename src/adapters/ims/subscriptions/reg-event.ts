import {
  type Binding,
  type CoreEvent,
  type Events,
  isForEmergency,
  isWeb,
  ordinaryOf,
  type Registrations,
  type Subscriber,
  type Subscribers,
  sipPhonesOf,
} from '#core'
import type { Timers } from '#lib/clock'
import { err, ok } from '#lib/result'
import { printReginfo, REGINFO_TYPE } from '#reginfo'
import type { Subscription, Uri } from '#sip'
import { keyOfUri } from '../identity.ts'
import { Changes } from './changes.ts'
import type { EventPackage } from './event-package.ts'
import { reginfoOf } from './reginfo.ts'

export type RegEventPorts = {
  timers: Timers
  subscribers: Subscribers
  registrations: Pick<Registrations, 'of'>
  events: Pick<Events, 'subscribe'>
}

/** RFC 3680 §4.4: a little longer than a registration. */
const USUAL_S = 3761
/** RFC 3680 §4.10. */
const PACE_MS = 5000
/** Watchers of one subscriber; past it the oldest is asked to come back later. */
export const MOST_WATCHERS = 20
const COME_BACK_S = 600

type Watch = { changes: Changes; subscription: Subscription | undefined }

const encoder = new TextEncoder()

/**
 * The event package `reg`, RFC 3680 and TS 24.229 §5.4.2: a subscriber watches itself, a trusted neighbour anybody. When
 * the last contact of a subscriber ends, so do the subscriptions to it.
 */
export const createRegEvent = (ports: RegEventPorts): EventPackage => {
  const { timers, subscribers, registrations, events } = ports
  const watches = new Map<Subscriber, Set<Watch>>()
  const touched = new Set<Subscriber>()
  let deafen: (() => void) | undefined
  const shownOf = (subscriber: Subscriber): Binding[] => sipPhonesOf(ordinaryOf(registrations.of(subscriber)))

  const settle = (): void => {
    for (const subscriber of touched) {
      const isGone = shownOf(subscriber).length === 0
      for (const { subscription, changes } of [...(watches.get(subscriber) ?? [])])
        if (isGone) subscription?.end('noresource')
        else subscription?.changed(changes.urgent)
    }
    touched.clear()
  }

  const hear = (event: CoreEvent): void => {
    if (event.kind !== 'registration.changed') return
    const { binding, change } = event
    const set = watches.get(binding.subscriber)
    // Nobody watches what is bound for emergencies, TS 24.229 §5.2.10; browsers have no contact that others could use.
    if (!set || isForEmergency(binding) || isWeb(binding)) return
    for (const { changes } of set) changes.note(binding, change)
    // A request may take one contact away and bring another: it is judged when all of it is done.
    if (touched.size === 0) queueMicrotask(settle)
    touched.add(binding.subscriber)
  }

  const add = (subscriber: Subscriber, watch: Watch): void => {
    const set = watches.get(subscriber) ?? new Set()
    const [oldest] = set
    if (set.size >= MOST_WATCHERS) oldest?.subscription?.end('probation', COME_BACK_S)
    watches.set(subscriber, set.add(watch))
    // Who registers pays nothing for watchers as long as there are none.
    deafen ??= events.subscribe(hear)
  }

  const remove = (subscriber: Subscriber, watch: Watch): void => {
    const set = watches.get(subscriber)
    if (!set?.delete(watch) || set.size > 0) return
    watches.delete(subscriber)
    if (watches.size > 0) return
    deafen?.()
    deafen = undefined
  }

  const watchOf = (subscriber: Subscriber) => {
    const changes = new Changes()
    const watch: Watch = { changes, subscription: undefined }
    let version = 0
    const watched = {
      contentType: REGINFO_TYPE,
      paceMs: PACE_MS,
      compose: () => {
        const at = { version: version++, now: timers.clock.wallMs() }
        const state = reginfoOf(subscriber, shownOf(subscriber), changes.take(), at)
        return encoder.encode(printReginfo(state))
      },
      onTold: () => changes.told(),
      onEnd: () => remove(subscriber, watch),
    }
    const begun = (subscription: Subscription): void => {
      watch.subscription = subscription
      if (!subscription.ended) add(subscriber, watch)
    }
    return { watched, begun }
  }

  const wanted = (uri: Uri): Subscriber | undefined => {
    const { user, context } = keyOfUri(uri)
    const found = subscribers.byIdentity(user, context)?.subscriber ?? subscribers.byImpi(user)
    return found ?? subscribers.byImpi(`${user}@${uri.host}`)
  }

  return {
    name: 'reg',
    contentType: REGINFO_TYPE,
    usualS: USUAL_S,
    open(uri, watcher) {
      const subscriber = wanted(uri)
      // Whoever asks about somebody else hears the same, whether that is a user of the house or not.
      if (watcher && watcher !== subscriber) return err(403)
      return subscriber ? ok(watchOf(subscriber)) : err(404)
    },
  }
}
