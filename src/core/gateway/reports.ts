import type { Timers } from '#lib/clock'
import { createNewest } from '#lib/newest'
import { err, ok, type Result } from '#lib/result'
import type { CardNames, Fleet, InboundReport, InboundResult, SendResult } from '../fleet/contract.ts'
import type { Messages } from '../messages/contract.ts'
import type { DedupeClaim, MessageStep } from '../messages/record.ts'
import type { CardTexts } from './card-texts.ts'
import { createOnce } from './firsts.ts'
import { createParking, type Parked } from './parking.ts'
import { createReportKeys } from './report-keys.ts'
import { type GatewayStore, marksOfReport, type ParkedReport } from './store.ts'

type ReportPorts = {
  timers: Timers
  fleet: Pick<Fleet, 'simOf'>
  messages: Pick<Messages, 'report' | 'correct'>
  cardTexts: CardTexts
  store: Pick<GatewayStore, 'handedTo' | 'park' | 'unpark' | 'noteKey' | 'holderOf'>
  /** How long a report is awaited of what was sent after all. */
  reportMs: number
  /** Reports that a process before this one has parked. */
  left: ParkedReport[]
  nextId: () => string
}

/** A report tells of a text of the last three days. */
const WINDOW_MS = 72 * 60 * 60_000

const AGAIN_MS = 1000
/** Longer than a device has a text in its hands: a report that nothing of its line has asked for by then is not its line's. */
const ELSEWHERE_MS = 3 * 60_000
/** Texts handed over last, by line and reference: most reports are about them. */
const MOST_HANDED = 20_000
/** Commits that are shared cost little. */
const TOGETHER = 200

/** TP-Status, TS 23.040 §9.2.3.15: 0x00 to 0x1f done, 0x20 to 0x3f still trying, 0x40 to 0x7f given up. */
export const stepOf = (status: number): Omit<MessageStep, 'atMs'> | undefined => {
  if (status === 0x00 || status === 0x02) return { state: 'delivered' }
  if (status < 0x20) return { state: 'sent', reason: 'forwarded, not confirmed', cause: status }
  if (status < 0x40) return { state: 'sent', reason: 'the network still tries', cause: status }
  if (status < 0x80) return { state: 'failed', reason: 'the network gave it up', cause: status }
  return undefined
}

/** What a device's late word makes of a text that was `unknown`; undefined: it says no more than that. */
const stepOfResult = (result: SendResult): Omit<MessageStep, 'atMs'> | undefined => {
  if (result.kind === 'unknown') return undefined
  if (result.kind === 'sent') return { state: 'sent' }
  const { reason, cause } = result
  return { state: 'failed', reason, ...(cause !== undefined && { cause }) }
}

/** Finds the text that a delivery report is about, and tells it; a report without one waits for it. */
export const createReports = (ports: ReportPorts) => {
  const { timers, fleet, messages, cardTexts, store, left, nextId, reportMs } = ports
  const wallMs = (): number => timers.clock.wallMs()
  const parking = createParking(store, left, wallMs)
  const once = createOnce<void>(wallMs, undefined)
  const keys = createReportKeys(store, wallMs)
  const handed = createNewest<string>(MOST_HANDED)

  /**
   * Of texts to the same number the newest that still waits for a report; one that is named is that one only. Its key goes
   * to disk with the step: told again after a restart, it would be taken for the report of another text.
   */
  const tell = async (ids: string[], { report, stored }: Parked): Promise<unknown> => {
    if ('task' in report) return tellResult(ids[0], report)
    const claim = keys.claimOf(report)
    // The process before this one may have died between that step and the end of the parking.
    if (stored && (await keys.holderOf(claim))) return
    for (const id of report.reference === undefined ? ids : ids.slice(0, 1))
      if (await tellOne(id, report, claim)) return
    // Nobody waited for it: nor may a later text, when it is told again.
    if (claim && !stored) await store.noteKey(claim)
  }
  const tellOne = (
    id: string,
    { line, status, sim }: InboundReport,
    claim?: DedupeClaim,
  ): Promise<boolean | undefined> => {
    const step = stepOf(status)
    if (!step) return Promise.resolve(false)
    return messages.report(id, { ...step, route: line }, claim, sim ?? fleet.simOf(line))
  }
  const tellResult = async (id: string | undefined, { result }: InboundResult): Promise<boolean> => {
    const step = stepOfResult(result)
    return id !== undefined && step !== undefined && messages.correct(id, step, reportMs)
  }
  const find = async (report: InboundReport | InboundResult): Promise<string[]> => {
    if ('task' in report) return store.handedTo(report.device, report.task, wallMs() - WINDOW_MS)
    const { line, sim, reference, recipient } = report
    const sinceMs = wallMs() - WINDOW_MS
    for (const mark of marksOfReport(reference, recipient)) {
      const of = reference !== undefined ? cardTexts.named : cardTexts.ofLine
      const ids = await (sim ? of(sim, line, mark, sinceMs) : store.handedTo(line, mark, sinceMs))
      if (ids.length > 0) return ids
    }
    return []
  }
  const cardOf = ({ line, sim }: InboundReport): { sim?: CardNames } => {
    const { iccid, imsi } = sim ?? fleet.simOf(line) ?? {}
    if (iccid === undefined && imsi === undefined) return {}
    return { sim: { ...(iccid !== undefined && { iccid }), ...(imsi !== undefined && { imsi }) } }
  }
  /** It has been told, so that it need not be kept. */
  const over = ({ report, stored }: Parked): void => {
    if (stored) store.unpark(report.id)
  }
  const settle = async (parked: Parked): Promise<void> => {
    const { report } = parked
    const ids = await find(report)
    // Whoever removes it tells it.
    if (ids.length > 0 && parking.remove(parked)) {
      await tell(ids, parked)
      return over(parked)
    }
    if (!parking.has(parked)) return parked.telling
    if (parked.stored) return awaitElsewhere(parked)
    parked.stored = true
    await store.park(report, 'task' in report ? undefined : keys.claimOf(report))
    awaitElsewhere(parked)
  }
  /** Its card may have sent the text by another line, and nothing of this one's is on its way under that name. */
  const awaitElsewhere = (parked: Parked): void => {
    const { report } = parked
    if ('task' in report || !report.sim || !report.recipient) return
    if (!parking.has(parked)) return
    parked.elsewhere = timers.after(ELSEWHERE_MS, async () => {
      const id = await cardTexts.onlyOne(report, wallMs() - WINDOW_MS).catch(() => undefined)
      if (id !== undefined && parking.remove(parked)) await insist(parked, id)
    })
  }
  /** What was acknowledged is told, whatever the disk says now. */
  const insist = async (parked: Parked, id: string): Promise<void> => {
    for (;;)
      try {
        await tell([id], parked)
        return over(parked)
      } catch {
        await new Promise<void>((resume) => void timers.after(AGAIN_MS, resume))
      }
  }

  // The process before this one may have died between the word that a text was sent and its report.
  const settleLeft = async (): Promise<void> => {
    const { all } = parking
    for (let at = 0; at < all.length; at += TOGETHER)
      await Promise.all(all.slice(at, at + TOGETHER).map((parked) => settle(parked).catch(() => {})))
  }
  void settleLeft()

  /** Of a text that was handed over just now: the line's newest of this reference. */
  const handedNow = ({ line, reference }: InboundReport): string | undefined =>
    reference ? handed.get(`${line} ${reference}`) : undefined
  const taken = async (
    report: InboundReport | InboundResult,
    now?: string,
  ): Promise<Result<void, 'failure'>> => {
    let parked: Parked | undefined
    try {
      if (now !== undefined && !('task' in report) && (await tellOne(now, report))) return ok(undefined)
      if (!('task' in report) && (await keys.holderOf(keys.claimOf(report))) !== undefined)
        return ok(undefined)
      // The clocks of devices are anything.
      const card = 'task' in report ? undefined : cardOf(report)
      parked = parking.add({ ...report, ...card, atMs: wallMs(), id: nextId() })
      await settle(parked)
      return ok(undefined)
    } catch {
      if (parked) parking.remove(parked)
      return err('failure')
    }
  }

  return {
    take(report: InboundReport) {
      const now = handedNow(report)
      // What names a text of a moment ago tells no other one, however often it comes: its key need not be remembered.
      return now === undefined ? once(report.dedupe, () => taken(report)) : taken(report, now)
    },
    takeResult: (one: InboundResult) =>
      once(`${one.device}|${one.task}|${one.result.kind}`, () => taken(one)),
    /** A text was handed over, which is on disk. */
    onHanded(id: string, line: string, marks: string[]): void {
      handed.set(`${line} ${marks[0]}`, id)
      for (const parked of parking.take(line, marks)) parked.telling = insist(parked, id)
    },
  }
}
