import type { Timers } from '#lib/clock'
import { createRemaining, type Hours } from '#lib/hours'
import { err, ok } from '#lib/result'
import type { Events } from '../events.ts'
import { createClaims } from './claims.ts'
import type { Device, DeviceKind, Fleet, Line, LineState, SendResult, Sighting } from './contract.ts'
import { createConversations, type Recall } from './conversations.ts'
import { createEntry, type Entry, isRestricted, type SimRules, viewOf, whyOf } from './lines.ts'
import { createOrdered } from './ordered.ts'
import { createPlaces, isUp } from './places.ts'
import { admit, createPool, dismiss, move, type Pool } from './pools.ts'
import { noted } from './sightings.ts'
import { type Card, createSims, isSameCard, type KeptSim, keyOf, nextDayMs, type SimStore } from './sims.ts'

export type FleetPorts = {
  timers: Timers
  events: Pick<Events, 'publish'>
  rules: SimRules
  /** Nothing is sent within these, by any line. */
  quiet?: Hours
  store?: SimStore
  /** Cards of processes before this one. `recipients`: hashes of the numbers that they texted this month. */
  kept?: Iterable<KeptSim & { recipients?: number[] }>
  /**
   * Tells numbers, and the key of the card that each one last had to do with, in processes before this one; the newest
   * first. Until it ends, numbers that it has not told wait for their sticky line.
   */
  recall?: Recall
}

type Box = Device & { entries: Map<string, Entry>; pool: Pool }

/** Strangers make no lines; a device gone mad must not fill the memory either. */
const MOST_LINES = 1_000_000

/** All lines of all gateways: what is known of them, which may send, and what their cards have sent. */
export const createFleet = (ports: FleetPorts): Fleet => {
  const { timers, events, rules, quiet } = ports
  const wallMs = (): number => timers.clock.wallMs()
  const sims = createSims(ports.store, wallMs, ports.kept)
  const boxes = new Map<string, Box>()
  const byId = new Map<string, Entry>()
  const ids = createOrdered()
  const places = createPlaces(sims, byId)
  const states = new Map<LineState, number>()
  const all = createPool(({ ofAll }) => ofAll)
  const conversations = createConversations({ sims, byId, recall: ports.recall, onRecalled: () => free() })
  const quietMs = createRemaining(quiet)
  const hearers = new Set<() => void>()
  /** Lines whose limits end with the day. */
  const limited = new Set<Entry>()
  const view = (entry: Entry): Line => viewOf(entry, sims.countsOf(entry.card), rules)
  const tell = (entry: Entry): void => events.publish({ kind: 'line.changed', line: view(entry) })
  const poolOf = (target: string): Pool | undefined => (target === '*' ? all : boxes.get(target)?.pool)
  const claims = createClaims({
    ...{ byId, poolOf, rules, wallMs },
    knownTo: conversations.lineOf,
    isOpen: conversations.isOpen,
    quietMs: () => quietMs(wallMs()),
  })

  const free = (): void => {
    for (const hear of hearers) hear()
  }

  /** Counts a line where it belongs after something about it has changed; true when that says anything new to an operator. */
  const refresh = (entry: Entry): boolean => {
    sims.turn(entry.card, wallMs())
    const before = entry.why
    const why = whyOf(entry, rules, wallMs())
    if (why === 'at limit') limited.add(entry)
    if (why === before) return false
    move((boxes.get(entry.device) as Box).pool, entry, why)
    move(all, entry, why)
    entry.why = why
    if (why === 'resting') later(entry, entry.card.restUntilMs - wallMs())
    if (why === 'suspect') later(entry, entry.card.suspectUntilMs - wallMs())
    if (why === undefined) free()
    return ![before, why].every((one) => one === undefined || one === 'busy' || one === 'resting')
  }
  const later = (entry: Entry, ms: number): void => {
    timers.after(ms, () => {
      if (byId.get(entry.id) !== entry) return
      const before = entry.why
      if (refresh(entry)) tell(entry)
      // The wall clock was set back, or another text went meanwhile.
      if (entry.why === before && before === 'resting') later(entry, entry.card.restUntilMs - wallMs())
      if (entry.why === before && before === 'suspect') later(entry, entry.card.suspectUntilMs - wallMs())
    })
  }
  const onNewDay = (): void => {
    const those = [...limited]
    limited.clear()
    for (const entry of those) if (refresh(entry)) tell(entry)
    timers.after(nextDayMs(wallMs()) - wallMs(), onNewDay)
  }
  timers.after(nextDayMs(wallMs()) - wallMs(), onNewDay)

  const boxOf = (name: string, kind: DeviceKind): Box => {
    const known = boxes.get(name)
    if (known) return known
    const box: Box = {
      ...{ name, kind, lines: 0, registered: 0, seenAtMs: wallMs(), fields: {} },
      ...{ entries: new Map(), pool: createPool(({ ofDevice }) => ofDevice) },
    }
    boxes.set(name, box)
    return box
  }
  const appear = ({ device, line, kind, sim }: Sighting, box: Box): Entry => {
    const entry = createEntry(device, line, kind, sims.of(sim, `${device}/${line}`), wallMs())
    sims.enter(entry.card, entry.id)
    box.entries.set(line, entry)
    byId.set(entry.id, entry)
    ids.add(entry.id)
    inState(entry.state, 1)
    box.lines++
    admit(box.pool, entry)
    admit(all, entry)
    return entry
  }
  const inState = (state: LineState, by: number): void =>
    void states.set(state, (states.get(state) ?? 0) + by)
  const setState = (entry: Entry, box: Box, state: Entry['state']): void => {
    const was = isUp(entry)
    inState(entry.state, -1)
    inState(state, 1)
    entry.state = state
    entry.sinceMs = wallMs()
    box.registered += Number(isUp(entry)) - Number(was)
  }

  const sight = (sighting: Sighting): void => {
    const now = wallMs()
    const box = boxOf(sighting.device, sighting.kind)
    box.seenAtMs = now
    const known = box.entries.get(sighting.line)
    if (!known && byId.size >= MOST_LINES) return
    const entry = known ?? appear(sighting, box)
    entry.seenAtMs = now
    const change = noted(entry, sighting)
    if (change !== 'sim') places.back(entry, sighting.state)
    if (change === 'nothing' && known) return
    if (entry.state !== sighting.state) setState(entry, box, sighting.state)
    if (change === 'sim') {
      entry.card = sims.of(entry.sim, entry.id, entry.card)
      sims.enter(entry.card, entry.id)
    }
    if (refresh(entry) || change === 'state' || change === 'sim' || !known) tell(entry)
  }

  const loseOne = (entry: Entry, box: Box, reason: string): void => {
    entry.detail = reason
    if (entry.state === 'offline') return
    setState(entry, box, 'offline')
    refresh(entry)
    tell(entry)
  }

  const failed = (card: Card): void => {
    sims.failed(card)
    if (rules.suspectAfter <= 0 || ++card.failuresInRow < rules.suspectAfter) return
    card.suspectUntilMs = wallMs() + rules.suspectMs
  }
  const settle = (entry: Entry, card: Card, to: string, result: SendResult): void => {
    if (result.kind === 'refused') {
      if (result.fault === 'line') failed(card)
      else if (result.fault === 'number') sims.failed(card)
      return
    }
    entry.sentSince++
    sims.sent(card, to)
    conversations.note(to, card.key)
    if (result.kind === 'unknown') return failed(card)
    card.failuresInRow = 0
  }

  return {
    sight,
    lose(device, line, reason) {
      const box = boxes.get(device)
      if (!box) return
      if (line === undefined) for (const entry of box.entries.values()) loseOne(entry, box, reason)
      const entry = line === undefined ? undefined : box.entries.get(line)
      if (entry) loseOne(entry, box, reason)
    },
    forget(device, line) {
      const box = boxes.get(device)
      const entry = box?.entries.get(line)
      if (!box || !entry) return
      loseOne(entry, box, 'removed')
      dismiss(box.pool, entry)
      dismiss(all, entry)
      box.entries.delete(line)
      byId.delete(entry.id)
      ids.delete(entry.id)
      inState(entry.state, -1)
      limited.delete(entry)
      if (--box.lines === 0) boxes.delete(device)
    },
    describe(device, kind, fields) {
      const box = boxOf(device, kind)
      box.fields = fields
      box.seenAtMs = wallMs()
    },
    list: () => Array.from(byId.values(), view),
    *lines(after, device) {
      const prefix = device === undefined ? '' : `${device}/`
      const from = after === undefined || after < prefix ? prefix : after
      for (const id of ids.from(from)) {
        if (!id.startsWith(prefix)) return
        const entry = byId.get(id)
        if (entry) yield view(entry)
      }
    },
    totals() {
      let sendable = all.size
      for (const count of all.whys.values()) sendable -= count
      return { states: Object.fromEntries([...states].filter(([, count]) => count > 0)), sendable }
    },
    get: (id) => {
      const entry = byId.get(id)
      return entry && view(entry)
    },
    kindOf: (id) => byId.get(id)?.kind,
    simOf: (id) => byId.get(id)?.sim,
    linesOf: places.linesOf,
    devices: () =>
      Array.from(boxes.values(), ({ name, kind, lines, registered, seenAtMs, fields }) => ({
        ...{ name, kind, lines, registered, seenAtMs, fields },
      })),
    *cards(after) {
      for (const key of sims.keys.from(after)) {
        const card = sims.cards.get(key)
        if (!card) continue
        const { locked, line } = card
        const isThere = line !== undefined && byId.get(line)?.card === card
        yield { key, locked, counts: sims.countsOf(card), ...(isThere && { line }) }
      }
    },
    claim(wish) {
      const found = claims(wish)
      if (!found.ok) return err(found.error)
      const entry = found.value
      const { card } = entry
      entry.busy = true
      entry.sending = card
      const restMs = Math.max(rules.pacingMs, wish.pacingMs ?? 0)
      if (restMs > 0) card.restUntilMs = wallMs() + restMs
      refresh(entry)
      const { id, device, line, kind, sim } = entry
      return ok({ id, device, line, kind, sim })
    },
    release(id, to, result) {
      const entry = byId.get(id)
      if (!entry) return
      const was = isRestricted(entry, rules)
      entry.busy = false
      settle(entry, entry.sending ?? entry.card, to, result)
      entry.sending = undefined
      if (refresh(entry) || isRestricted(entry, rules) !== was) tell(entry)
    },
    received(id, from, sim) {
      const entry = byId.get(id)
      if (!entry) return
      // The card of another slot than the one in use.
      const isOther = sim !== undefined && isSameCard(entry.sim, sim) === false
      const key = isOther ? keyOf(sim, id) : entry.card.key
      sims.received(sims.cards.get(key) ?? entry.card)
      if (from !== undefined) conversations.note(from, key)
    },
    sentElsewhere(id, to) {
      const entry = byId.get(id)
      if (!entry) return
      entry.sentSince++
      sims.sent(entry.card, to)
      if (refresh(entry)) tell(entry)
    },
    lock(id, locked) {
      const entry = byId.get(id)
      if (!entry) return false
      sims.lock(entry.card, locked)
      refresh(entry)
      tell(entry)
      return true
    },
    onFree(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
  }
}
