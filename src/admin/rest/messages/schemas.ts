import { DELIVERIES, MESSAGE_ORIGINS, MESSAGE_STATES } from '#core'
import { via } from '../gateways/schemas.ts'
import {
  about,
  flag,
  integer,
  list,
  object,
  page,
  type Schema,
  text,
  time,
  without,
} from '../schema-words.ts'

/** 255 parts of 67 characters: fits in any alphabet. */
export const MOST_CHARACTERS = 17_085

/** Shown to people and carried in header fields: no control characters, nothing that ends a quoted name. */
const PLAIN = '^[^\\u0000-\\u001f\\u007f<>"]*$'
const HEX = '^([0-9a-fA-F]{2})*$'

const delivery = about(
  'Whether a text of which nobody knows if a SIM card has sent it goes again, by another one; as its route says when absent.',
  { type: 'string', enum: DELIVERIES },
)

const request = {
  from: about('Number, identity or name that the recipient sees; Tandem when absent. A key may use any.', {
    type: 'string',
    minLength: 1,
    maxLength: 128,
    pattern: PLAIN,
  }),
  to: about('A number, an identity (sip:, tel:), its user part, or an IMPI.', {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    pattern: PLAIN,
  }),
  text: about('Either this or data. Long texts are sent in parts.', {
    type: 'string',
    minLength: 1,
    maxLength: MOST_CHARACTERS,
  }),
  data: about('User data of one SMS behind its header.', { type: 'string', minLength: 1, maxLength: 280 }),
  encoding: about('Of data; hex when absent.', { type: 'string', enum: ['hex', 'base64'] }),
  udh: about('Elements of the user data header in hex, without the length octet.', {
    type: 'string',
    maxLength: 278,
    pattern: HEX,
  }),
  dcs: about('TP-DCS of data; 4 (8 bit) when absent.', { type: 'integer', minimum: 0, maximum: 255 }),
  validity: about('Seconds until it is given up; sms_expires when absent.', {
    type: 'integer',
    minimum: 1,
    maximum: 63 * 7 * 86_400,
  }),
  flash: about('Shown at once and not kept (class 0).', flag),
  tag: about('A word of your own.', { type: 'string', maxLength: 255, pattern: PLAIN }),
  delivery,
}

const why = { reason: text, route: text, cause: integer }
const step = { at: time, state: { type: 'string', enum: MESSAGE_STATES }, ...why }
const message = {
  id: text,
  state: { type: 'string', enum: MESSAGE_STATES },
  origin: { type: 'string', enum: MESSAGE_ORIGINS },
  from: text,
  sender: text,
  to: text,
  recipient: text,
  kind: { type: 'string', enum: ['text', 'data', 'report'] },
  text,
  data: text,
  udh: text,
  dcs: integer,
  acceptedAt: time,
  expiresAt: time,
  ...why,
  attempts: about('Tries that ended without success.', integer),
  parts: integer,
  partsDone: about('Parts that the recipient has confirmed.', integer),
  incomplete: flag,
  tag: text,
  delivery,
  via,
}
const always = without(
  message,
  ...['sender', 'text', 'data', 'udh', 'dcs', 'reason', 'route', 'cause', 'tag', 'delivery', 'via'],
)

export const messageShapes = {
  MessageRequest: object(request, ['to']),
  Accepted: object({ id: text, repeated: flag }),
  Messages: page(object(message, always)),
  Message: object({ ...message, timeline: list(object(step, ['at', 'state'])) }, [...always, 'timeline']),
} satisfies Record<string, Schema>

export const messageQuery: Record<string, Schema> = {
  limit: { type: 'integer', minimum: 1, maximum: 500, default: 100, description: 'Items of a page.' },
  state: about('Of the message.', { type: 'string', enum: MESSAGE_STATES }),
  text: about('Part of from, to or the text.', { type: 'string', minLength: 1, maxLength: 255 }),
}
