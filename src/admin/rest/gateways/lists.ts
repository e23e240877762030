import type { Line } from '#core'
import type { PageView } from '../../contract.ts'
import type {
  GatewayCallView,
  GatewayEventView,
  GoipLineView,
  LineView,
  SimView,
} from '../../gateways/contract.ts'
import type { GatewayDesk, GoipLineDesk } from '../../gateways/ports.ts'
import {
  gatewayCallViewOf,
  gatewayEventViewOf,
  isMeant,
  lineViewOf,
  simViewOf,
} from '../../gateways/views.ts'
import { cursorOf, partsOf } from '../cursors.ts'

export type LinesQuery = {
  limit: number
  cursor?: string
  device?: string
  kind?: string
  state?: string
  sendable?: boolean
  search?: string
}
export type SimsQuery = { limit: number; cursor?: string; search?: string }
export type RecordsQuery = { limit: number; cursor?: string; line?: string }

/** The parts of a cursor, which must be so many; none without a cursor; undefined: it is none of ours. */
const placeOf = (cursor: string | undefined, length: number): string[] | undefined => {
  if (cursor === undefined) return []
  const parts = partsOf(cursor)
  return parts?.length === length ? parts : undefined
}

/** A page that finds less than it wants among so many ends there, with a cursor to go on from. */
const MOST_LOOKED_AT = 10_000

/** In the order of their ids. Undefined: the cursor is not valid. */
export const pageOfLines = (
  { fleet }: Pick<GatewayDesk, 'fleet'>,
  { limit, cursor, device, kind, state, sendable, search }: LinesQuery,
): PageView<LineView> | undefined => {
  const place = placeOf(cursor, 1)
  if (!place) return undefined
  const [after] = place
  const wanted = search?.toLowerCase()
  const isWanted = (line: Line): boolean =>
    (kind === undefined || line.kind === kind) &&
    (state === undefined || line.state === state) &&
    (sendable === undefined || (line.hindrance === undefined) === sendable) &&
    (wanted === undefined || isMeant(line, wanted))
  const items: LineView[] = []
  let [looked, last] = [0, '']
  for (const line of fleet.lines(after, device)) {
    if (items.length === limit || looked++ === MOST_LOOKED_AT) return { items, cursor: cursorOf(last) }
    last = line.id
    if (isWanted(line)) items.push(lineViewOf(line))
  }
  return { items }
}

export const pageOfGoipLines = (
  { lines }: Pick<GoipLineDesk, 'lines'>,
  { limit, cursor }: { limit: number; cursor?: string },
): PageView<GoipLineView> | undefined => {
  const place = placeOf(cursor, 1)
  if (!place) return undefined
  const items: GoipLineView[] = []
  for (const line of lines(place[0])) {
    if (items.length === limit) return { items, cursor: cursorOf(items.at(-1)?.id ?? '') }
    items.push(line)
  }
  return { items }
}

export const pageOfSims = (
  { fleet }: Pick<GatewayDesk, 'fleet'>,
  { limit, cursor, search }: SimsQuery,
): PageView<SimView> | undefined => {
  const place = placeOf(cursor, 1)
  if (!place) return undefined
  const [after] = place
  const wanted = search?.toLowerCase()
  const items: SimView[] = []
  let [looked, last] = [0, '']
  for (const known of fleet.cards(after)) {
    if (items.length === limit || looked++ === MOST_LOOKED_AT) return { items, cursor: cursorOf(last) }
    last = known.key
    const view = simViewOf(known, known.line === undefined ? undefined : fleet.get(known.line))
    const { card, iccid, imsi, number, line, operator } = view
    const said = [card, iccid, imsi, number, line, operator]
    if (wanted === undefined || said.some((one) => one?.toLowerCase().includes(wanted))) items.push(view)
  }
  return { items }
}

/** Newest first. */
export const pageOfEvents = async (
  { records }: Pick<GatewayDesk, 'records'>,
  { limit, cursor, line }: RecordsQuery,
): Promise<PageView<GatewayEventView> | undefined> => {
  const place = placeOf(cursor, 1)
  const before = place?.[0]
  if (!place || (before !== undefined && !/^\d{1,15}$/.test(before))) return undefined
  const found = await records.events({
    limit: Math.min(limit + 1, 1000),
    ...(line !== undefined && { line }),
    ...(before !== undefined && { before: Number(before) }),
  })
  const shown = found.slice(0, Math.min(limit, 999))
  const last = shown.at(-1)
  const items = shown.map(gatewayEventViewOf)
  return found.length > shown.length && last ? { items, cursor: cursorOf(`${last.seq}`) } : { items }
}

/** Newest first by their beginning. */
export const pageOfGatewayCalls = async (
  { records }: Pick<GatewayDesk, 'records'>,
  { limit, cursor, line }: RecordsQuery,
): Promise<PageView<GatewayCallView> | undefined> => {
  const place = placeOf(cursor, 2)
  const [ms, key = ''] = place ?? []
  if (!place || (ms !== undefined && !/^\d{1,15}$/.test(ms))) return undefined
  const found = await records.calls({
    limit: Math.min(limit + 1, 1000),
    ...(line !== undefined && { line }),
    ...(ms !== undefined && { beforeMs: Number(ms), beforeKey: key }),
  })
  const shown = found.slice(0, Math.min(limit, 999))
  const last = shown.at(-1)
  const items = shown.map(gatewayCallViewOf)
  if (found.length === shown.length || !last) return { items }
  return { items, cursor: cursorOf(`${last.beginMs ?? last.answerMs ?? last.endMs ?? 0}`, last.key) }
}
