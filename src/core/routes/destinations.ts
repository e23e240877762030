import { err, ok, type Result } from '#lib/result'
import { isInternational } from '../addresses.ts'
import type { MessageDraft, MessageRefusal, MessageTarget } from '../messages/contract.ts'
import { exchangeQueueOf, INBOX, queueOf } from '../messages/queues.ts'
import type { Subscriber, Subscribers } from '../subscribers.ts'
import type { AddressPlan } from './plan.ts'
import type { RoutePlan, RouteTable, Stage } from './table.ts'

/** The queue that a message waits in, and whom it is addressed to. */
export type Destination = { queue: string; to: string }

/** What follows when a stage has given up. */
export type Onward = { queue: string } | { refused: number }

/** Decides at the door where a message goes: to a subscriber, by a route, to the inbox, or nowhere. */
export type Destinations = {
  of(draft: MessageDraft, atMs: number): Result<Destination, MessageRefusal>
  /** The next stage of a route behind this queue; undefined: there is none. */
  after(queue: string): Onward | undefined
  /** Route and stage of a queue. */
  stageOf(queue: string): { plan: RoutePlan; stage: Stage } | undefined
}

const PREFIX = 'route:'
/** Between the name of a route and the number of its stage, where that is not the first. */
const MARK = '~'

export const isRouteQueue = (queue: string): boolean => queue.startsWith(PREFIX)

const nameOf = (name: string, stage: number): string =>
  `${PREFIX}${name}${stage > 0 ? `${MARK}${stage}` : ''}`

type DestinationPorts = { subscribers: Subscribers; routes: RouteTable; addresses: AddressPlan }

export const createDestinations = ({ subscribers, routes, addresses }: DestinationPorts): Destinations => {
  const byImsi = new Map<string, Subscriber>()
  for (const subscriber of subscribers.list)
    if (subscriber.imsi !== undefined) byImsi.set(subscriber.imsi, subscriber)

  const addressed = (target: MessageTarget): Destination | undefined => {
    if ('extension' in target) {
      const { extension, text } = target
      const isFor = target.way === 'for'
      return { queue: isFor ? queueOf(extension) : exchangeQueueOf(extension, target.number), to: text }
    }
    if ('impi' in target) {
      const subscriber = subscribers.byImpi(target.impi)
      return (
        subscriber && { queue: queueOf(subscriber.impi), to: subscriber.identities[0]?.uri ?? target.impi }
      )
    }
    const found = subscribers.byIdentity(target.user, target.context, target.near)
    return found && { queue: queueOf(found.subscriber.impi), to: target.text }
  }
  /** By a card's own number as its device knows it: without plus, or as people of the region write it. */
  const numbered = (number: string): Destination | undefined => {
    for (const read of [addresses.sender(number, ''), addresses.normal(number)]) {
      const found = isInternational(read) ? subscribers.byIdentity(read) : undefined
      if (found) return { queue: queueOf(found.subscriber.impi), to: read }
    }
    return undefined
  }
  /** Whoever has the card's IMSI, or its number in another spelling than the one it is addressed by; else whom the text answers. */
  const owner = ({ via, to, answerTo }: MessageDraft): Destination | undefined => {
    if (!via || !('user' in to)) return undefined
    const byCard = via.imsi === undefined ? undefined : byImsi.get(via.imsi)
    const byNumber = byCard || via.number === undefined ? undefined : numbered(via.number)
    if (byNumber) return byNumber
    const subscriber = byCard ?? (answerTo === undefined ? undefined : subscribers.byImpi(answerTo))
    return subscriber && { queue: queueOf(subscriber.impi), to: to.text }
  }

  const queueOfStage = (plan: RoutePlan, at: number): Onward | undefined => {
    const stage = plan.stages[at]
    switch (stage?.kind) {
      case undefined:
        return undefined
      case 'inbox':
        return { queue: INBOX }
      case 'reject':
        return { refused: stage.code }
      case 'subscriber': {
        const found = subscribers.byIdentity(stage.name.replace(/^(?:sips?|tel):|@.*$/g, ''))
        const subscriber = found?.subscriber ?? subscribers.byImpi(stage.name)
        return subscriber ? { queue: queueOf(subscriber.impi) } : queueOfStage(plan, at + 1)
      }
      default:
        return { queue: nameOf(plan.name, at) }
    }
  }

  const placeOf = (queue: string): { plan: RoutePlan; at: number } | undefined => {
    if (!isRouteQueue(queue)) return undefined
    const rest = queue.slice(PREFIX.length)
    const whole = routes.byName(rest)
    if (whole) return { plan: whole, at: 0 }
    const mark = rest.lastIndexOf(MARK)
    const plan = mark > 0 ? routes.byName(rest.slice(0, mark)) : undefined
    return plan && { plan, at: Number(rest.slice(mark + 1)) }
  }

  /** 4xx and 6xx are the sender's fault, 5xx passes. */
  const refusalOf = (code: number): MessageRefusal =>
    code >= 500 && code < 600 ? 'overloaded' : code === 404 ? 'unknown-user' : 'forbidden'

  return {
    of(draft, atMs) {
      const direct = addressed(draft.to) ?? owner(draft)
      if (direct) return ok(direct)
      const { to, from, tag, via } = draft
      if (!('user' in to)) return err('unknown-user')
      const near = to.near ?? addresses.normal(from)
      const number = to.context?.startsWith('+') ? addresses.normal(to.user, to.context) : to.user
      const parcel = { to: number, from, atMs, near, ...(tag !== undefined && { tag }) }
      const found = routes.find({ ...parcel, ...(via && { line: via.line }) })
      if (!found) return via ? ok({ queue: INBOX, to: to.text }) : err('unknown-user')
      if (found.denied) return via ? ok({ queue: INBOX, to: to.text }) : err('forbidden')
      const next = queueOfStage(found.plan, 0)
      if (!next) return err('unknown-user')
      // A phone-context means nothing to a gateway.
      if ('queue' in next) return ok({ queue: next.queue, to: to.context === undefined ? to.text : number })
      // What a card has received cannot be refused: it is kept.
      return via ? ok({ queue: INBOX, to: to.text }) : err(refusalOf(next.refused))
    },
    after(queue) {
      const place = placeOf(queue)
      return place && queueOfStage(place.plan, place.at + 1)
    },
    stageOf(queue) {
      const place = placeOf(queue)
      const stage = place?.plan.stages[place.at]
      return place && stage && { plan: place.plan, stage }
    },
  }
}
