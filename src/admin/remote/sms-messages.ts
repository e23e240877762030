import type { MessageBody, MessageDraft, MessageRefusal, MessageTarget, Subscribers } from '#core'
import { fromBase64, toHex } from '#lib/bytes'
import { err, ok, type Result } from '#lib/result'
import type { Input, Message } from './message.ts'
import type { RemoteHouse } from './ports.ts'
import { named, userOf } from './who.ts'

/** TP-User-Data, TS 23.040 §9.2.3.24. */
const MOST_OCTETS = 140
const DEFAULT_DCS = 4

const REFUSED: Record<MessageRefusal, (to: string) => string> = {
  'unknown-user': (to) => `Unknown user: ${to}`,
  forbidden: (to) => `No route lets texts to ${to} pass`,
  overloaded: () => 'Too many messages wait: try again later',
  full: (to) => `Too many messages of this sender, or for ${to}, wait: try again later`,
  'bad-request': () => 'The message cannot be sent as it is',
  failure: () => 'The message could not be stored: try again later',
}

/** TP-User-Data as a client has it: the header's own length octet stands first where there is a header. */
const dataOf = (base64: string, headed: boolean, dcs: number): Result<MessageBody, string> => {
  const octets = fromBase64(base64)
  if (!octets) return err('binary: base64 is needed')
  if (octets.length > MOST_OCTETS) return err(`binary: ${octets.length} octets, at most ${MOST_OCTETS} fit`)
  if (!headed) return ok({ kind: 'data', octets: toHex(octets), dcs })
  const [length = 0] = octets
  if (octets.length === 0 || length >= octets.length)
    return err(
      `binary: its user-data header would have ${length} octets, ${Math.max(0, octets.length - 1)} are there`,
    )
  const [udh, rest] = [octets.subarray(1, 1 + length), octets.subarray(1 + length)]
  return ok({ kind: 'data', octets: toHex(rest), dcs, ...(length > 0 && { udh: toHex(udh) }) })
}

const bodyOf = ({ text, binary, tp_udhi_present = false, dcs }: Input): Result<MessageBody, string> => {
  if (typeof text === 'string')
    // Half a surrogate pair is no character: the disk would keep another one.
    return ok({ kind: 'text', text: text.toWellFormed(), ...(dcs !== undefined && { dcs: dcs as number }) })
  if (typeof binary !== 'string') return err('text or binary: one of them is needed')
  return dataOf(binary, tp_udhi_present as boolean, (dcs as number | undefined) ?? DEFAULT_DCS)
}

/** A public identity is kept as such: it may belong to one handset of several. */
const targetOf = (subscribers: Subscribers, { impi, impu }: Input): MessageTarget | string => {
  if (impi === undefined && typeof impu === 'string') return { user: userOf(impu), text: impu }
  const subscriber = named(subscribers, { impi, impu })
  return typeof subscriber === 'string' ? subscriber : { impi: subscriber.impi }
}

type SmsHouse = Pick<RemoteHouse, 'messages' | 'subscribers' | 'name'>

const draftOf = ({ subscribers, name }: SmsHouse, input: Input): Result<MessageDraft, string> => {
  const to = targetOf(subscribers, input)
  if (typeof to === 'string') return err(to)
  const body = bodyOf(input)
  if (!body.ok) return body
  const { sender = name, pid, validity } = input as { sender?: string; pid?: number; validity?: number }
  return ok({
    origin: 'api',
    from: sender,
    to,
    body: body.value,
    ...(pid !== undefined && { pid }),
    ...(validity !== undefined && { validityS: validity }),
  })
}

export const smsMessages = (house: SmsHouse): Message[] => [
  {
    name: 'sms',
    // Texts of one client share a commit.
    order: 'together',
    run: async (input) => {
      const draft = draftOf(house, input)
      if (!draft.ok) return draft
      const accepted = await house.messages.accept(draft.value)
      if (!accepted.ok) return err(REFUSED[accepted.error](String(input.impi ?? input.impu)))
      return ok({ sms_id: accepted.value.id })
    },
  },
  {
    name: 'sms_flush',
    run: async (input) => {
      const subscriber = named(house.subscribers, input)
      if (typeof subscriber === 'string') return err(subscriber)
      return ok({ count: await house.messages.flush(subscriber.impi) })
    },
  },
]
