import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import type { Events } from '../events.ts'
import type { Fleet, GatewayEvent, GatewayInbox, InboundText } from '../fleet/contract.ts'
import { hashOf } from '../fleet/sims.ts'
import type { Messages } from '../messages/contract.ts'
import { viaOf } from './carrier.ts'
import { createOnce } from './firsts.ts'
import { createReports } from './reports.ts'
import { type GatewayStore, marksOfReport, type ParkedReport } from './store.ts'

export type InboxPorts = {
  timers: Timers
  random: Random
  fleet: Pick<Fleet, 'get' | 'received'>
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
  const once = createOnce(() => timers.clock.wallMs())
  const nextId = (): string => random.token(20)
  const reports = createReports({ timers, messages, store, left: parked, nextId, reportMs })

  const draftOf = (text: InboundText) => {
    const via = viaOf({ id: text.line, sim: { ...fleet.get(text.line)?.sim, ...text.sim } })
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
  /** The subscriber whose text this line, with whatever card, last sent to the number that writes now. */
  const whoWrote = async ({ line, from }: InboundText): Promise<string | undefined> => {
    const [mark] = marksOfReport(undefined, from)
    if (mark === undefined) return undefined
    const since = timers.clock.wallMs() - CONVERSATION_MS
    const [last] = await store.handedTo(line, mark, since)
    return last === undefined ? undefined : (await messages.get(last))?.fromImpi
  }

  const noted = async (event: GatewayEvent): Promise<Result<void, 'failure'>> => {
    const done = await kept(store.addEvent(event))
    if (done.ok && event.alarm) events.publish({ kind: 'gateway.alarm', alarm: event })
    return done
  }

  return {
    async text(text) {
      const answerTo = await whoWrote(text).catch(() => undefined)
      const draft = { ...draftOf(text), ...(answerTo !== undefined && { answerTo }) }
      let accepted = await messages.accept(draft)
      // No device sends so much; whatever it is, the device would repeat it for ever.
      if (!accepted.ok && accepted.error === 'bad-request')
        accepted = await messages.accept({
          ...draft,
          body: { kind: 'text', text: text.text.slice(0, 30_000) },
        })
      if (!accepted.ok) return err(accepted.error === 'overloaded' ? 'overloaded' : 'failure')
      if (!accepted.value.duplicate) fleet.received(text.line, text.from)
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
