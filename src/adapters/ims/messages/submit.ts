import type { MessageBody, MessageDraft, Subscriber } from '#core'
import { toHex } from '#lib/bytes'
import { latin1 } from '#lib/text'
import { type ServerTransaction, tokenOf } from '#sip'
import {
  addressText,
  type Concat,
  concatOf,
  decodeTpdu,
  encodeElements,
  type HeaderElement,
  otherElements,
  type Submit,
  textOf,
  validitySeconds,
  withAlphabet,
} from '#sms'
import { callerOf } from '../identity.ts'
import type { Later } from '../prove.ts'
import { BAD_TPDU, NO_COMMANDS, rpCauseOf, UNFIT_TPDU } from './causes.ts'
import { senderOf } from './names.ts'
import { nearOf } from './plain.ts'
import type { IncomingTextPorts, Replies } from './ports.ts'
import type { RpAnswers } from './rp-answer.ts'

const udhOf = (elements: readonly HeaderElement[]): { udh?: string } =>
  elements.length === 0 ? {} : { udh: toHex(encodeElements(elements)) }

/**
 * What is in it. Of a text only what its alphabet does not say is kept of the header. Data stay as they are, with the
 * elements by which the receiver joins them: what is in a header besides belongs to one part alone.
 */
const bodyOf = ({ userData, dcs }: Submit): MessageBody => {
  const text = textOf(userData, dcs)
  if (text === undefined)
    return { kind: 'data', octets: toHex(userData.payload), dcs, ...udhOf(userData.elements) }
  const isPlain = withAlphabet(dcs, 'gsm7') === 0
  return { kind: 'text', text, ...(!isPlain && { dcs }), ...udhOf(otherElements(userData.elements)) }
}

/** Which long text a part belongs to: facts of TS 23.040 §9.2.3.24.1, and what an 8-bit reference cannot tell apart. */
const partOf = (
  { reference, destination, dcs }: Submit,
  { reference: of, wide, total, sequence }: Concat,
  sender: string,
): NonNullable<MessageDraft['part']> => ({
  key: tokenOf(`part ${sender} ${addressText(destination)} ${wide} ${of} ${total} ${dcs}`),
  ...{ sequence, total, reference },
})

/** TP-RD, TS 23.040 §9.2.3.25: the one bit that a repetition may set anew. */
const REJECT_DUPLICATES = 0x04

/**
 * A repetition has the same TPDU, TP-Message-Reference included, whatever its RP-Message-Reference. Phones that do not
 * count always write 0 there: then only RP tells a repetition from another text of the same words.
 */
const dedupeOf = (tpdu: Uint8Array, submit: Submit, sender: string, reference: number): string => {
  const first = (tpdu[0] as number) & ~REJECT_DUPLICATES
  const counted = submit.reference === 0 ? ` ${reference}` : ''
  return `sms-${tokenOf(`${sender} ${first} ${latin1(tpdu.subarray(1))}${counted}`)}`
}

/** RP-DATA of a handset becomes a message: RP-ACK when it is on disk, TS 24.341 §5.3.3.3. */
export const createSubmit = (
  ports: IncomingTextPorts,
  { reply }: Replies,
  answers: RpAnswers,
  later: Later,
) => {
  const { messages, timers, live } = ports

  const draftOf = (
    { request }: ServerTransaction,
    sender: Subscriber | undefined,
    submit: Submit,
    tpdu: Uint8Array,
    reference: number,
  ): MessageDraft => {
    const { identity, anonymous } = callerOf(request, sender)
    const name = sender?.impi ?? identity
    const number = addressText(submit.destination)
    const concat = concatOf(submit.userData.elements)
    const body = bodyOf(submit)
    const near = nearOf(sender)
    const asked = validitySeconds(submit.validity, timers.clock.wallMs())
    // Less than sms_expires, never more: others' queues are not for a handset to fill for a year.
    const validityS = asked === undefined ? undefined : Math.min(asked, live.smsExpiresS)
    const isPart = concat !== undefined && concat.total > 1 && body.kind === 'text'
    return {
      origin: 'ims',
      from: anonymous ? 'sip:anonymous@anonymous.invalid' : senderOf(identity, sender, true),
      ...(sender && { fromImpi: sender.impi }),
      to: { user: number, text: number, ...(near !== undefined && { near }) },
      body,
      pid: submit.pid,
      ...(validityS !== undefined && { validityS }),
      ...(sender &&
        submit.reportWanted && { reportTo: { impi: sender.impi, references: [submit.reference] } }),
      dedupe: dedupeOf(tpdu, submit, name, reference),
      ...(isPart && { part: partOf(submit, concat, name) }),
    }
  }

  return (
    transaction: ServerTransaction,
    sender: Subscriber | undefined,
    { reference, tpdu }: { reference: number; tpdu: Uint8Array },
  ): void => {
    const decoded = decodeTpdu(tpdu, 'mo')
    if (!decoded.ok || decoded.value.kind !== 'submit') {
      reply(transaction, 202)
      const isCommand = decoded.ok && decoded.value.kind === 'command'
      const fault = decoded.ok ? (isCommand ? NO_COMMANDS : UNFIT_TPDU) : BAD_TPDU
      return answers.refuse(transaction, sender, reference, fault)
    }
    const draft = draftOf(transaction, sender, decoded.value, tpdu, reference)
    later(transaction, messages.accept(draft), (accepted) => {
      // SIP carried it either way; whether the service centre has it is RP's to say.
      reply(transaction, 202)
      if (accepted.ok) answers.acknowledge(transaction, sender, reference, true)
      else answers.refuse(transaction, sender, reference, rpCauseOf(accepted.error))
    })
  }
}
