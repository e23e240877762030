import type { Subscriber } from '#core'
import type { ServerTransaction } from '#sip'
import { decodeRp, type Rp, rpReference } from '#sms'
import type { Later } from '../prove.ts'
import { BAD_RP, FILTERED, UNKNOWN_RP } from './causes.ts'
import type { IncomingTextPorts, Replies } from './ports.ts'
import { createReports } from './reports.ts'
import { createRpAnswers } from './rp-answer.ts'
import { createSubmit } from './submit.ts'

/** RP-ACK and RP-ERROR of a handset, TS 24.011 §8.2.2: never answered in RP. */
const isReport = (octet: number | undefined): boolean => ((octet ?? 0) & 7) === 2 || ((octet ?? 0) & 7) === 4

/** `application/vnd.3gpp.sms`: one RPDU of a handset, TS 24.341 §5.3.3 and TS 24.011 §7.3. */
export const createSms = (ports: IncomingTextPorts, replies: Replies, later: Later) => {
  const { messages, live } = ports
  const { reply } = replies
  const answers = createRpAnswers(ports)
  const submit = createSubmit(ports, replies, answers, later)
  const report = createReports(ports, replies, later)

  /** A damaged report earns nothing in RP, TS 24.011 §9.3; all else with a reference gets an RP-ERROR. */
  const onDamage = (transaction: ServerTransaction, sender: Subscriber | undefined, fault: string): void => {
    const { body } = transaction.request
    const reference = rpReference(body)
    if (reference === undefined || isReport(body[0])) return reply(transaction, 400)
    reply(transaction, 202)
    answers.refuse(transaction, sender, reference, fault === 'type' ? UNKNOWN_RP : BAD_RP)
  }

  const onData = (
    transaction: ServerTransaction,
    sender: Subscriber | undefined,
    rp: Rp & { kind: 'data' },
  ): void => {
    const filter = live.smsMessageFilter.rp_data
    if (filter === 'treat') return submit(transaction, sender, rp)
    reply(transaction, 202)
    if (filter === 'reject') answers.refuse(transaction, sender, rp.reference, FILTERED)
  }

  return (transaction: ServerTransaction, sender: Subscriber | undefined): void => {
    const decoded = decodeRp(transaction.request.body)
    if (!decoded.ok) return onDamage(transaction, sender, decoded.error)
    const rp = decoded.value
    if (rp.direction === 'mt') return onDamage(transaction, sender, 'type')
    if (rp.kind === 'data') return onData(transaction, sender, rp)
    if (rp.kind !== 'smma') return report(transaction, sender, rp)
    // Memory available again, TS 24.341 §5.3.3.5.
    if (sender) messages.wake(sender.impi)
    reply(transaction, 202)
    answers.acknowledge(transaction, sender, rp.reference, false)
  }
}
