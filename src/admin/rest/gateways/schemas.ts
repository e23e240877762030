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

const words: Schema = { type: 'object', additionalProperties: text }
const KINDS = ['goip', 'ejoin']
const kind: Schema = { type: 'string', enum: KINDS }
const period = object({ day: integer, month: integer, total: integer })
const counts = object({ sent: period, failed: period, received: period, recipients: integer })
const card = { iccid: text, imsi: text, number: text, operator: text }

const device = {
  ...{ name: text, kind, lines: integer, registered: integer, lastSeenAt: time },
  ...{ fields: words, commands: list(text) },
}
const line = {
  ...{ id: text, device: text, port: text, kind, state: text, detail: text, since: time, lastSeenAt: time },
  ...{ sendable: flag, hindrance: text, busy: flag, locked: flag, failuresInRow: integer },
  ...{ ...card, plmn: text, imei: text, signal: integer, balance: text },
  limits: { type: 'object', additionalProperties: object({ used: integer, limit: integer }) },
  counts,
  fields: words,
}
const optionalOfLine = [
  ...['detail', 'hindrance', ...Object.keys(card), 'plmn', 'imei', 'signal', 'balance', 'limits', 'fields'],
]
const sim = { card: text, ...card, line: text, locked: flag, counts }
const event = { line: text, name: text, at: time, fields: words }
const call = {
  ...{ id: text, line: text, direction: { type: 'string', enum: ['in', 'out'] }, caller: text, callee: text },
  ...{ callId: text, beganAt: time, answeredAt: time, endedAt: time, reason: text },
}
export const GatewayCall = object(call, without(call, 'callId', 'beganAt', 'answeredAt', 'endedAt'))
/** The card that a text came by, or left by. */
export const via = object({ line: text, port: text, ...card }, ['line', 'port'])

const route = {
  name: text,
  match: {
    type: 'object',
    additionalProperties: true,
    properties: { kind: text, to: text, from: text },
    required: ['kind', 'to', 'from'],
  },
  ...{ to: list(text), fallback: list(text), strategy: text },
  settings: { type: 'object', additionalProperties: true },
}
const trunk = {
  ...{ name: text, calls: integer, mostCalls: integer, reachable: flag, rests: flag },
  registration: object({ registered: flag, reason: text }, ['registered']),
}
const target = object({ target: text, usable: flag, why: text }, ['target', 'usable'])
const Line = object(line, without(line, ...optionalOfLine))
const number = (description: string): Schema =>
  about(description, { type: 'string', minLength: 1, maxLength: 255 })

/** `goip.lines` of the configuration. */
const goipLine = {
  id: about('What the device sends as its id.', { type: 'string', pattern: '^[^\\s;:]{1,64}$' }),
  password: { type: 'string', pattern: '^[^\\s;]{1,64}$' },
  number: about('Of its SIM card.', { type: 'string', pattern: '^(?:|\\+?[0-9]{1,32})$' }),
  device: about('Which device it is part of.', { type: 'string', pattern: '^[^\\s/]{0,64}$' }),
  status_ok: { type: 'integer', minimum: 0, maximum: 999 },
  status_refused: { type: 'integer', minimum: 0, maximum: 999 },
  wait_poll: { type: 'string', enum: ['never', 'silent', 'spec'] },
  number_format: about('plus, bare, national, national:49, or a prefix such as 00.', {
    type: 'string',
    pattern: '^(?:plus|bare|national(?::[0-9]{1,3})?|(?=.)(?:prefix:)?\\+?[0-9*#]{0,16})$',
  }),
  ...{ pin_address: flag, ack_newline: flag, direct_sms: flag, call_events: flag },
  module_off: { type: 'integer', minimum: 0, maximum: 2 },
} satisfies Record<string, Schema>

const goipLineSettings = {
  id: text,
  line: about('Its id in GET /lines.', text),
  added: about('By POST /goip-lines; the others are of the configuration, and changed there.', flag),
  ...{ number: text, device: text, status_ok: integer, status_refused: integer, wait_poll: text },
  ...{ number_format: text, pin_address: flag, ack_newline: flag, direct_sms: flag, call_events: flag },
  ...{ module_off: integer, trunk: text },
}

export const gatewayShapes = {
  Devices: object({ items: list(object(device)) }),
  Lines: page(Line),
  Line,
  Sims: page(object(sim, without(sim, ...Object.keys(card), 'line'))),
  UssdRequest: object(
    {
      code: about('Digits, * and #. Without one an open session ends.', {
        type: 'string',
        pattern: '^[0-9*#+]{1,64}$',
      }),
    },
    [],
  ),
  Ussd: object({ text, open: flag }),
  CommandRequest: object(
    {
      name: about('One of the commands of the device.', {
        type: 'string',
        pattern: '^[A-Za-z_]{1,40}$',
      }),
      values: about('What it is told, in its order.', {
        ...list({ type: 'string', maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f]*$' }),
        maxItems: 8,
      }),
    },
    ['name'],
  ),
  Command: object({ text }),
  GatewayEvents: page(object(event)),
  GatewayCalls: page(GatewayCall),
  Trunks: object({ items: list(object(trunk, without(trunk, 'registration'))) }),
  Routes: object({ items: list(object(route)) }),
  GoipLineRequest: object(goipLine, ['id', 'password']),
  GoipLines: page(object(goipLineSettings)),
  Removed: object({ id: text }),
  RouteTryRequest: object(
    {
      kind: { type: 'string', enum: ['call', 'message'] },
      from: number('Number or identity of the sender or caller.'),
      to: number('What is dialled, or whom the text is for.'),
      tag: { type: 'string', maxLength: 255 },
    },
    ['kind', 'from', 'to'],
  ),
  RouteTry: object({ accepted: flag, why: text, route: text, targets: list(target) }, [
    ...['accepted', 'why', 'targets'],
  ]),
} satisfies Record<string, Schema>

const paging: Record<string, Schema> = {
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Items of a page.' },
  cursor: { type: 'string', maxLength: 512, description: 'Continues after the page that gave it.' },
}
const search = (description: string): Schema =>
  about(description, { type: 'string', minLength: 1, maxLength: 64 })

export const gatewayQueries = {
  lines: object(
    {
      ...paging,
      device: search('Lines of this device.'),
      kind: about('Of the device.', kind),
      state: search('Of the line, such as registered or offline.'),
      sendable: about('Whether it would take a text now.', flag),
      search: search('Part of an id, a number, ICCID, IMSI, IMEI or the operator.'),
    },
    [],
  ),
  goipLines: object(paging, []),
  sims: object({ ...paging, search: search('Part of an ICCID, IMSI, number, line or the operator.') }, []),
  records: object({ ...paging, line: about('Id of a line.', { type: 'string', maxLength: 255 }) }, []),
} satisfies Record<string, Schema>
