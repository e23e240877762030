import type { Found, Subscriber } from '#core'
import { parseUri, type ServerTransaction } from '#sip'
import { callerOf, keyOfUri } from '../identity.ts'
import type { Later, Prove } from '../prove.ts'
import { contactsOf, takesOf } from './capabilities.ts'
import { contentOf } from './content.ts'
import { createPlain, nearOf, targetUriOf } from './plain.ts'
import type { IncomingTextPorts, Replies } from './ports.ts'
import { createRelay } from './relay.ts'
import { createSms } from './sms.ts'

/** MESSAGE, whoever sends it: SMS of a handset (TS 24.341), or plain text (RFC 3428), passed on or stored. */
export const createTexts = (ports: IncomingTextPorts, prove: Prove, replies: Replies, later: Later) => {
  const { subscribers, registrations, settings } = ports
  const relay = createRelay(ports, replies)
  const plain = createPlain(ports, replies, later)
  const sms = createSms(ports, replies, later)

  const receiverOf = ({ request }: ServerTransaction, sender: Subscriber | undefined): Found | undefined => {
    const uri = parseUri(targetUriOf(request))
    if (!uri.ok) return undefined
    const { user, context } = keyOfUri(uri.value)
    return subscribers.byIdentity(user, context, nearOf(sender))
  }

  /** A trusted neighbour speaks for its own, and for those of ours that it asserts (RFC 3325). */
  const assertedBy = ({ request }: ServerTransaction): Subscriber | undefined => {
    const uri = parseUri(callerOf(request, undefined).identity)
    if (!uri.ok) return undefined
    const { user, context } = keyOfUri(uri.value)
    return subscribers.byIdentity(user, context)?.subscriber
  }

  /** Passed on where somebody takes text; who is there with handsets alone gets it as SMS, by way of the store. */
  const pass = (
    transaction: ServerTransaction,
    sender: Subscriber | undefined,
    charset: string | undefined,
  ): void => {
    const found = receiverOf(transaction, sender)
    if (!found) return replies.reply(transaction, 404)
    const contacts = contactsOf(registrations, found)
    if (contacts.length === 0) return replies.reply(transaction, 480)
    const phones = contacts.filter((contact) => takesOf(contact) === 'text')
    if (phones.length > 0) return relay(transaction, sender, found, phones)
    plain(transaction, sender ?? assertedBy(transaction), charset)
  }

  return (transaction: ServerTransaction): void =>
    prove(transaction, (proved) => {
      const content = contentOf(transaction.request)
      if (content.kind === 'refused') return replies.reply(transaction, content.status, content.headers)
      if (content.kind === 'text' && settings.relayOnly) return pass(transaction, proved, content.charset)
      const sender = proved ?? assertedBy(transaction)
      if (content.kind === 'sms') sms(transaction, sender)
      else plain(transaction, sender, content.charset)
    })
}
