import { Table } from '#lib/table'
import type { Shown } from '../call-ports.ts'
import type { CallState, CoreEvent, Events, LiveCall } from '../events.ts'
import type { Side } from '../ports.ts'
import type { Registrations } from '../registrations.ts'
import type { Subscriber } from '../subscribers.ts'
import { dialogOf, idOf, type PhoneDialog } from './dialogs-of-call.ts'

export const LAMPS = ['idle', 'calling', 'alerting', 'ringing', 'busy', 'held', 'unavailable'] as const
/** What a lamp shows; `unavailable`: no phone of that person is there. */
export type Lamp = (typeof LAMPS)[number]

/** The call that a lamp shows, if any: the one that says most of all that there are. */
export type LampState = { lamp: Lamp; direction?: 'in' | 'out'; remote?: Shown }

export type LampsPorts = {
  events: Pick<Events, 'subscribe'>
  registrations: Pick<Registrations, 'of'>
  /** Calls under way, for whoever begins to look. */
  calls: () => readonly LiveCall[]
}

/** `changed`: the call that is another one now; undefined: phones came or went. */
export type Watcher = (changed: PhoneDialog | undefined) => void

type Watched = { watchers: Set<Watcher>; here: boolean }

const lampOfDialog = ({ state, direction, held }: PhoneDialog): Lamp => {
  if (state === 'confirmed') return held ? 'held' : 'busy'
  if (state === 'early') return 'ringing'
  return direction === 'initiator' ? 'calling' : 'alerting'
}

/** The higher, the more it says: who speaks is busy, whatever else rings. */
const RANKS: readonly Lamp[] = ['calling', 'alerting', 'ringing', 'held', 'busy']

const SIDES = ['caller', 'callee'] as const
const NONE: ReadonlyMap<string, PhoneDialog> = new Map()

/** Where a mailbox has answered, it is not its owner who talks. */
const personAt = ({ offer, called, record }: LiveCall, side: Side): Subscriber | undefined => {
  if (side === 'caller') return offer.caller.subscriber
  return record.mailbox === undefined ? called?.subscriber : undefined
}

/**
 * Who is in a call now, for those who watch: every kind of phone, browsers among them. Costs nothing as long as nobody
 * watches anybody, and the same for each change of a call however many watch.
 */
export const createLamps = ({ events, registrations, calls }: LampsPorts) => {
  const watched = new Map<Subscriber, Watched>()
  let dialogs = new Table<Subscriber, Map<string, PhoneDialog>>()
  /** Who sits where in each call: a call that is passed on leaves somebody. */
  let seats = new Table<string, { [S in Side]?: Subscriber | undefined }>()
  let deafen: (() => void) | undefined

  const tell = (subscriber: Subscriber, changed: PhoneDialog | undefined): void => {
    for (const hear of [...(watched.get(subscriber)?.watchers ?? [])]) hear(changed)
  }
  const put = (subscriber: Subscriber, dialog: PhoneDialog): void => {
    const own = dialogs.get(subscriber) ?? new Map<string, PhoneDialog>()
    if (dialog.state === 'terminated') own.delete(dialog.id)
    else own.set(dialog.id, dialog)
    if (own.size > 0) dialogs.set(subscriber, own)
    else dialogs.delete(subscriber)
    tell(subscriber, dialog)
  }
  const leave = (subscriber: Subscriber, id: string): void => {
    const left = dialogs.get(subscriber)?.get(id)
    if (left) put(subscriber, { ...left, state: 'terminated', end: 'cancelled' })
  }
  const note = (call: LiveCall, state: CallState): void => {
    const { id } = call.record
    const before = seats.get(id) ?? {}
    const now: typeof before = {}
    for (const side of SIDES) {
      const [was, is] = [before[side], personAt(call, side)]
      if (was && was !== is) leave(was, idOf(id, side))
      if (is) put(is, dialogOf(call, side, state))
      now[side] = is
    }
    if (state === 'ended') seats.delete(id)
    else seats.set(id, now)
  }
  const hear = (event: CoreEvent): void => {
    if (event.kind === 'call.changed' && event.live) return note(event.live, event.state)
    if (event.kind !== 'registration.changed') return
    const { subscriber } = event.binding
    const entry = watched.get(subscriber)
    const here = registrations.of(subscriber).length > 0
    if (!entry || entry.here === here) return
    entry.here = here
    tell(subscriber, undefined)
  }

  const start = (): void => {
    deafen = events.subscribe(hear)
    for (const call of calls()) note(call, call.state)
  }
  const stop = (): void => {
    deafen?.()
    deafen = undefined
    dialogs = new Table()
    seats = new Table()
  }

  return {
    /** Hears of every change until the function that it gives is called. */
    watch(subscriber: Subscriber, watcher: Watcher): () => void {
      if (!deafen) start()
      const here = registrations.of(subscriber).length > 0
      const entry = watched.get(subscriber) ?? { watchers: new Set<Watcher>(), here }
      watched.set(subscriber, entry)
      entry.watchers.add(watcher)
      return () => {
        if (!entry.watchers.delete(watcher) || entry.watchers.size > 0) return
        watched.delete(subscriber)
        if (watched.size === 0) stop()
      }
    },
    /** Calls of somebody who is watched. */
    dialogsOf: (subscriber: Subscriber): PhoneDialog[] => [...(dialogs.get(subscriber) ?? NONE).values()],
    /** The lamp of somebody who is watched. */
    lampOf(subscriber: Subscriber): LampState {
      let best: PhoneDialog | undefined
      for (const dialog of (dialogs.get(subscriber) ?? NONE).values())
        if (!best || RANKS.indexOf(lampOfDialog(dialog)) > RANKS.indexOf(lampOfDialog(best))) best = dialog
      if (!best) return { lamp: registrations.of(subscriber).length > 0 ? 'idle' : 'unavailable' }
      const { direction, remote } = best
      return { lamp: lampOfDialog(best), direction: direction === 'initiator' ? 'out' : 'in', remote }
    },
    /** People watched. */
    get count(): number {
      return watched.size
    },
  }
}
export type Lamps = ReturnType<typeof createLamps>
