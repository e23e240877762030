import type { Found, Lamps, PhoneDialog, Subscriber, Subscribers } from '#core'
import { DIALOG_INFO_TYPE, type DialogOf, HELD, printDialogInfo } from '#dialog-info'
import type { Timers } from '#lib/clock'
import { nameOfText } from '#lib/hash'
import { err, ok } from '#lib/result'
import type { Subscription } from '#sip'
import { identityUri, keyOfUri } from '../identity.ts'
import type { EventPackage } from './event-package.ts'

export type DialogEventPorts = {
  timers: Timers
  subscribers: Pick<Subscribers, 'byIdentity'>
  lamps: Pick<Lamps, 'watch' | 'dialogsOf'>
}

/** RFC 4235 §3.4. */
const USUAL_S = 3600
/** §3.10. */
const PACE_MS = 1000
/** Watchers of one subscriber; past it the oldest is asked to come back later. */
export const MOST_WATCHERS = 200
const COME_BACK_S = 600
/** Calls that may change between two notifications; past it all is told. */
const MOST_CHANGES = 32
const NOBODY = 'sip:anonymous@anonymous.invalid'

const encoder = new TextEncoder()

const dialogInfoOf = (own: string, nowMs: number, dialog: PhoneDialog): DialogOf => {
  const { id, direction, state, held, remote, end, beganAtMs } = dialog
  return {
    ...{ id: nameOfText(id), direction, state },
    ...(end && { event: end }),
    ...(state === 'confirmed' && { duration: Math.max(0, Math.round((nowMs - beganAtMs) / 1000)) }),
    local: { identity: own, target: own, ...(held && { params: HELD }) },
    remote: {
      identity: remote.identity === '' ? NOBODY : remote.identity,
      ...(remote.display !== '' && { display: remote.display }),
    },
  }
}

/** What one watcher has still to hear: each call as it is now, with those that are over said once. */
class Unheard {
  #waiting = new Map<string, PhoneDialog>()
  #under = new Map<string, PhoneDialog>()

  note(dialog: PhoneDialog): void {
    this.#waiting.set(dialog.id, dialog)
  }
  take(): { changes: PhoneDialog[]; whole: boolean } {
    for (const [id, dialog] of this.#waiting) this.#under.set(id, dialog)
    this.#waiting = new Map()
    return { changes: [...this.#under.values()], whole: this.#under.size > MOST_CHANGES }
  }
  told(): void {
    this.#under = new Map()
  }
}

/** The event package `dialog`, RFC 4235: whoever is of the house may watch whose phone is in use. */
export const createDialogEvent = ({ timers, subscribers, lamps }: DialogEventPorts): EventPackage => {
  const watchers = new Map<Subscriber, Set<Subscription>>()

  const enter = (subscriber: Subscriber, subscription: Subscription): void => {
    const all = watchers.get(subscriber) ?? new Set()
    const [oldest] = all
    if (all.size >= MOST_WATCHERS) oldest?.end('probation', COME_BACK_S)
    watchers.set(subscriber, all.add(subscription))
  }
  const leave = (subscriber: Subscriber, subscription: Subscription | undefined): void => {
    const all = watchers.get(subscriber)
    if (!subscription || !all?.delete(subscription)) return
    if (all.size === 0) watchers.delete(subscriber)
  }

  const watchOf = ({ subscriber, identity }: Found) => {
    const own = identityUri(identity, subscriber.domain)
    const unheard = new Unheard()
    let subscription: Subscription | undefined
    let version = 0
    const stop = lamps.watch(subscriber, (changed) => {
      if (!changed) return
      unheard.note(changed)
      subscription?.changed()
    })
    const watched = {
      contentType: DIALOG_INFO_TYPE,
      paceMs: PACE_MS,
      compose: (isAsked: boolean) => {
        const { changes, whole } = unheard.take()
        const isWhole = isAsked || whole
        const over = changes.filter(({ state }) => state === 'terminated')
        const told = isWhole ? [...lamps.dialogsOf(subscriber), ...over] : changes
        const nowMs = timers.clock.wallMs()
        const dialogs = told.map((dialog) => dialogInfoOf(own, nowMs, dialog))
        const state = isWhole ? 'full' : 'partial'
        return encoder.encode(printDialogInfo({ version: version++, state, entity: own, dialogs }))
      },
      onTold: () => unheard.told(),
      onEnd: () => {
        stop()
        leave(subscriber, subscription)
      },
    }
    const begun = (standing: Subscription): void => {
      subscription = standing
      if (standing.ended) stop()
      else enter(subscriber, standing)
    }
    return { watched, begun }
  }

  return {
    name: 'dialog',
    contentType: DIALOG_INFO_TYPE,
    usualS: USUAL_S,
    open(uri) {
      const { user, context } = keyOfUri(uri)
      const found = subscribers.byIdentity(user, context)
      return found ? ok(watchOf(found)) : err(404)
    },
  }
}
