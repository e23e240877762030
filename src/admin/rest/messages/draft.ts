import type { MessageBody, MessageDraft } from '#core'
import { fromBase64, fromHex, toHex } from '#lib/bytes'
import { err, ok, type Result } from '#lib/result'
import type { MessageRequest } from '../../contract.ts'

/** What is wrong, and with which member. */
export type FieldFault = { field: string; detail: string }

/** A draft without whom it is for: that is looked up by trying. */
export type Letter = Omit<MessageDraft, 'to'>

const SENDER = 'Tandem'
/** TP-UD without and with a header, TS 23.040 §9.2.3.16. */
const MOST_OCTETS = 140
/** Class 0, TS 23.038 §4: in 7 bit and in 8 bit. */
const [FLASH_TEXT, OCTETS, FLASH_OCTETS] = [0x10, 0x04, 0x14]

const fault = (field: string, detail: string): Result<never, FieldFault> => err({ field, detail })

/** The request's members make sense together; each alone was checked by its schema. */
export const letterOf = (request: MessageRequest, dedupe: string | undefined): Result<Letter, FieldFault> => {
  const body = request.text === undefined ? dataBodyOf(request) : textBodyOf(request)
  if (!body.ok) return body
  return ok({
    origin: 'rest',
    from: request.from ?? SENDER,
    body: body.value,
    ...(request.validity !== undefined && { validityS: request.validity }),
    ...(request.tag !== undefined && { tag: request.tag }),
    ...(request.delivery !== undefined && { delivery: request.delivery }),
    ...(dedupe !== undefined && { dedupe }),
  })
}

const textBodyOf = ({ text = '', data, encoding, udh, dcs, flash }: MessageRequest) => {
  for (const [field, value] of Object.entries({ data, encoding, udh, dcs }))
    if (value !== undefined) return fault(field, 'goes with data, and there is a text')
  const body: MessageBody = {
    kind: 'text',
    // Half a surrogate pair is no character and would be stored as another one.
    text: text.toWellFormed(),
    ...(flash === true && { dcs: FLASH_TEXT }),
  }
  return ok(body)
}

const dataBodyOf = ({ data, encoding, udh, dcs, flash }: MessageRequest): Result<MessageBody, FieldFault> => {
  if (data === undefined) return fault('text', 'give a text, or data')
  const octets = encoding === 'base64' ? fromBase64(data) : fromHex(data)
  if (!octets) return fault('data', `not ${encoding ?? 'hex'}`)
  if (flash !== undefined && dcs !== undefined) return fault('flash', 'dcs says the class already')
  const header = udh === undefined ? undefined : fromHex(udh)
  if (udh !== undefined && !(header && isHeader(header)))
    return fault('udh', 'not header elements (identifier, length, octets) in hex')
  const length = octets.length + (header ? header.length + 1 : 0)
  if (length > MOST_OCTETS)
    return fault('data', `${length} octets with its header, and ${MOST_OCTETS} fit into one message`)
  return ok({
    kind: 'data',
    octets: toHex(octets),
    dcs: dcs ?? (flash === true ? FLASH_OCTETS : OCTETS),
    ...(header && header.length > 0 && { udh: toHex(header) }),
  })
}

/** Information elements that fill it exactly, TS 23.040 §9.2.3.24. */
const isHeader = (header: Uint8Array): boolean => {
  let at = 0
  while (at + 1 < header.length) at += 2 + (header[at + 1] as number)
  return at === header.length
}
