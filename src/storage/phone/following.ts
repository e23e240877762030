import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as breathe } from 'node:timers/promises'
import type { SubscriberPrefix } from '#core'
import type { Batch, Value } from '../batch.ts'
import { MESSAGE_COLUMNS } from '../messages/columns.ts'

/**
 * An index of texts by person, of those alone who have ever looked at theirs: one for everybody would halve the rate at
 * which texts are taken. Whoever looks first has the past looked through once; what comes then is written down with the
 * text itself, in the same transaction.
 */
export type Following = {
  /** Behind the messages of a batch. */
  write(batch: Batch): void
  /** From now on there is an index for this subscriber. */
  follow(impi: string): Promise<void>
}

const WIDTH = MESSAGE_COLUMNS.length
const [SENDER, QUEUE] = [MESSAGE_COLUMNS.indexOf('sender_impi'), MESSAGE_COLUMNS.indexOf('queue')]
/** A new row and its claim; a changed row and its id. */
const WIDTHS = { messages: WIDTH + 3, wholes: WIDTH + 1 } as const
const OWN: SubscriberPrefix = 'subscriber:'
/** Some milliseconds, after which writers have their turn. */
const SLICE = 5000

export const createFollowing = (database: DatabaseSync): Following => {
  const insert = database.prepare('insert or ignore into phone_texts (impi, message_id) values (?, ?)')
  const sliceEnd = database.prepare(
    'select max(id) as last from (select id from messages where id > ? order by id limit ?)',
  )
  const fill = database.prepare(
    `insert or ignore into phone_texts (impi, message_id)
     select ?, id from messages where id > ? and id <= ? and (sender_impi = ? or queue = ?)`,
  )
  const remember = database.prepare('insert or ignore into phone_users (impi) values (?)')
  const known = database.prepare('select impi from phone_users').all() as { impi: string }[]
  const followed = new Set(known.map(({ impi }) => impi))
  const filling = new Map<string, Promise<void>>()

  const enter = (impi: Value | undefined, id: Value | undefined): void => {
    if (typeof impi === 'string' && followed.has(impi)) insert.run(impi, id as string)
  }
  const enterAll = (values: Value[], width: number): void => {
    for (let at = 0; at < values.length; at += width) {
      enter(values[at + SENDER], values[at])
      const queue = values[at + QUEUE] as string
      if (queue.startsWith(OWN)) enter(queue.slice(OWN.length), values[at])
    }
  }
  const fillAll = async (impi: string): Promise<void> => {
    // What comes meanwhile is written down already.
    followed.add(impi)
    for (let after = ''; ; ) {
      const { last } = sliceEnd.get(after, SLICE) as { last: string | null }
      if (last === null) break
      fill.run(impi, after, last, impi, `${OWN}${impi}`)
      after = last
      await breathe()
    }
    remember.run(impi)
  }
  return {
    write: (batch) => {
      if (followed.size === 0) return
      enterAll(batch.messages, WIDTHS.messages)
      enterAll(batch.wholes, WIDTHS.wholes)
    },
    follow: async (impi) => {
      const running = filling.get(impi)
      if (running) return running
      if (followed.has(impi)) return
      const work = fillAll(impi)
        .catch((failure: unknown) => {
          followed.delete(impi)
          throw failure
        })
        .finally(() => filling.delete(impi))
      filling.set(impi, work)
      return work
    },
  }
}
