import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Accepted, MessageQuery, MessageRecord, MessageRefusal, Messages } from '#core'
import { err, type Result } from '#lib/result'
import type {
  AcceptedView,
  MessageDetailView,
  MessageRequest,
  MessageView,
  PageView,
} from '../../contract.ts'
import { cursorOf, partsOf } from '../cursors.ts'
import { refuseField, sendProblem } from '../problems.ts'
import type { Route } from '../route.ts'
import { queries } from '../schemas.ts'
import { type Letter, letterOf } from './draft.ts'
import { dedupeOf, isSame, keyOf } from './idempotency.ts'
import { targetsOf } from './target.ts'
import { messageDetailOf, messageViewOf } from './view.ts'

const RETRY_AFTER_S = 5

export const messageRoutes = (messages: Messages): Route[] => [
  {
    method: 'POST',
    path: '/messages',
    summary: 'Takes a text. The answer comes when it is stored: from then on it is not lost.',
    scope: 'messages:send',
    headers: {
      'Idempotency-Key': {
        type: 'string',
        maxLength: 202,
        description:
          'The same key with the same body is the same message: 200 with its id, and nothing is sent.',
      },
    },
    body: 'MessageRequest',
    reply: 'Accepted',
    statuses: [201, 200],
    problems: [400, 413, 415, 422, 503],
    handle: (request, reply) => post(messages, request, reply),
  },
  {
    method: 'GET',
    path: '/messages',
    summary: 'Messages, newest first.',
    scope: 'messages:read',
    query: queries.messages,
    reply: 'Messages',
    problems: [400],
    handle: (request, reply) => list(messages, request.query as MessagesQuery, reply),
  },
  {
    method: 'GET',
    path: '/messages/{id}',
    summary: 'One message with its timeline.',
    scope: 'messages:read',
    reply: 'Message',
    problems: [404],
    handle: async (request, reply) => detail(await messages.get(idOf(request)), reply),
  },
  {
    method: 'POST',
    path: '/messages/{id}/cancel',
    summary: 'Ends a message that nobody has got yet.',
    scope: 'messages:send',
    reply: 'Message',
    problems: [404, 409, 503],
    handle: (request, reply) => cancel(messages, idOf(request), reply),
  },
]

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id

const post = async (
  messages: Messages,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<AcceptedView | FastifyReply> => {
  const body = request.body as MessageRequest
  const field = request.headers['idempotency-key']
  const key = field === undefined ? undefined : keyOf(field)
  if (field !== undefined && key === undefined)
    return refuseField(reply, 400, 'Idempotency-Key', 'up to 200 visible characters, best in quotes')
  const letter = letterOf(body, key === undefined ? undefined : dedupeOf(request.caller, key))
  if (!letter.ok) return refuseField(reply, 400, letter.error.field, letter.error.detail)
  const accepted = await submit(messages, letter.value, body.to)
  if (!accepted.ok) return refuse(reply, accepted.error)
  const { id, duplicate } = accepted.value
  if (duplicate && !(await isRepeat(messages, id, letter.value, body.to)))
    return refuseField(reply, 422, 'Idempotency-Key', 'was used for another message')
  reply.code(duplicate ? 200 : 201).header('location', `/api/v1/messages/${id}`)
  return { id, repeated: duplicate }
}

/** The first meaning of the address that somebody answers to. */
const submit = async (
  messages: Messages,
  letter: Letter,
  to: string,
): Promise<Result<Accepted, MessageRefusal>> => {
  let last: Result<Accepted, MessageRefusal> = err('unknown-user')
  for (const target of targetsOf(to) ?? []) {
    last = await messages.accept({ ...letter, to: target })
    if (last.ok || last.error !== 'unknown-user') break
  }
  return last
}

/** A message that is gone from the store by now cannot be compared: its key still stands for it. */
const isRepeat = async (messages: Messages, id: string, letter: Letter, to: string): Promise<boolean> => {
  const record = await messages.get(id)
  return record === undefined || isSame(letter, to, record)
}

const refuse = (reply: FastifyReply, why: MessageRefusal): FastifyReply => {
  switch (why) {
    case 'unknown-user':
      return refuseField(reply, 422, 'to', 'nobody here has this number or name')
    case 'forbidden':
      return refuseField(reply, 422, 'to', 'no route lets texts to this number pass')
    case 'overloaded':
      return sendProblem(reply.header('retry-after', RETRY_AFTER_S), 503, 'too many messages wait')
    case 'full':
      return sendProblem(
        reply.header('retry-after', RETRY_AFTER_S),
        429,
        'too many messages of this sender, or for this number, wait: messages.most_per_sender, messages.most_per_recipient',
      )
    case 'failure':
      return sendProblem(reply.header('retry-after', RETRY_AFTER_S), 503, 'it could not be stored: try again')
    default:
      return sendProblem(reply, 422, `this cannot be sent as a message: ${why}`)
  }
}

type MessagesQuery = MessageQuery & { cursor?: string; number?: string }

const list = async (
  messages: Messages,
  { limit, cursor, state, text, ...named }: MessagesQuery,
  reply: FastifyReply,
): Promise<PageView<MessageView> | FastifyReply> => {
  const [before, ...more] = cursor === undefined ? [] : (partsOf(cursor) ?? [])
  if (cursor !== undefined && (before === undefined || more.length > 0))
    return refuseField(reply, 400, 'cursor', 'not one that was given out')
  const user = named.user ?? named.number
  const records = await messages.list({
    limit: limit + 1,
    ...(before !== undefined && { before }),
    ...(state !== undefined && { state }),
    ...(user !== undefined && { user }),
    ...(text !== undefined && { text }),
  })
  const items = records.slice(0, limit).map(messageViewOf)
  const last = items.at(-1)
  return records.length > limit && last ? { items, cursor: cursorOf(last.id) } : { items }
}

const detail = (record: MessageRecord | undefined, reply: FastifyReply): MessageDetailView | FastifyReply =>
  record ? messageDetailOf(record) : sendProblem(reply, 404, 'no message has this id')

const cancel = async (
  messages: Messages,
  id: string,
  reply: FastifyReply,
): Promise<MessageDetailView | FastifyReply> => {
  const done = await messages.cancel(id)
  const record = await messages.get(id)
  if (done || !record) return detail(record, reply)
  return sendProblem(reply, 409, `it is ${record.state}: only what waits can be cancelled`)
}
