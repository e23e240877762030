import type { CallRecord, CallState } from '#core'
import type { CallView, PageView, UserView } from '../contract.ts'
import type { House } from '../ports.ts'
import { callViewOf } from './call-view.ts'
import { cursorOf, partsOf } from './cursors.ts'

export type UsersQuery = {
  limit: number
  cursor?: string
  user?: string
  number?: string
  registered?: boolean
}
export type CallsQuery = {
  limit: number
  cursor?: string
  user?: string
  number?: string
  state?: CallState | 'active'
}

/** `sip:1001@home` is meant by itself, by `sip:1001` and by `1001`; the same rule as in the store. */
const means = (uri: string, wanted: string): boolean => {
  if (uri === wanted) return true
  const bare = uri.replace(/^(sips?|tel):/, '')
  return bare === wanted || bare.startsWith(`${wanted}@`) || uri.startsWith(`${wanted}@`)
}

/** Undefined: the cursor is not valid. */
export const pageOfUsers = (house: House, query: UsersQuery): PageView<UserView> | undefined => {
  const parts = query.cursor === undefined ? [] : partsOf(query.cursor)
  if (!parts || (query.cursor !== undefined && parts.length !== 1)) return undefined
  const wanted = query.user ?? query.number
  let [after, items]: [string | undefined, UserView[]] = [parts[0], []]
  for (const view of house.users()) {
    if (after !== undefined) {
      if (view.impi === after) after = undefined
      continue
    }
    if (query.registered !== undefined && view.registered !== query.registered) continue
    if (wanted !== undefined && !isUser(view, wanted)) continue
    if (items.length === query.limit) return { items, cursor: cursorOf(items.at(-1)?.impi ?? '') }
    items.push(view)
  }
  return { items }
}

export const isUser = (view: UserView, wanted: string): boolean =>
  view.number === wanted || means(view.impi, wanted) || view.impus.some((impu) => means(impu, wanted))

/** Calls in progress first, then the ended ones, each newest first. */
export const pageOfCalls = async (
  house: House,
  query: CallsQuery,
  nowMs: number,
): Promise<PageView<CallView> | undefined> => {
  const parts = query.cursor === undefined ? ['live'] : partsOf(query.cursor)
  const [phase, ms, id] = parts ?? []
  if ((phase !== 'live' && phase !== 'ended') || (ms !== undefined && !/^\d{1,15}$/.test(ms)))
    return undefined
  const from = ms === undefined ? undefined : { startedAtMs: Number(ms), id: id ?? '' }
  const live = phase === 'live' && query.state !== 'ended' ? liveCalls(house, query, from) : []
  const items = live.slice(0, query.limit).map(({ record, state }) => callViewOf(record, state, nowMs))
  const last = live[query.limit - 1]?.record
  if (live.length > query.limit && last)
    return { items, cursor: cursorOf('live', `${last.startedAtMs}`, last.id) }
  if (query.state !== undefined && query.state !== 'ended') return { items }

  const rest = query.limit - items.length
  const records = await endedCalls(house, query, rest + 1, phase === 'ended' ? from : undefined)
  items.push(...records.slice(0, rest).map((record) => callViewOf(record, 'ended', nowMs)))
  if (records.length <= rest) return { items }
  const end = records[rest - 1]
  return { items, cursor: end ? cursorOf('ended', `${end.startedAtMs}`, end.id) : cursorOf('ended') }
}

type Place = { startedAtMs: number; id: string }
const newestFirst = (a: Place, b: Place): number =>
  b.startedAtMs - a.startedAtMs || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)

const liveCalls = (house: House, query: CallsQuery, from: Place | undefined) => {
  const wanted = query.user ?? query.number
  return house
    .calls()
    .filter(({ record, state }) => {
      if (state === 'ended' || (from && newestFirst(from, record) >= 0)) return false
      if (query.state !== undefined && query.state !== 'active' && query.state !== state) return false
      return (
        wanted === undefined ||
        [record.caller, record.callee, record.dialled].some((uri) => means(uri, wanted))
      )
    })
    .sort((a, b) => newestFirst(a.record, b.record))
}

const endedCalls = (
  house: House,
  query: CallsQuery,
  limit: number,
  from: Place | undefined,
): Promise<CallRecord[]> => {
  const user = query.user ?? query.number
  return house.records({
    limit,
    ended: true,
    ...(user !== undefined && { user }),
    ...(from && { before: from.startedAtMs, beforeId: from.id }),
  })
}
