import type { Kysely } from 'kysely'
import type { CardTalk, CardTalks, MessageVia } from '#core'
import type { Tables } from '../schema.ts'

/** Small enough that a writer behind it hardly waits. */
const MOST = 2000

/** By a page of messages, the newest first, and none accepted before `sinceMs`: with whom cards have talked last. */
export const listTalks = async (
  db: Kysely<Tables>,
  sinceMs: number,
  most: number,
  before?: string,
): Promise<CardTalks> => {
  const limit = Math.max(1, Math.min(most, MOST))
  let find = db
    .selectFrom('messages')
    .select(['id', 'origin', 'sender', 'recipient', 'via', 'accepted_at_ms'])
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) find = find.where('id', '<', before)
  const rows = await find.execute()
  const talks = new Map<string, CardTalk>()
  for (const { origin, sender, recipient, via, accepted_at_ms: atMs } of rows) {
    const isIn = origin === 'gateway'
    const number = isIn ? sender : recipient
    if (via === null || atMs < sinceMs || talks.has(number)) continue
    talks.set(number, { number, ...(!isIn && { by: sender }), via: JSON.parse(via) as MessageVia })
  }
  const last = rows.at(-1)
  const isEnd = !last || rows.length < limit || last.accepted_at_ms < sinceMs
  return { talks: [...talks.values()], ...(!isEnd && { next: last.id }) }
}
