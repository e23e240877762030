import { setImmediate as breathe } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { CardTalk, MessageVia } from '#core'
import type { Tables } from '../schema.ts'

/** Small enough that a writer behind it hardly waits. */
const STEP = 2000

/** By the newest `most` messages, and none accepted before `sinceMs`: with whom cards have talked last, newest first. */
export const listTalks = async (db: Kysely<Tables>, sinceMs: number, most: number): Promise<CardTalk[]> => {
  const talks = new Map<string, CardTalk>()
  let before: string | undefined
  for (let looked = 0; looked < most; looked += STEP) {
    let find = db
      .selectFrom('messages')
      .select(['id', 'origin', 'sender', 'recipient', 'via', 'accepted_at_ms'])
      .orderBy('id', 'desc')
      .limit(Math.min(STEP, most - looked))
    if (before !== undefined) find = find.where('id', '<', before)
    const rows = await find.execute()
    for (const { origin, sender, recipient, via, accepted_at_ms: atMs } of rows) {
      const isIn = origin === 'gateway'
      const number = isIn ? sender : recipient
      if (via === null || atMs < sinceMs || talks.has(number)) continue
      talks.set(number, { number, ...(!isIn && { by: sender }), via: JSON.parse(via) as MessageVia })
    }
    const last = rows.at(-1)
    if (!last || rows.length < STEP || last.accepted_at_ms < sinceMs) break
    before = last.id
    await breathe()
  }
  return [...talks.values()]
}
