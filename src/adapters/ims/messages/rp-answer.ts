import type { Binding, Subscriber } from '#core'
import type { Flow } from '#lib/wire'
import { parseAddress, type ServerTransaction } from '#sip'
import { encodeRp, encodeSubmitReport, type Rp, smsTime } from '#sms'
import { identityUri } from '../identity.ts'
import { flowToBinding } from '../reach.ts'
import { takesOf } from './capabilities.ts'
import type { RpFault } from './causes.ts'
import { isTaken } from './outcomes.ts'
import { sendLetter } from './outgoing.ts'
import type { TextPorts } from './ports.ts'
import { gatewayHeaders, SMS_TYPE } from './to-handset.ts'

type Way = { uri: string; routes: readonly string[]; flow: Flow }

/** What the service centre answers in RP: a MESSAGE of its own that names the one it answers, TS 24.341 §5.3.3.3. */
export const createRpAnswers = (ports: TextPorts) => {
  const { timers, random, log, wire, registrations, domain, settings, live } = ports
  const gateway = `<sip:${settings.gateway}@${domain}>`

  const bindingFor = (subscriber: Subscriber, { address, port, transport }: Flow): Binding | undefined => {
    const bindings = registrations.of(subscriber)
    const here = bindings.filter((binding) => binding.address === address)
    return (
      here.find((binding) => binding.port === port && binding.transport === transport) ??
      here.find((binding) => takesOf(binding) === 'sms') ??
      bindings.find((binding) => takesOf(binding) === 'sms')
    )
  }

  /** To the contact that asked; to who never registered, back the way it came. */
  const wayTo = ({ request, flow }: ServerTransaction, subscriber: Subscriber | undefined): Way => {
    const binding = subscriber && bindingFor(subscriber, flow)
    const path = binding && flowToBinding(wire, binding)
    if (binding && path) return { uri: binding.contact, routes: binding.path, flow: path }
    const from = parseAddress(request.headers.get('From') ?? '')
    return { uri: from.ok ? from.value.uri : `sip:${flow.address}:${flow.port}`, routes: [], flow }
  }

  const send = (transaction: ServerTransaction, subscriber: Subscriber | undefined, rp: Rp): void => {
    const { headers } = transaction.request
    const way = wayTo(transaction, subscriber)
    const [identity] = subscriber?.identities ?? []
    const to = subscriber && identity ? `<${identityUri(identity, subscriber.domain)}>` : `<${way.uri}>`
    const letter = {
      ...{ uri: way.uri, routes: way.routes, from: gateway, to },
      ...{ callId: `${random.token(20)}@${domain}`, tag: random.token() },
      headers: [
        ...gatewayHeaders(gateway),
        ['In-Reply-To', headers.get('Call-ID') ?? ''] as [string, string],
      ],
      ...{ contentType: SMS_TYPE, body: encodeRp(rp) },
    }
    sendLetter(ports.request, letter, way.flow, (answer) => {
      if (isTaken(answer)) return
      const said = typeof answer === 'string' ? answer : `${answer.status}`
      log.write('ims', 'warn', `RP-${rp.kind.toUpperCase()} not taken: ${said}`, {
        user: subscriber?.impi ?? way.uri,
      })
    })
  }

  const reportTime = () => {
    const now = timers.clock.wallMs()
    return smsTime(now, -new Date(now).getTimezoneOffset())
  }

  return {
    /** RP-ACK; `report`: of an SMS-SUBMIT, with the time at which it was taken. */
    acknowledge(
      transaction: ServerTransaction,
      subscriber: Subscriber | undefined,
      reference: number,
      report: boolean,
    ): void {
      const tpdu = report ? encodeSubmitReport({ kind: 'submit-report', time: reportTime() }) : undefined
      send(transaction, subscriber, { kind: 'ack', direction: 'mt', reference, ...(tpdu && { tpdu }) })
    },
    /** RP-ERROR, whose cause the operator may have forced. */
    refuse(
      transaction: ServerTransaction,
      subscriber: Subscriber | undefined,
      reference: number,
      { cause, failure, why }: RpFault,
    ): void {
      const said = live.smsForcedRpCause || cause
      log.write('ims', 'info', `RP-ERROR ${said}: ${why}`, {
        user: subscriber?.impi ?? transaction.flow.address,
      })
      const report = failure === undefined ? undefined : { kind: 'submit-report' as const, cause: failure }
      const tpdu = report && encodeSubmitReport({ ...report, time: reportTime() })
      send(transaction, subscriber, {
        ...{ kind: 'error', direction: 'mt', reference, cause: said },
        ...(tpdu && { tpdu }),
      })
    },
  }
}
export type RpAnswers = ReturnType<typeof createRpAnswers>
