import type { FastifyReply, FastifyRequest } from 'fastify'
import { eventViewOf, type OutEvent, wantsOf } from '../../events/envelope.ts'
import type { Feed } from '../../events/feed.ts'
import { refuseField, sendProblem } from '../problems.ts'
import type { Route } from '../route.ts'
import { about, object } from '../schema-words.ts'

const MOST_STREAMS = 50
/** A reader that lags so many octets behind is let go; it comes back with Last-Event-ID. */
const MOST_UNSENT = 1024 * 1024
/** Below every proxy's patience, and our own (`connectionTimeout`). */
const HEARTBEAT_MS = 15_000

/** A group that does not exist would be a stream on which nothing ever comes. */
const KNOWN = /^(?:\*|(?:message|call|registration|source|line|gateway)\.(?:\*|[a-z]+))$/
const WANTED =
  'expected such as message.*,call.ended or *; there are message, call, registration, source and line'

export const eventRoutes = (feed: Feed): Route[] => {
  const streams = new Set<FastifyReply>()
  return [
    {
      method: 'GET',
      path: '/events',
      summary: 'What happens, as server-sent events: message.*, call.*, registration.*, line.*, source.*.',
      scope: 'events:read',
      query: object(
        {
          types: about('Which, separated by commas, such as message.*,call.ended; all when absent.', {
            type: 'string',
            pattern: '^[a-z.*]+(,[a-z.*]+)*$',
            maxLength: 512,
          }),
        },
        [],
      ),
      headers: {
        'Last-Event-ID': about('What came since this event is told first; browsers send it by themselves.', {
          type: 'string',
          maxLength: 128,
        }),
      },
      stream: 'text/event-stream',
      problems: [400, 503],
      handle: (request, reply) => {
        const { types = '*' } = request.query as { types?: string }
        if (!types.split(',').every((one) => KNOWN.test(one))) return refuseField(reply, 400, 'types', WANTED)
        if (streams.size >= MOST_STREAMS)
          return sendProblem(reply.header('retry-after', 10), 503, `${MOST_STREAMS} streams are open`)
        streams.add(reply)
        stream(feed, request, reply, () => streams.delete(reply))
        return reply
      },
    },
  ]
}

const HEAD = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-accel-buffering': 'no',
}

const stream = (feed: Feed, request: FastifyRequest, reply: FastifyReply, onEnd: () => void): void => {
  const { types = '*' } = request.query as { types?: string }
  const wants = wantsOf(types.split(','))
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, HEAD)
  raw.write('retry: 3000\n\n')
  const hear = (event: OutEvent): void => {
    if (raw.writableLength > MOST_UNSENT) raw.destroy()
    else raw.write(textOf(event))
  }
  const missed = missedBy(feed, request)
  if (missed) for (const event of missed) if (wants(event.type)) hear(event)
  if (!missed) raw.write('event: gap\ndata: {}\n\n')
  const leave = feed.subscribe({ wants, hear, returns: true })
  const heartbeat = setInterval(() => raw.write(':\n\n'), HEARTBEAT_MS).unref()
  raw.on('close', () => {
    clearInterval(heartbeat)
    leave()
    onEnd()
  })
}

/** Undefined: it asks for more than is remembered. */
const missedBy = (feed: Feed, { headers }: FastifyRequest): OutEvent[] | undefined => {
  const last = headers['last-event-id']
  return typeof last === 'string' && last !== '' ? feed.since(last) : []
}

/** JSON has no line ends of its own, so one `data` line holds it. */
const textOf = (event: OutEvent): string =>
  `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(eventViewOf(event))}\n\n`
