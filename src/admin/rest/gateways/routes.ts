import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayDriver, Line } from '#core'
import { err, ok, type Result } from '#lib/result'
import type { CommandRequest, RouteTryRequest, UssdRequest } from '../../gateways/contract.ts'
import type { GatewayDesk } from '../../gateways/ports.ts'
import { deviceViewOf, lineViewOf } from '../../gateways/views.ts'
import { refuseField, sendProblem } from '../problems.ts'
import type { Route } from '../route.ts'
import { goipLineRoutes } from './goip-lines.ts'
import {
  type LinesQuery,
  pageOfEvents,
  pageOfGatewayCalls,
  pageOfLines,
  pageOfSims,
  type RecordsQuery,
  type SimsQuery,
} from './lists.ts'
import { gatewayQueries } from './schemas.ts'

/** Gateways, their lines and cards; routes. A line's path is its id: `/lines/box1/goipid1`. */
export const gatewayRoutes = (desk: GatewayDesk): Route[] => [
  ...looking(desk),
  ...recorded(desk),
  ...acting(desk),
  ...routing(desk),
  ...goipLineRoutes(desk),
]

const idOf = ({ params }: FastifyRequest): string => {
  const { device = '', port = '' } = params as Record<string, string>
  return `${device}/${port}`
}
const unknown = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 404, 'no line has this id: GET /lines lists them')
const badCursor = (reply: FastifyReply): FastifyReply =>
  refuseField(reply, 400, 'cursor', 'not one that was given out')

const read = { method: 'GET', scope: 'devices:read' } as const
const control = { method: 'POST', scope: 'devices:control' } as const

const looking = (desk: GatewayDesk): Route[] => [
  {
    ...read,
    path: '/devices',
    summary: 'Gateways with SIM cards.',
    reply: 'Devices',
    problems: [],
    handle: () => ({
      items: desk.fleet.devices().map((device) => deviceViewOf(device, desk.drivers.get(device.kind))),
    }),
  },
  {
    ...read,
    path: '/lines',
    summary: 'Lines of gateways: state and reason, SIM card, counters, signal, balance.',
    query: gatewayQueries.lines,
    reply: 'Lines',
    problems: [400],
    handle: (request, reply) => pageOfLines(desk, request.query as LinesQuery) ?? badCursor(reply),
  },
  {
    ...read,
    path: '/lines/{device}/{port}',
    summary: 'One line.',
    reply: 'Line',
    problems: [404],
    handle: (request, reply) => {
      const line = desk.fleet.get(idOf(request))
      return line ? lineViewOf(line) : unknown(reply)
    },
  },
  {
    ...read,
    path: '/sims',
    summary: 'SIM cards that were ever seen, with what is counted for each, in whatever line it is.',
    query: gatewayQueries.sims,
    reply: 'Sims',
    problems: [400],
    handle: (request, reply) => pageOfSims(desk, request.query as SimsQuery) ?? badCursor(reply),
  },
]

const recorded = (desk: GatewayDesk): Route[] => [
  {
    ...read,
    path: '/gateway-events',
    summary: 'What gateways told besides texts, newest first.',
    query: gatewayQueries.records,
    reply: 'GatewayEvents',
    problems: [400, 503],
    handle: async (request, reply) =>
      (await pageOfEvents(desk, request.query as RecordsQuery)) ?? badCursor(reply),
  },
  {
    ...read,
    path: '/gateway-calls',
    summary: 'Calls as gateways recorded them, newest first.',
    query: gatewayQueries.records,
    reply: 'GatewayCalls',
    problems: [400, 503],
    handle: async (request, reply) =>
      (await pageOfGatewayCalls(desk, request.query as RecordsQuery)) ?? badCursor(reply),
  },
]

/** Does it to the line that is named, and answers with the line as it is then. */
const locking =
  ({ fleet }: GatewayDesk, locked: boolean): Route['handle'] =>
  (request, reply) => {
    const id = idOf(request)
    const line = fleet.lock(id, locked) ? fleet.get(id) : undefined
    return line ? lineViewOf(line) : unknown(reply)
  }

/** A mobile network may think for a minute about USSD, and devices are asked again. */
const PATIENCE_MS = 240_000

/** Asks the device; what it refuses or does not answer is a 422 with its words. */
const asking =
  (
    { fleet, drivers }: GatewayDesk,
    ask: (driver: GatewayDriver, line: Line, body: unknown) => Promise<Result<object, string>>,
  ): Route['handle'] =>
  async (request, reply) => {
    const line = fleet.get(idOf(request))
    if (!line) return unknown(reply)
    const driver = drivers.get(line.kind)
    if (!driver) return sendProblem(reply, 503, `nothing speaks with ${line.kind} devices here`)
    request.raw.socket.setTimeout(PATIENCE_MS)
    const answer = await ask(driver, line, request.body)
    return answer.ok ? answer.value : sendProblem(reply, 422, answer.error)
  }

const acting = (desk: GatewayDesk): Route[] => [
  {
    ...control,
    path: '/lines/{device}/{port}/lock',
    summary: 'Sends nothing more by this line. Its card stays locked in whatever line it is.',
    reply: 'Line',
    problems: [404],
    handle: locking(desk, true),
  },
  {
    ...control,
    path: '/lines/{device}/{port}/unlock',
    summary: 'Sends by this line again, also when it had failed too often.',
    reply: 'Line',
    problems: [404],
    handle: locking(desk, false),
  },
  {
    ...control,
    path: '/lines/{device}/{port}/ussd',
    summary: 'Asks the mobile network something by USSD, or answers its menu. May take a minute.',
    body: 'UssdRequest',
    reply: 'Ussd',
    problems: [400, 404, 422, 503],
    handle: asking(desk, (driver, line, body) => driver.ussd(line, (body as UssdRequest).code)),
  },
  {
    ...control,
    path: '/lines/{device}/{port}/command',
    summary: "One of the device's own commands; GET /devices lists them.",
    body: 'CommandRequest',
    reply: 'Command',
    problems: [400, 404, 422, 503],
    handle: asking(desk, async (driver, line, body) => {
      const { name, values = [] } = body as CommandRequest
      if (!driver.commands.includes(name))
        return err(`name: no command of this device, which has ${driver.commands.join(', ')}`)
      const answer = await driver.command(line, name, values)
      return answer.ok ? ok({ text: answer.value }) : answer
    }),
  },
]

const routing = ({ routes, trunks }: GatewayDesk): Route[] => [
  {
    ...read,
    path: '/trunks',
    summary: 'Trunks for calls: how many calls they have, and how they do.',
    reply: 'Trunks',
    problems: [],
    handle: () => ({ items: trunks() }),
  },
  {
    ...read,
    path: '/routes',
    summary: 'The configured routes, in their order.',
    reply: 'Routes',
    problems: [],
    handle: () => ({ items: routes.list() }),
  },
  {
    method: 'POST',
    scope: 'devices:read',
    path: '/routes/try',
    summary: 'Where a call or a text would go now, and why. Nothing is sent.',
    body: 'RouteTryRequest',
    reply: 'RouteTry',
    problems: [400],
    handle: (request) => routes.try(request.body as RouteTryRequest),
  },
]
