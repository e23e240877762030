import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ReplayedView, ReplayRequest, WebhookView } from '../../contract.ts'
import type { Courier } from '../../webhooks/courier.ts'
import type { Webhooks } from '../../webhooks/webhooks.ts'
import { refuseField, sendProblem } from '../problems.ts'
import type { Route } from '../route.ts'

export const webhookRoutes = (webhooks: Webhooks): Route[] => {
  /** Does it to the one that is named. */
  const to =
    (work: (courier: Courier) => Promise<void>): Route['handle'] =>
    async (request, reply): Promise<WebhookView | FastifyReply> => {
      const courier = webhooks.find((request.params as { id: string }).id)
      if (!courier) return unknown(reply)
      await work(courier)
      return courier.view()
    }
  const one = { scope: 'webhooks:write', reply: 'Webhook', problems: [404, 503] } as const
  return [
    {
      method: 'GET',
      path: '/webhooks',
      summary: 'Webhooks of the configuration, how they do and what waits for them.',
      scope: 'webhooks:read',
      reply: 'Webhooks',
      problems: [503],
      handle: async () => ({ items: await webhooks.list() }),
    },
    {
      method: 'POST',
      path: '/webhooks/{id}/pause',
      summary: 'Sends nothing until it is resumed; events are kept for seven days.',
      ...one,
      handle: to((courier) => courier.pause()),
    },
    {
      method: 'POST',
      path: '/webhooks/{id}/resume',
      summary: 'Sends again, at once, also to an endpoint that failed.',
      ...one,
      handle: to((courier) => courier.resume()),
    },
    {
      method: 'POST',
      path: '/webhooks/{id}/replay',
      summary: 'Sends events again, of the last seven days: all since a time, or one.',
      scope: 'webhooks:write',
      body: 'ReplayRequest',
      reply: 'Replayed',
      problems: [400, 404, 503],
      handle: (request, reply) => replay(webhooks, request, reply),
    },
  ]
}

const unknown = (reply: FastifyReply): FastifyReply => sendProblem(reply, 404, 'no webhook has this id')

const replay = async (
  webhooks: Webhooks,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<ReplayedView | FastifyReply> => {
  const courier = webhooks.find((request.params as { id: string }).id)
  if (!courier) return unknown(reply)
  const what = request.body as ReplayRequest
  if ((what.since === undefined) === (what.event === undefined))
    return refuseField(reply, 400, 'since', 'give either this or event')
  const events = await webhooks.replay(courier, what)
  return events === undefined ? sendProblem(reply, 404, 'no event has this id') : { events }
}
