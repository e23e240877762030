import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import type { Events } from '../events.ts'
import type { Fleet, GatewayCall, GatewayEvent, GatewayInbox, InboundText, Told } from '../fleet/contract.ts'
import { hashOf, isSameCard } from '../fleet/sims.ts'
import type { Messages } from '../messages/contract.ts'
import type { DedupeClaim, MessageVia } from '../messages/record.ts'
import { createCardTexts } from './card-texts.ts'
import { viaOf } from './carrier.ts'
import { createOnce } from './firsts.ts'
import { createReportKeys } from './report-keys.ts'
import { createReports } from './reports.ts'
import { type GatewayStore, marksOfReport, type ParkedReport } from './store.ts'

export type InboxPorts = {
  timers: Timers
  random: Random
  fleet: Pick<Fleet, 'simOf' | 'linesOf' | 'received'>
  messages: Pick<Messages, 'accept' | 'report' | 'correct' | 'get'>
  store: GatewayStore
  events: Pick<Events, 'publish'>
  /** What `store.loadParked` gave. */
  parked: ParkedReport[]
  /** How long a delivery report is awaited. */
  reportMs: number
}

/** Keys of the store are bounded. */
const LONGEST_KEY = 190
const LONGEST_FROM = 255
/** An answer after more than a month is none. */
const CONVERSATION_MS = 31 * 24 * 60 * 60_000

/** What devices say, on disk before they are told so. `onHanded`: a text of ours is in a device's hands. */
export const createGatewayInbox = (
  ports: InboxPorts,
): GatewayInbox & { onHanded(id: string, line: string, marks: string[]): void } => {
  const { timers, random, fleet, messages, store, events, parked, reportMs } = ports
  const wallMs = (): number => timers.clock.wallMs()
  const once = createOnce<Told>(wallMs, { duplicate: true })
  const keys = createReportKeys(store, wallMs, 'event')
  const startedMs = wallMs()
  const nextId = (): string => random.token(20)
  const cardTexts = createCardTexts({ fleet, store, messages })
  const reports = createReports({
    ...{ timers, fleet, messages, cardTexts, store, left: parked, nextId, reportMs },
  })

  /** The device may know the text's own card, in another slot than the one in use. */
  const cameBy = ({ line, sim }: InboundText): MessageVia => {
    const there = fleet.simOf(line) ?? {}
    const { number = there.number } = sim
    const isThere = isSameCard(there, sim) ?? (there.number === undefined || number === there.number)
    return viaOf({ id: line, sim: isThere ? { ...there, ...sim } : sim })
  }
  const draftOf = (text: InboundText, via: MessageVia) => {
    const to = via.number ?? text.line
    const { dedupe, keyMs } = text
    return {
      ...{
        origin: 'gateway' as const,
        from: text.from.slice(0, LONGEST_FROM),
        to: { user: to, text: to },
        via,
      },
      dedupe: dedupe.length <= LONGEST_KEY ? dedupe : `${dedupe.slice(0, 170)}${hashOf(dedupe)}`,
      ...(keyMs !== undefined && { dedupeMs: keyMs }),
      body: { kind: 'text' as const, text: text.text },
    }
  }
  /** The subscriber whose text this card last sent to the number that writes now, by whatever line. */
  const whoWrote = async ({ line, from }: InboundText, via: MessageVia): Promise<string | undefined> => {
    const [mark] = marksOfReport(undefined, from)
    if (mark === undefined) return undefined
    return (await cardTexts.last(via, line, mark, wallMs() - CONVERSATION_MS))?.fromImpi
  }

  const begunAt = async (line: string, ms: number): Promise<GatewayCall | undefined> => {
    const begun = await store.calls({ line, sinceMs: ms, beforeMs: ms + 1, limit: 1 })
    return begun[0]
  }
  /** No key of a process before this one is in force any more, and what this one has taken `once` knows as long. */
  const isKnownHere = ({ keyMs }: GatewayEvent, claim: DedupeClaim | undefined): boolean =>
    keyMs === undefined && claim !== undefined && claim.nowMs - startedMs > claim.untilMs - claim.nowMs
  /** A process before this one may have taken it, and died before the device was told so. */
  const noted = async (event: GatewayEvent): Promise<Result<Told, 'failure'>> => {
    try {
      const claim = keys.claimOf(event)
      const taken = isKnownHere(event, claim) ? undefined : await keys.holderOf(claim)
      if (taken !== undefined) {
        const call = event.call && (await begunAt(event.line, Number(taken)))
        return ok({ duplicate: true, ...(call && { call }) })
      }
      await store.addEvent(event, claim)
    } catch {
      return err('failure')
    }
    if (event.alarm) events.publish({ kind: 'gateway.alarm', alarm: event })
    return ok({ duplicate: false })
  }

  return {
    async text(text) {
      const via = cameBy(text)
      const answerTo = await whoWrote(text, via).catch(() => undefined)
      const draft = { ...draftOf(text, via), ...(answerTo !== undefined && { answerTo }) }
      let accepted = await messages.accept(draft)
      // No device sends so much; whatever it is, the device would repeat it for ever.
      if (!accepted.ok && accepted.error === 'bad-request')
        accepted = await messages.accept({
          ...draft,
          body: { kind: 'text', text: text.text.slice(0, 30_000) },
        })
      if (!accepted.ok) return err(accepted.error === 'overloaded' ? 'overloaded' : 'failure')
      if (!accepted.value.duplicate) fleet.received(text.line, text.from, via)
      return accepted
    },
    report: reports.take,
    result: reports.takeResult,
    event: (event) => once(event.dedupe, () => noted(event)),
    call: (call) => kept(store.saveCall(call)),
    onHanded: reports.onHanded,
  }
}

const kept = (writing: Promise<void>): Promise<Result<void, 'failure'>> =>
  writing.then(
    () => ok(undefined),
    () => err('failure'),
  )
