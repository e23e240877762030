import type { FastifyReply } from 'fastify'
import type { GatewayDesk, GoipLineWish } from '../../gateways/ports.ts'
import { lineViewOf } from '../../gateways/views.ts'
import { refuseField, sendProblem } from '../problems.ts'
import type { Route } from '../route.ts'
import { pageOfGoipLines } from './lists.ts'
import { gatewayQueries } from './schemas.ts'

const WHY = {
  configured: [409, 'the configuration has a line of this id: it is changed there'],
  full: [503, 'there are as many lines as there may be'],
  failure: [503, 'the disk does not take it'],
  unknown: [404, 'no line of this id was added'],
} as const

const refuse = (reply: FastifyReply, why: keyof typeof WHY): FastifyReply => {
  const [status, detail] = WHY[why]
  return sendProblem(reply, status, detail)
}

/** Routes, operators and records name a device without its kind. */
const refuseName = (reply: FastifyReply, { device, id }: GoipLineWish): FastifyReply => {
  const name = JSON.stringify(device || id)
  return sendProblem(
    reply,
    409,
    `${name} is the name of an Ejoin gateway (ejoin.devices in the configuration): give this line another device`,
  )
}

const closed = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 503, 'no port for GoIP gateways is open: the configuration has no goip')

/** Lines of GoIP gateways beside those of the configuration. They outlive a restart. */
export const goipLineRoutes = ({ goipLines, fleet }: GatewayDesk): Route[] => [
  {
    method: 'GET',
    scope: 'devices:control',
    path: '/goip-lines',
    summary: 'Settings of all lines of GoIP gateways, without their passwords.',
    query: gatewayQueries.goipLines,
    reply: 'GoipLines',
    problems: [400, 503],
    handle: (request, reply) => {
      if (!goipLines) return closed(reply)
      const page = pageOfGoipLines(goipLines, request.query as { limit: number; cursor?: string })
      return page ?? refuseField(reply, 400, 'cursor', 'not one that was given out')
    },
  },
  {
    method: 'POST',
    scope: 'devices:control',
    path: '/goip-lines',
    summary: 'Adds a line of a GoIP gateway, or gives the one of this id other settings.',
    body: 'GoipLineRequest',
    reply: 'Line',
    problems: [400, 409, 503],
    handle: (request, reply) => {
      if (!goipLines) return closed(reply)
      const wish = request.body as GoipLineWish
      const put = goipLines.put(wish)
      if (!put.ok) return put.error === 'ejoin' ? refuseName(reply, wish) : refuse(reply, put.error)
      const line = fleet.get(put.value)
      return line ? lineViewOf(line) : refuse(reply, 'full')
    },
  },
  {
    method: 'POST',
    scope: 'devices:control',
    path: '/goip-lines/{id}/remove',
    summary: 'Removes a line that was added. Its card keeps its counters.',
    reply: 'Removed',
    problems: [404, 409, 503],
    handle: (request, reply) => {
      if (!goipLines) return closed(reply)
      const { id } = request.params as { id: string }
      const removed = goipLines.remove(id)
      return removed.ok ? { id } : refuse(reply, removed.error)
    },
  },
]
