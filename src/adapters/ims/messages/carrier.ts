import {
  type Binding,
  type Carrier,
  type Found,
  impiOf,
  type MessageRecord,
  type Outcome,
  type Progress,
  type Subscriber,
} from '#core'
import { parseUri } from '#sip'
import { isSilent } from '#sms'
import { keyOfUri } from '../identity.ts'
import { byPreference, contactsOf, takesOf } from './capabilities.ts'
import { MOST_OCTETS } from './content.ts'
import type { TextPorts } from './ports.ts'
import { createToHandset, routeTo } from './to-handset.ts'
import { createToPhone } from './to-phone.ts'

const encoder = new TextEncoder()
const octetsOf = (text: string): number => (text.length * 3 > MOST_OCTETS ? encoder.encode(text).length : 0)

/** What a SIP phone cannot be given at all; undefined for what it can. */
const phoneOutcome = ({ body, pid }: MessageRecord): Outcome | undefined => {
  if (body.kind === 'report')
    return { kind: 'delivered', route: 'dropped: a SIP phone takes no status reports' }
  if (body.kind === 'data') return { kind: 'failed', reason: 'a SIP phone takes text, not data' }
  if (isSilent(pid)) return { kind: 'failed', reason: 'a SIP phone takes no silent messages' }
  // Nothing would ever take it over UDP, and all texts behind it would wait for that.
  if (octetsOf(body.text) > MOST_OCTETS) return { kind: 'failed', reason: 'too long for a SIP phone' }
  return undefined
}

/** The handset that has confirmed parts: half a text there and half of it elsewhere is none. */
const holderOf = ({ partsDone, steps }: MessageRecord): string | undefined =>
  partsDone === 0 ? undefined : steps.findLast(({ state, route }) => state === 'submitting' && route)?.route

/** Handsets by preference, but first the one that has parts already. */
const inTurn = (contacts: Binding[], holder: string | undefined): Binding[] => {
  const handsets = byPreference(contacts.filter((contact) => takesOf(contact) === 'sms')).flat()
  const holds = (handset: Binding): number => (routeTo(handset) === holder ? 0 : 1)
  return handsets.sort((a, b) => holds(a) - holds(b))
}

/** What is told of several contacts: that one has it, else what may change by itself before what will not. */
const RANKS: readonly Outcome['kind'][] = ['delivered', 'retry', 'away']
const rankOf = ({ kind }: Outcome): number => (RANKS.includes(kind) ? RANKS.indexOf(kind) : RANKS.length)

/** The one of two outcomes that is told; whoever said the other has been heard. */
const told = (before: Outcome | undefined, next: Outcome): Outcome => {
  if (!before) return next
  const [kept, other] = rankOf(next) < rankOf(before) ? [next, before] : [before, next]
  if ('committed' in other) other.committed?.()
  return kept
}

/**
 * Hands texts to a subscriber's handsets and phones. Handsets that registered for SMS over IP go first, in order of
 * preference, one after the other; SIP phones get what these could not be given, as plain text.
 */
export const createSubscriberCarrier = (ports: TextPorts): Carrier => {
  const { subscribers, registrations, log } = ports
  const toHandset = createToHandset(ports)
  const toPhone = createToPhone(ports)

  /** The identity that was addressed, for its handset's sake; else the subscriber's first one. */
  const foundFor = (subscriber: Subscriber, to: string): Found => {
    const uri = parseUri(to)
    const key = uri.ok ? keyOfUri(uri.value) : { user: to }
    const found = subscribers.byIdentity(key.user, key.context, subscriber.msisdn)
    if (found?.subscriber === subscriber) return found
    return { subscriber, identity: subscriber.identities[0] as Found['identity'] }
  }

  const toPhones = (message: MessageRecord, found: Found, phones: Binding[]): Outcome | Promise<Outcome> => {
    const ended = phoneOutcome(message)
    if (ended) return ended
    const { body } = message
    return body.kind === 'text'
      ? toPhone(message, body.text, found, byPreference(phones))
      : { kind: 'failed', reason: 'no text' }
  }

  const toAny = async (message: MessageRecord, found: Found, progress: Progress): Promise<Outcome> => {
    const contacts = contactsOf(registrations, found)
    if (contacts.length === 0) return { kind: 'away', reason: 'not registered' }
    const phones = contacts.filter((contact) => takesOf(contact) === 'text')
    let best: Outcome | undefined
    let begun = message.partsDone > 0
    const holder = holderOf(message)
    for (const handset of inTurn(contacts, holder)) {
      const from = routeTo(handset) === holder ? message.partsDone : 0
      const noted: Progress = {
        total: (parts) => progress.total(parts),
        partDone: (parts, route) => {
          begun = true
          return progress.partDone(parts, route)
        },
      }
      const { outcome, refused, wrongFormat } = await toHandset(message, found, handset, noted, from)
      best = told(best, outcome)
      if (!refused) return best
      if (wrongFormat) phones.push(handset)
    }
    // What began as SMS goes on as SMS: nobody shall read half of it twice. A report is of no use to a phone.
    if (phones.length === 0 || begun || (best && message.body.kind === 'report'))
      return best ?? { kind: 'away', reason: 'no contact takes texts' }
    return told(best, await toPhones(message, found, phones))
  }

  return {
    async deliver(message, progress) {
      const subscriber = subscribers.byImpi(impiOf(message.queue) ?? '')
      if (!subscriber) return { kind: 'failed', reason: 'the subscriber is no longer configured' }
      try {
        return await toAny(message, foundFor(subscriber, message.to), progress)
      } catch (problem) {
        // A part that is confirmed but not on disk: the handset repeats its word, and will find us again.
        log.write('ims', 'error', `text ${message.id}: ${(problem as Error).message}`)
        return { kind: 'retry', reason: 'interrupted' }
      }
    },
  }
}
