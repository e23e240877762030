import { FINAL_STATES, impiOf, type MessageRecord, type Subscriber } from '#core'
import type { ServerTransaction } from '#sip'
import { decodeTpdu, type Rp } from '#sms'
import type { Later } from '../prove.ts'
import { namedBy } from './attempt.ts'
import type { Reported, Verdict } from './deliveries.ts'
import type { IncomingTextPorts, Replies } from './ports.ts'

const verdictOf = (rp: Rp & { kind: 'ack' | 'error' }): Verdict => {
  if (rp.kind === 'ack') return { kind: 'ack' }
  const report = rp.tpdu && decodeTpdu(rp.tpdu, 'mo', 'error')
  const failure = report?.ok && report.value.kind === 'deliver-report' ? report.value.cause : undefined
  return { kind: 'error', cause: rp.cause, failure }
}

/**
 * RP-ACK and RP-ERROR of a handset: its word on a part that it was given, TS 24.341 §5.3.3.4. It is answered when what
 * follows from it is on disk, so that it is repeated until then. What nobody waits for is answered at once, and ignored.
 */
export const createReports = (ports: IncomingTextPorts, { reply }: Replies, later: Later) => {
  const { messages, deliveries, live, log } = ports

  type Late = Reported & { named: { id: string; part: number }; impi: string }

  /** It came after its attempt was given up, or before this server's new life took that up. */
  const takeLate = async (late: Late, message: MessageRecord): Promise<void> => {
    const { named, impi, settle } = late
    const isOver = FINAL_STATES.includes(message.state) || named.part < message.partsDone
    if (isOver || late.verdict.kind === 'error') return settle()
    const isLast = named.part + 1 === message.partsTotal
    const route = 'sms, late report'
    if (isLast && (await messages.report(named.id, { state: 'delivered', route }))) return settle()
    if (deliveries.take({ ...late, reference: -1 })) return
    deliveries.keepEarly(named, impi, late)
    messages.wake(impi)
  }

  const onLate = async (late: Late): Promise<void> => {
    const message = await messages.get(late.named.id)
    if (message && impiOf(message.queue) === late.impi) return takeLate(late, message)
    log.write(
      'ims',
      'warn',
      `delivery report for ${message ? 'a message of somebody else' : 'an unknown message'}`,
      {
        user: late.impi,
      },
    )
    late.settle()
  }

  return (
    transaction: ServerTransaction,
    sender: Subscriber | undefined,
    rp: Rp & { kind: 'ack' | 'error' },
  ): void => {
    const filter = rp.kind === 'ack' ? live.smsMessageFilter.rp_ack : 'treat'
    if (filter === 'reject') return reply(transaction, 403)
    const settle = (): void => {
      if (!transaction.answered) reply(transaction, 202)
    }
    if (filter === 'ignore' || !sender) return settle()
    const { impi } = sender
    const named = namedBy(transaction.request.headers.get('In-Reply-To') ?? '')
    const reported = { verdict: verdictOf(rp), settle }
    if (deliveries.take({ ...reported, impi, named, reference: rp.reference })) return
    if (named) return later(transaction, onLate({ ...reported, named, impi }), () => {})
    log.write('ims', 'info', `delivery report ${rp.reference} that nobody waits for`, { user: impi })
    settle()
  }
}
