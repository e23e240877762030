import type { Binding, Found, MessageRecord, Outcome, Progress } from '#core'
import { addressOf, encodeRp } from '#sms'
import { identityUri } from '../identity.ts'
import { flowToBinding } from '../reach.ts'
import { type Attempt, attemptOf } from './attempt.ts'
import type { Delivery, Reported } from './deliveries.ts'
import { isTaken, isWrongFormat, outcomeOfAnswer, outcomeOfError } from './outcomes.ts'
import { type Answer, letterTo, sendLetter } from './outgoing.ts'
import type { TextPorts } from './ports.ts'
import { tpdusOf } from './rp-parts.ts'

/** TR1N, TS 24.011 §10: how long a handset may think about a part that it has received. */
const TR1N_MS = 40_000

/** Headers of whatever a service centre sends, TS 24.341 §5.3.3.4 and RFC 3841. */
export const gatewayHeaders = (gateway: string): [name: string, value: string][] => [
  ['Accept-Contact', '*;+g.3gpp.smsip;require;explicit'],
  ['Request-Disposition', 'no-fork'],
  ['P-Asserted-Identity', gateway],
]

export const SMS_TYPE = 'application/vnd.3gpp.sms'

/** The way by which a message went to this handset, as its steps tell it. */
export const routeTo = ({ contact }: Pick<Binding, 'contact'>): string => `sms ${contact}`

/** `refused`: this handset did not take it; another contact, or in `wrongFormat` another form, may. */
export type HandsetOutcome = { outcome: Outcome; refused: boolean; wrongFormat: boolean }

const final = (outcome: Outcome): HandsetOutcome => ({ outcome, refused: false, wrongFormat: false })
const refused = (outcome: Outcome, wrongFormat = false): HandsetOutcome => ({
  ...{ outcome, refused: true, wrongFormat },
})

/**
 * Hands a message to a handset part by part, beginning behind those it has (`from`), each confirmed by its own RP-ACK
 * before the next: TS 24.341 §5.3.3.4.
 */
export const createToHandset = (ports: TextPorts) => {
  const { timers, wire, subscribers, deliveries, domain, settings } = ports
  const senderOf = ({ fromImpi }: MessageRecord) =>
    fromImpi === undefined ? undefined : subscribers.byImpi(fromImpi)
  const gateway = `<sip:${settings.gateway}@${domain}>`
  const originator = settings.smsc === '' ? undefined : addressOf(settings.smsc)

  const letterOf = (
    binding: Binding,
    attempt: Attempt,
    { subscriber, identity }: Found,
    tpdu: Uint8Array,
  ) => {
    const to = `<${identityUri(identity, subscriber.domain)}>`
    // Whatever the setting for calls says: it is the identity from which the handset reports.
    const headers = [...gatewayHeaders(gateway), ['P-Called-Party-ID', to] as [string, string]]
    const { reference } = attempt
    const rpdu = encodeRp({
      kind: 'data',
      direction: 'mt',
      reference,
      ...(originator && { originator }),
      tpdu,
    })
    return { ...letterTo(binding, attempt), from: gateway, to, headers, contentType: SMS_TYPE, body: rpdu }
  }

  /** One part: what the handset says of it, or why it never came to that. */
  const hand = (
    message: MessageRecord,
    part: number,
    tpdu: Uint8Array,
    { binding, found }: { binding: Binding; found: Found },
  ): Promise<Reported | Answer | 'silent'> =>
    new Promise((resolve) => {
      const flow = flowToBinding(wire, binding)
      if (!flow) return resolve('transport')
      const attempt = attemptOf(message, part, 'sms', domain)
      let patience: { cancel(): void } | undefined
      let ended = false
      const end = (result: Reported | Answer | 'silent'): void => {
        ended = true
        patience?.cancel()
        deliveries.close(delivery)
        resolve(result)
      }
      const delivery: Delivery = {
        ...{ impi: found.subscriber.impi, id: message.id, part, reference: attempt.reference },
        onReport: end,
      }
      deliveries.open(delivery)
      const onAnswer = (answer: Answer): void => {
        // Its word may be here before SIP's answer.
        if (ended) return
        if (isTaken(answer)) patience = timers.after(TR1N_MS, () => end('silent'))
        else end(answer)
      }
      const branch = attempt.branch(binding.contact)
      sendLetter(ports.request, letterOf(binding, attempt, found, tpdu), flow, onAnswer, branch)
    })

  const judge = (said: Reported | Answer | 'silent', route: string): HandsetOutcome => {
    if (said === 'silent') return refused({ kind: 'retry', reason: 'no delivery report', route, cause: 408 })
    if (typeof said === 'string' || 'status' in said)
      return refused(outcomeOfAnswer(said, route), isWrongFormat(said))
    const { verdict, settle } = said
    if (verdict.kind === 'error') return refused(outcomeOfError(verdict, route, settle))
    return final({ kind: 'delivered', route, committed: settle })
  }

  return async (
    message: MessageRecord,
    found: Found,
    binding: Binding,
    progress: Progress,
    from: number,
  ): Promise<HandsetOutcome> => {
    const route = routeTo(binding)
    const tpdus = tpdusOf(message, senderOf(message), settings)
    if (!tpdus.ok) return final({ kind: 'failed', reason: tpdus.error, route })
    const list = tpdus.value
    progress.total(list.length)
    const { impi } = found.subscriber
    for (let part = Math.min(from, list.length - 1); ; part++) {
      const early = deliveries.takeEarly({ id: message.id, part }, impi)
      const said = early ?? (await hand(message, part, list[part] as Uint8Array, { binding, found }))
      const result = judge(said, route)
      if (result.outcome.kind !== 'delivered' || part === list.length - 1) return result
      await progress.partDone(part + 1, route)
      result.outcome.committed?.()
    }
  }
}
export type ToHandset = ReturnType<typeof createToHandset>
