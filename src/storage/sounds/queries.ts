import type { Kysely } from 'kysely'
import type { MailboxCounts, Sound, SoundQuery } from '#core'
import type { Tables } from '../schema.ts'
import { toSound } from './columns.ts'

/** What a reader may ask the worker about sounds; as `SoundStore` of the core has it. */
export type SoundQueries = {
  sound(id: string): Promise<Sound | undefined>
  sounds(query: SoundQuery): Promise<Sound[]>
  soundsBefore(kind: Sound['kind'], atMs: number, limit: number): Promise<Sound[]>
  countSounds(): Promise<Map<string, MailboxCounts>>
}

const MAX_PAGE = 500

export const createSoundQueries = (db: Kysely<Tables>): SoundQueries => ({
  sound: async (id) => {
    const row = await db.selectFrom('sounds').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toSound(row)
  },
  sounds: async ({ kind, impi, limit, before }) => {
    let find = db.selectFrom('sounds').selectAll().where('kind', '=', kind).where('impi', '=', impi)
    if (before)
      find = find.where((e) =>
        e.or([e('at_ms', '<', before.atMs), e.and([e('at_ms', '=', before.atMs), e('id', '<', before.id)])]),
      )
    const rows = await find
      .orderBy('at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(Math.max(1, Math.min(limit, MAX_PAGE)))
      .execute()
    return rows.map(toSound)
  },
  soundsBefore: async (kind, atMs, limit) => {
    const rows = await db
      .selectFrom('sounds')
      .selectAll()
      .where('kind', '=', kind)
      .where('at_ms', '<', atMs)
      .limit(Math.max(1, Math.min(limit, MAX_PAGE)))
      .execute()
    return rows.map(toSound)
  },
  countSounds: async () => {
    const rows = await db
      .selectFrom('sounds')
      .select(({ fn }) => ['impi', 'heard', 'urgent', fn.countAll<number>().as('count')])
      .where('kind', '=', 'mailbox')
      .groupBy(['impi', 'heard', 'urgent'])
      .execute()
    const counts = new Map<string, MailboxCounts>()
    for (const { impi, heard, urgent, count } of rows) {
      const of = counts.get(impi) ?? { new: 0, old: 0, newUrgent: 0, oldUrgent: 0 }
      const plain = heard ? 'old' : 'new'
      of[urgent ? (`${plain}Urgent` as const) : plain] = Number(count)
      counts.set(impi, of)
    }
    return counts
  },
})
