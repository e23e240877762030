import { CALL_STATES } from '../contract.ts'
import { GatewayCall, gatewayShapes } from './gateways/schemas.ts'
import { messageQuery, messageShapes } from './messages/schemas.ts'
import { list, object, page, type Schema, text, time, without } from './schema-words.ts'
import { webhookShapes } from './webhooks/schemas.ts'

export type { Schema }

const binding = {
  contact: text,
  expiresInS: { type: 'integer' },
  q: { type: 'number' },
  source: text,
  transport: { type: 'string', enum: ['udp', 'tcp', 'tls', 'ws', 'wss'] },
  userAgent: text,
  instance: text,
}
const user = {
  impi: text,
  impus: list(text),
  number: text,
  registered: { type: 'boolean' },
  bindings: list(object(binding, without(binding, 'userAgent', 'instance'))),
  calls: { type: 'integer' },
}
const guest = {
  how: { type: 'string', enum: ['web', 'call-back'] },
  address: text,
  origin: text,
  visitor: text,
}
const call = {
  id: text,
  state: { type: 'string', enum: CALL_STATES },
  caller: text,
  callee: text,
  dialled: text,
  kind: { type: 'string', enum: ['call', 'echo', 'mt', 'emergency'] },
  video: { type: 'boolean' },
  startedAt: time,
  ringingAt: time,
  answeredAt: time,
  endedAt: time,
  talkS: { type: 'number' },
  cause: text,
  status: { type: 'integer' },
  callIds: list(text),
  cti: text,
  skill: text,
  guest: object(guest, without(guest, 'origin', 'visitor')),
  gateway: GatewayCall,
}
const User = object(user, without(user, 'number'))
const Call = object(
  call,
  without(call, 'ringingAt', 'answeredAt', 'endedAt', 'cause', 'status', 'cti', 'skill', 'guest', 'gateway'),
)

/** The shapes of contract.ts by their names in the OpenAPI document. */
export const shapes = {
  Health: object({ status: { type: 'string', enum: ['ok'] }, version: text, uptimeS: { type: 'integer' } }),
  Users: page(User),
  Calls: page(Call),
  Login: object({ user: text, csrfToken: text, expiresInS: { type: 'integer' } }),
  LoginRequest: object(
    { password: { type: 'string', maxLength: 1024 }, user: { type: 'string', maxLength: 64 } },
    ['password'],
  ),
  PasswordRequest: object({
    old: { type: 'string', maxLength: 1024 },
    new: { type: 'string', minLength: 10, maxLength: 1024 },
  }),
  ...messageShapes,
  ...webhookShapes,
  ...gatewayShapes,
  Problem: object(
    {
      type: text,
      title: text,
      status: { type: 'integer' },
      detail: text,
      errors: list(object({ field: text, detail: text })),
    },
    ['type', 'title', 'status'],
  ),
} satisfies Record<string, Schema>
export type ShapeName = keyof typeof shapes

const paging: Record<string, Schema> = {
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Items of a page.' },
  cursor: { type: 'string', maxLength: 512, description: 'Continues after the page that gave it.' },
  user: {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    description: 'IMPI, IMPU, its user part, or a number.',
  },
  number: { type: 'string', minLength: 1, maxLength: 64, description: 'Another word for `user`.' },
}

export const queries = {
  users: object({ ...paging, registered: { type: 'boolean' } }, []),
  calls: object({ ...paging, state: { type: 'string', enum: [...CALL_STATES, 'active'] } }, []),
  messages: object({ ...paging, ...messageQuery }, []),
} satisfies Record<string, Schema>
