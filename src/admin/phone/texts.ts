import { createHash } from 'node:crypto'
import type { MessageRecord, PhoneStore, Subscriber } from '#core'
import { nameOfPartner, partnerOf } from './people.ts'
import type { PhonePorts } from './ports.ts'

export type TextView = {
  id: string
  direction: 'in' | 'out'
  with: string
  msg: string
  atMs: number
  state: 'accepted' | 'sent' | 'delivered' | 'failed'
  reason?: string
}
export type Conversation = { with: string; name: string; last: TextView; unread: number }

const STATES: Record<MessageRecord['state'], TextView['state']> = {
  ...{ accepted: 'accepted', queued: 'accepted', submitting: 'accepted' },
  ...{ sent: 'sent', unknown: 'sent', delivered: 'delivered' },
  ...{ failed: 'failed', expired: 'failed', cancelled: 'failed' },
}

type TextPorts = Pick<PhonePorts, 'store' | 'subscribers' | 'book'>

const PAGE = 250
/** So many texts are looked through for a list of conversations, or a page of one. */
const MOST_PAGES = 8
const MOST_CONVERSATIONS = 100

const viewOf = (record: MessageRecord, user: Subscriber, ports: TextPorts): TextView | undefined => {
  const { body, fromImpi, from, to, state, reason, acceptedAtMs } = record
  if (body.kind !== 'text') return undefined
  const isOut = fromImpi === user.impi
  return {
    ...{ id: record.id, direction: isOut ? 'out' : 'in' },
    with: partnerOf(isOut ? to : from, user, ports.subscribers),
    ...{ msg: body.text, atMs: acceptedAtMs, state: STATES[state] },
    ...(reason !== undefined && { reason }),
  }
}

/** The user's texts, newest first, until `see` has seen enough; `MOST_PAGES` pages at most. Gives where it ended. */
const walk = async (
  user: Subscriber,
  before: string | undefined,
  ports: TextPorts,
  see: (text: TextView) => 'on' | 'enough',
): Promise<string | undefined> => {
  let from = before
  for (let page = 0; page < MOST_PAGES; page++) {
    const records = await ports.store.messagesOf({
      ...{ impi: user.impi, limit: PAGE },
      ...(from !== undefined && { before: from }),
    })
    for (const record of records) {
      const text = viewOf(record, user, ports)
      from = record.id
      if (text && see(text) === 'enough') return from
    }
    if (records.length < PAGE) return undefined
  }
  return from
}

/** With whom the user texts, the latest first, each with what was not read yet. */
export const conversationsOf = async (
  user: Subscriber,
  ports: TextPorts,
  marks: ReadMarks,
): Promise<Conversation[]> => {
  const found = new Map<string, Conversation>()
  await walk(user, undefined, ports, (text) => {
    const known = found.get(text.with)
    if (!known && found.size >= MOST_CONVERSATIONS) return 'on'
    const conversation = known ?? {
      ...{ with: text.with, name: nameOfPartner(text.with, user, ports.book), last: text, unread: 0 },
    }
    if (!known) found.set(text.with, conversation)
    if (text.direction === 'in' && text.id > marks.of(user.impi, text.with)) conversation.unread++
    return 'on'
  })
  return [...found.values()]
}

/** A page of one conversation, oldest first within the page; `next` goes on into the past. */
export const textsWith = async (
  user: Subscriber,
  query: { with: string; before?: string; limit: number },
  ports: TextPorts,
): Promise<{ messages: TextView[]; next?: string }> => {
  const partner = partnerOf(query.with, user, ports.subscribers)
  const messages: TextView[] = []
  const next = await walk(user, query.before, ports, (text) => {
    if (text.with !== partner) return 'on'
    messages.push(text)
    return messages.length >= query.limit ? 'enough' : 'on'
  })
  return { messages: messages.reverse(), ...(next !== undefined && { next }) }
}

/** Up to which text of each conversation a user has read. */
export type ReadMarks = {
  of(impi: string, partner: string): string
  set(impi: string, partner: string, id: string): Promise<void>
}

const MOST_MARKS_OF_USER = 500

export const createReadMarks = async (
  store: Pick<PhoneStore, 'items' | 'put' | 'remove'>,
  wallMs: () => number,
): Promise<ReadMarks> => {
  const marks = new Map<string, { impi: string; value: string }>()
  const keyOf = (impi: string, partner: string): string =>
    createHash('sha256').update(`${impi}\0${partner}`).digest('hex')
  for (const { kind, name, impi, value } of await store.items())
    if (kind === 'read') marks.set(name, { impi, value })
  return {
    of: (impi, partner) => marks.get(keyOf(impi, partner))?.value ?? '',
    set: async (impi, partner, value) => {
      const name = keyOf(impi, partner)
      if (value <= (marks.get(name)?.value ?? '')) return
      marks.delete(name)
      const own = [...marks].filter(([, mark]) => mark.impi === impi)
      for (const [old] of own.slice(0, Math.max(0, own.length - MOST_MARKS_OF_USER + 1))) {
        marks.delete(old)
        await store.remove({ kind: 'read', name: old })
      }
      marks.set(name, { impi, value })
      await store.put({ kind: 'read', name, impi, value, atMs: wallMs() })
    },
  }
}
