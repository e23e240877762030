import { CALL_STATES } from '../contract.ts'

export type Schema = { readonly [word: string]: unknown }

const text: Schema = { type: 'string' }
const time: Schema = { type: 'string', format: 'date-time' }
const object = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})
const list = (items: Schema): Schema => ({ type: 'array', items })
const without = (properties: Record<string, Schema>, ...optional: string[]): string[] =>
  Object.keys(properties).filter((name) => !optional.includes(name))

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
const call = {
  id: text,
  state: { type: 'string', enum: CALL_STATES },
  caller: text,
  callee: text,
  dialled: text,
  kind: { type: 'string', enum: ['call', 'echo'] },
  video: { type: 'boolean' },
  startedAt: time,
  ringingAt: time,
  answeredAt: time,
  endedAt: time,
  talkS: { type: 'number' },
  cause: text,
  status: { type: 'integer' },
  callIds: list(text),
}
const User = object(user, without(user, 'number'))
const Call = object(call, without(call, 'ringingAt', 'answeredAt', 'endedAt', 'cause', 'status'))
const page = (items: Schema): Schema => object({ items: list(items), cursor: text }, ['items'])

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
  Problem: object({ type: text, title: text, status: { type: 'integer' }, detail: text }, [
    'type',
    'title',
    'status',
  ]),
} satisfies Record<string, Schema>

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
} satisfies Record<string, Schema>
