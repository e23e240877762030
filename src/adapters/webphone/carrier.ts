import { type Carrier, impiOf, type MessageRecord, type Outcome, type Subscribers } from '#core'
import type { Timers } from '#lib/clock'
import type { Session, Sessions } from './sessions.ts'
import { ROUTE, textEvent, textOf } from './texts.ts'

/** A page has so long to say that it has a text. */
const HAS_MS = 5000
/** So many texts that were told are remembered, for pages that say so late. */
const MOST_TOLD = 1000
const AWAY: Outcome = { kind: 'away', reason: 'not registered' }

export type WebCarrier = Carrier & {
  /** 1018: a page has the text with that id. */
  onHas(session: Session, id: string): void
}

/** Handsets and SIP phones are asked first, by `others`; what these could not be given goes to live browsers. */
export const createWebCarrier = (
  others: Carrier,
  {
    subscribers,
    timers,
    sessions,
    elsewhere = false,
  }: {
    subscribers: Subscribers
    timers: Timers
    sessions: () => Sessions | undefined
    /** Extensions are those of another exchange: who is in no list may come all the same. */
    elsewhere?: boolean
  },
): WebCarrier => {
  const awaited = new Map<string, (session: Session) => void>()
  /** Who was told of a text, and whether one of them has said since that it has it. */
  const told = new Map<string, { to: Session[]; has: boolean }>()
  const remember = (id: string, to: Session[]): void => {
    told.set(id, { to: [...(told.get(id)?.to ?? []), ...to], has: false })
    if (told.size > MOST_TOLD) told.delete(told.keys().next().value as string)
  }

  /** Resolves as soon as one page has it; an old client says nothing of that, but its connection proves that it came. */
  const hand = (message: MessageRecord, text: string, live: Session[]): Promise<boolean> =>
    new Promise((resolve) => {
      const done = (has: boolean): void => {
        timer.cancel()
        awaited.delete(message.id)
        resolve(has)
      }
      let proofs: Promise<void>[] = []
      const timer = timers.after(HAS_MS, () => void Promise.all(proofs).then(() => done(false)))
      awaited.set(message.id, (session) => {
        if (live.includes(session)) done(true)
      })
      remember(message.id, live)
      for (const { phone } of live) phone.say(textEvent(message, text, phone))
      proofs = live.filter(({ phone }) => !phone.isNew).map((session) => prove(session, message.id))
    })

  const prove = async (session: Session, id: string): Promise<void> => {
    if (await session.phone.link?.proven()) has(session, id)
  }

  const has = (session: Session, id: string): void => {
    const one = told.get(id)
    if (one?.to.includes(session)) one.has = true
    awaited.get(id)?.(session)
  }

  const byWeb = async (message: MessageRecord): Promise<Outcome | undefined> => {
    const text = textOf(message)
    const impi = impiOf(message.queue) ?? ''
    if (text === undefined || message.partsDone > 0) return undefined
    const live = (sessions()?.ofImpi(subscribers.byImpi(impi)?.impi ?? impi) ?? []).filter(
      ({ phone }) => phone.link?.open,
    )
    if (live.length === 0) return undefined
    if (await hand(message, text, live)) return { kind: 'delivered', route: ROUTE }
    return { kind: 'retry', reason: 'the web phone did not say that it has it', route: ROUTE }
  }

  return {
    async deliver(message, progress) {
      if (told.get(message.id)?.has) return { kind: 'delivered', route: ROUTE }
      const isUnlisted = elsewhere && !subscribers.byImpi(impiOf(message.queue) ?? '')
      const outcome = isUnlisted ? AWAY : await others.deliver(message, progress)
      if (outcome.kind !== 'away' && outcome.kind !== 'retry' && outcome.kind !== 'failed') return outcome
      const web = await byWeb(message)
      if (!web || (web.kind !== 'delivered' && outcome.kind !== 'away')) return outcome
      if ('committed' in outcome) outcome.committed?.()
      return web
    },
    onHas: has,
  }
}
