import type { CallRecord, Subscriber } from '#core'
import { cursorOf, partsOf } from '../rest/cursors.ts'
import { dialledAs, nameOfPartner, partnerOf } from './people.ts'
import type { PhonePorts } from './ports.ts'

export type HistoryCall = {
  id: string
  direction: 'in' | 'out'
  with: string
  name: string
  video: boolean
  startedAtMs: number
  answeredAtMs?: number
  endedAtMs?: number
  /** SIP status, where the call failed; and why it ended, in the house's words. */
  cause?: number
  reason?: string
  missed: boolean
  /** A mailbox answered: with a message left or without; `own`: the user heard its own. */
  voiceMail?: 'message' | 'no-message' | 'own'
  recordings: HistoryRecording[]
}
/** `voice`: of the user, or of the other party; absent: of both. */
export type HistoryRecording = { id: string; ms: number; voice?: 'own' | 'other' }
export type HistoryPage = { calls: HistoryCall[]; next?: string }
export type HistoryQuery = { before?: string; q?: string; limit: number }

const PAGE = 200
/** So many records are looked through for one page of hits. */
const MOST_PAGES = 10

type HistoryPorts = Pick<PhonePorts, 'store' | 'subscribers' | 'book' | 'sounds'>

const voiceMailOf = ({ mailbox, ownMailbox }: CallRecord) => {
  if (mailbox !== undefined) return mailbox === '' ? 'no-message' : 'message'
  return ownMailbox ? 'own' : undefined
}

const viewOf = (record: CallRecord, user: Subscriber, ports: HistoryPorts): HistoryCall => {
  // A visitor calls by an account, and may call the one whose that is.
  const isVisit = record.guest !== undefined && record.calleeImpi === user.impi
  const isOut = record.callerImpi === user.impi && !isVisit
  const other = isOut
    ? dialledAs(record, user, ports.subscribers)
    : partnerOf(record.caller, user, ports.subscribers)
  const voiceMail = voiceMailOf(record)
  const { answeredAtMs, endedAtMs, status, cause } = record
  return {
    ...{ id: record.id, direction: isOut ? 'out' : 'in', with: other },
    name: nameOfPartner(other, user, ports.book),
    ...{ video: record.video, startedAtMs: record.startedAtMs },
    ...(answeredAtMs !== undefined && { answeredAtMs }),
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(status !== undefined && { cause: status }),
    ...(cause !== undefined && { reason: cause }),
    missed: !isOut && (answeredAtMs === undefined || record.mailbox !== undefined),
    ...(voiceMail && { voiceMail }),
    recordings: (record.recordings ?? []).map((id) => ({ id, ms: 0 })),
  }
}

/** Another party wished to put the user through, and nobody answered: that is no call which the user made. */
const isMadeByAnother = (
  { direction, answeredAtMs }: HistoryCall,
  { transferredFrom }: CallRecord,
): boolean => direction === 'out' && transferredFrom !== undefined && answeredAtMs === undefined

const holds = (call: HistoryCall, words: string): boolean =>
  call.with.toLowerCase().includes(words) || call.name.toLowerCase().includes(words)

/** Undefined: the cursor is not valid. */
export const historyOf = async (
  user: Subscriber,
  { before, q = '', limit }: HistoryQuery,
  ports: HistoryPorts,
): Promise<HistoryPage | undefined> => {
  const words = q.trim().toLowerCase()
  const parts = before === undefined ? [] : partsOf(before)
  if (!parts || (before !== undefined && (parts.length !== 2 || !/^\d{1,15}$/.test(parts[0] as string))))
    return undefined
  let from = before === undefined ? {} : { before: Number(parts[0]), beforeId: parts[1] as string }
  const calls: HistoryCall[] = []
  for (let page = 0; page < MOST_PAGES; page++) {
    const size = words === '' ? limit + 1 : PAGE
    const records = await ports.store.callsOf({ impi: user.impi, limit: size, ...from })
    for (const record of records) {
      const view = viewOf(record, user, ports)
      if (isMadeByAnother(view, record) || (words !== '' && !holds(view, words))) continue
      if (calls.length === limit) return withRecordings(user, calls, ports, cursorAt(calls.at(-1)))
      calls.push(view)
    }
    const last = records.at(-1)
    if (!last || records.length < size) return withRecordings(user, calls, ports)
    from = { before: last.startedAtMs, beforeId: last.id }
  }
  return withRecordings(user, calls, ports, cursorOf(`${from.before ?? 0}`, from.beforeId ?? ''))
}

const cursorAt = (call: HistoryCall | undefined): string | undefined =>
  call && cursorOf(`${call.startedAtMs}`, call.id)

/** Of what was recorded only that which is the user's own. */
const withRecordings = async (
  { impi }: Subscriber,
  calls: HistoryCall[],
  { sounds }: HistoryPorts,
  next?: string,
): Promise<HistoryPage> => {
  for (const call of calls) {
    if (call.recordings.length === 0) continue
    const found = await Promise.all(call.recordings.map(({ id }) => sounds?.recordings.get(impi, id)))
    call.recordings = found.flatMap((sound) =>
      sound ? { id: sound.id, ms: sound.ms, ...(sound.voice && { voice: sound.voice }) } : [],
    )
  }
  return { calls, ...(next !== undefined && { next }) }
}
