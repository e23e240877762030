import type { GatewayCall, GatewayEvent, KeptSim, ParkedReport, TaskItem, TextTask } from '#core'
import type { Value } from '../batch.ts'

/** Tables of gateways as Kysely sees them; `seq` is made by the database. */
export type SimRow = {
  card: string
  day: number
  month: number
  locked: number
  rest_until_ms: number
  places: string | null
} & Record<`${'sent' | 'failed' | 'received'}_${'day' | 'month' | 'total'}`, number>
export type RecipientRow = { card: string; month: number; recipient: number }
export type MarkRow = { line: string; mark: string; message_id: string; at_ms: number }
export type ReportRow = { id: string; report: string; at_ms: number }
export type EventRow = { line: string; name: string; at_ms: number; fields: string }
/** One of the rows of a task, whose recipients and messages stand in pairs. */
export type TaskRow = { id: string; place: number; items: string; at_ms: number }
export type DeviceCallRow = { id: string; line: string; at_ms: number; data: string }

export const SIM_COLUMNS = [
  ...['card', 'day', 'month', 'locked', 'rest_until_ms'],
  ...['sent_day', 'sent_month', 'sent_total', 'failed_day', 'failed_month', 'failed_total'],
  ...['received_day', 'received_month', 'received_total', 'places'],
] as (keyof SimRow)[]

/** `locked`: 2 is somebody's word that it is not. `key`: the one that it was saved under; it may have another by now. */
export const pushSim = (out: Value[], key: string, sim: Readonly<KeptSim>): void => {
  const { sent, failed, received } = sim
  out.push(key, sim.day, sim.month, sim.locked ? 1 : sim.unlocked ? 2 : 0, sim.restUntilMs)
  out.push(sent.day, sent.month, sent.total, failed.day, failed.month, failed.total)
  out.push(received.day, received.month, received.total, placesOf(sim))
}
const placesOf = ({ line, before }: Readonly<KeptSim>): string | null =>
  line === undefined || !before ? (line ?? null) : [line, ...before].join('\n')

const toPlaces = (places: string): Pick<KeptSim, 'line' | 'before'> => {
  const [line, ...before] = places.split('\n')
  return { line, ...(before.length > 0 && { before }) }
}
export const toSim = (row: SimRow): KeptSim => ({
  ...{ key: row.card, day: row.day, month: row.month, locked: row.locked === 1 },
  ...(row.locked === 2 && { unlocked: true }),
  restUntilMs: row.rest_until_ms,
  sent: { day: row.sent_day, month: row.sent_month, total: row.sent_total },
  failed: { day: row.failed_day, month: row.failed_month, total: row.failed_total },
  received: { day: row.received_day, month: row.received_month, total: row.received_total },
  ...(row.places !== null && toPlaces(row.places)),
})

export const pushReport = (out: Value[], { id, ...report }: ParkedReport): void => {
  out.push(id, JSON.stringify(report), report.atMs)
}
export const toReport = ({ id, report }: ReportRow): ParkedReport => ({
  ...(JSON.parse(report) as ParkedReport),
  id,
})

export const pushGatewayEvent = (out: Value[], { line, name, atMs, fields }: GatewayEvent): void => {
  out.push(line, name.slice(0, 64), atMs, JSON.stringify(fields))
}
export const toGatewayEvent = (row: EventRow & { seq: number }): GatewayEvent & { seq: number } => ({
  ...{ seq: row.seq, line: row.line, name: row.name, atMs: row.at_ms },
  fields: JSON.parse(row.fields) as Record<string, string>,
})

/** A text column of MariaDB holds 64 KB. */
const ITEMS_OF_ROW = 500
export const pushTask = (out: Value[], { id, items, atMs }: TextTask): void => {
  for (let at = 0; at < items.length; at += ITEMS_OF_ROW) {
    const some = items.slice(at, at + ITEMS_OF_ROW)
    out.push(id, at, some.map((item) => `${item.number} ${item.id}`).join('\n'), atMs)
  }
}
export const toTaskItems = ({ items }: Pick<TaskRow, 'items'>): TaskItem[] =>
  items.split('\n').map((line) => {
    const [number = '', id = ''] = line.split(' ')
    return { number, id }
  })

export const pushDeviceCall = (out: Value[], call: GatewayCall): void => {
  out.push(call.key, call.line, call.beginMs ?? call.answerMs ?? call.endMs ?? 0, JSON.stringify(call))
}
export const toDeviceCall = ({ data }: { data: string }): GatewayCall => JSON.parse(data) as GatewayCall
