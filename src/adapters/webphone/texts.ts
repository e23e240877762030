import {
  type Events,
  impiOf,
  type MessageDraft,
  type MessageRecord,
  type MessageState,
  type Messages,
  toldName,
} from '#core'
import { readable } from '#lib/text'
import type { CommandOf, Pdu } from '#webcall'
import { dialledOf, identityUri, line, userOf } from './names.ts'
import type { Session, Sessions } from './sessions.ts'
import type { Phone } from './web-call.ts'

/** What nobody can read at once is no text. */
const MOST_OCTETS = 4096
/** The route of what browsers were given. */
export const ROUTE = 'web phone'
const TAG = 'web'

export type TextPorts = {
  messages: Pick<Messages, 'accept'>
  events: Events
  sessions: Sessions
}

/** What an old client is told once: 0 sent, −1 nobody answered, else minus SIP's status. */
const CODES: Partial<Record<MessageState, number>> = {
  sent: 0,
  delivered: 0,
  failed: -480,
  expired: -1,
  unknown: -1,
  cancelled: -487,
}
type Fate = 'accepted' | 'sent' | 'delivered' | 'failed'
/** What a page is told, whenever it changes. */
const FATES: Record<MessageState, Fate> = {
  accepted: 'accepted',
  queued: 'accepted',
  submitting: 'accepted',
  sent: 'sent',
  delivered: 'delivered',
  failed: 'failed',
  expired: 'failed',
  unknown: 'failed',
  cancelled: 'failed',
}
const REFUSALS: Record<string, [code: number, reason: string]> = {
  'unknown-user': [-404, 'Nobody has that number.'],
  forbidden: [-403, 'That is not allowed.'],
  overloaded: [-503, 'Too many messages are waiting.'],
  full: [-503, 'Too many of your messages, or for that number, are waiting.'],
  'bad-request': [-400, 'That number cannot be written to.'],
  failure: [-500, 'The message could not be kept.'],
}

/** Whose text it is goes with it: the session and the client's own number for it. */
const tagOf = (session: Session, mid: string): string => `${TAG} ${session.phone.name} ${mid.slice(0, 200)}`
const ownerOf = ({ tag = '' }: MessageRecord): { name: string; mid: string } | undefined => {
  const [word, name, ...mid] = tag.split(' ')
  return word === TAG && name !== undefined ? { name, mid: mid.join(' ') } : undefined
}

export const textOf = ({ body }: MessageRecord): string | undefined =>
  body.kind === 'text' ? body.text : undefined

/** 9005: of and to a number for new clients, a URI for old ones (manual 4.3.2.5). */
export const textEvent = (
  message: MessageRecord,
  text: string,
  { isNew }: Pick<Phone, 'isNew'>,
  direction: 'in' | 'out' = 'in',
): Pdu => {
  const { id, from, to, acceptedAtMs } = message
  return {
    ...{ op: 9005, id, disp: line(toldName(message) ?? readable(userOf(from))) },
    ...(isNew ? { from: userOf(from), to: userOf(to) } : { from, to }),
    ...{ msg: text, atMs: acceptedAtMs, direction },
  }
}

/** 9006: the way of a text of this browser's. */
const tellFate = (session: Session, mid: string, record: MessageRecord): void => {
  const { phone } = session
  const { id, state, steps, reason = '', cause } = record
  const before = steps.at(-2)?.state
  const code = CODES[state]
  if (phone.isNew) {
    const fate = FATES[state]
    if (before !== undefined && FATES[before] === fate) return
    const failed = fate === 'failed'
    const told = failed ? (code ?? -480) : 0
    phone.say({ op: 9006, mid, id, code: told, state: fate, ...(failed && reason !== '' && { reason }) })
  } else if (code !== undefined && !steps.slice(0, -1).some((step) => CODES[step.state] !== undefined))
    phone.say({
      op: 9006,
      mid,
      code: state === 'failed' && cause !== undefined && cause >= 300 ? -cause : code,
    })
}

export const createWebTexts = ({ messages, events, sessions }: TextPorts) => {
  /** What was written or read on another device of the same person. */
  const mirror = (record: MessageRecord, text: string, state: MessageState): void => {
    const { fromImpi, queue, route, steps } = record
    const owner = ownerOf(record)?.name
    if (steps.length === 1 && fromImpi !== undefined)
      for (const { phone } of sessions.ofImpi(fromImpi))
        if (phone.isNew && owner !== phone.name) phone.say(textEvent(record, text, phone, 'out'))
    const impi = impiOf(queue)
    if (state !== 'delivered' || route === ROUTE || impi === undefined) return
    for (const { phone } of sessions.ofImpi(impi)) if (phone.isNew) phone.say(textEvent(record, text, phone))
  }

  events.subscribe((event) => {
    if (event.kind !== 'message.changed' || sessions.size === 0) return
    const { message, step } = event
    const owner = ownerOf(message)
    const session = sessions.get(owner?.name)
    if (session) tellFate(session, owner?.mid ?? '', message)
    const text = textOf(message)
    if (text !== undefined) mirror(message, text, step.state)
  })

  return {
    /** 1009. */
    async send(session: Session, { seq, from, to, mid, msg }: CommandOf<1009>): Promise<void> {
      const { phone, account } = session
      const { subscriber } = account
      const refuse = (reason: string): void => phone.say({ op: 2009, seq, code: -2, reason })
      const dialled = dialledOf(to)
      if (!dialled) return refuse('That number cannot be written to.')
      if (Buffer.byteLength(msg) > MOST_OCTETS) return refuse('The text is too long.')
      // At an exchange elsewhere each session is registered by one number, and has no right to another.
      const own =
        (!account.upstream && subscriber.identities.find((one) => readable(one.user) === userOf(from))) ||
        account.identity
      const draft: MessageDraft = {
        ...{ origin: 'web', from: identityUri(own, subscriber.domain), fromImpi: subscriber.impi },
        to: account.upstream
          ? { extension: subscriber.impi, way: 'by', number: own.user, text: dialled.user }
          : { ...dialled, ...(subscriber.msisdn !== undefined && { near: subscriber.msisdn }) },
        ...{ body: { kind: 'text', text: msg }, tag: tagOf(session, mid) },
      }
      phone.say({ op: 2009, seq, code: 0 })
      const accepted = await messages.accept(draft)
      if (accepted.ok) return
      const [code, reason] = REFUSALS[accepted.error] ?? [-500, 'The message could not be kept.']
      phone.say({ op: 9006, mid, code, state: 'failed', reason })
    },
  }
}
export type WebTexts = ReturnType<typeof createWebTexts>
