import type { Binding, Found, MessageRecord, Outcome } from '#core'
import { printDate } from '#sip'
import { identityUri } from '../identity.ts'
import { flowToBinding } from '../reach.ts'
import { attemptOf } from './attempt.ts'
import { addressOfSender } from './names.ts'
import { isTaken, outcomeOfAnswer } from './outcomes.ts'
import { type Answer, letterTo, sendLetter } from './outgoing.ts'
import type { TextPorts } from './ports.ts'

const encoder = new TextEncoder()

/** Which of several refusals is told: one that may pass, before one that will not. */
const better = (a: Outcome | undefined, b: Outcome): Outcome =>
  a && (a.kind === 'retry' || b.kind !== 'retry') ? a : b

/** Gives a text to SIP phones as `text/plain`, RFC 3428: one that takes it suffices. */
export const createToPhone = (ports: TextPorts) => {
  const { wire, subscribers, domain, live } = ports

  const hand = (message: MessageRecord, text: string, found: Found, binding: Binding): Promise<Answer> =>
    new Promise((resolve) => {
      const flow = flowToBinding(wire, binding)
      if (!flow) return resolve('transport')
      const attempt = attemptOf(message, 0, 'text', domain)
      const from = addressOfSender(message.from, subscribers, domain)
      const to = `<${identityUri(found.identity, found.subscriber.domain)}>`
      const headers: [string, string][] = [
        ['P-Asserted-Identity', from],
        ['Date', printDate(message.acceptedAtMs)],
      ]
      if (live.calledPartyId) headers.push(['P-Called-Party-ID', to])
      const letter = { ...letterTo(binding, attempt), from, to, headers, body: encoder.encode(text) }
      const branch = attempt.branch(binding.contact)
      sendLetter(ports.request, { ...letter, contentType: 'text/plain;charset=UTF-8' }, flow, resolve, branch)
    })

  /** All of a group at once; resolves as soon as one took it, or when none did. */
  const handToAll = (
    message: MessageRecord,
    text: string,
    found: Found,
    group: Binding[],
  ): Promise<Outcome> =>
    new Promise((resolve) => {
      let waiting = group.length
      let best: Outcome | undefined
      for (const binding of group) {
        const route = `text ${binding.contact}`
        void hand(message, text, found, binding).then((answer) => {
          if (isTaken(answer)) return resolve({ kind: 'delivered', route })
          best = better(best, outcomeOfAnswer(answer, route))
          if (--waiting === 0) resolve(best)
        })
      }
    })

  /** `groups`: contacts by preference. */
  return async (
    message: MessageRecord,
    text: string,
    found: Found,
    groups: Binding[][],
  ): Promise<Outcome> => {
    let best: Outcome | undefined
    for (const group of groups) {
      const outcome = await handToAll(message, text, found, group)
      if (outcome.kind === 'delivered') return outcome
      best = better(best, outcome)
    }
    return best ?? { kind: 'away', reason: 'not registered' }
  }
}
export type ToPhone = ReturnType<typeof createToPhone>
