import { err, ok, type Result } from '#lib/result'
import type { RouteTryView, RouteView } from '../gateways/contract.ts'
import type { GatewayDesk } from '../gateways/ports.ts'
import { tableOf } from '../table.ts'
import type { Command } from './command.ts'

const KINDS = ['call', 'message'] as const

/** The table of routes, and what it would do. */
export const routesCommand = ({ routes }: Pick<GatewayDesk, 'routes'>): Command => ({
  name: 'routes',
  usage: '[try call|message <from> <to>]',
  summary: 'Lists routes, or where a call or text would go.',
  detail: 'Nothing is sent by "try": it says which route is taken, which targets it has, and why.',
  complete: (words) => (words.length === 0 ? ['try'] : words.length === 1 ? KINDS : []),
  run: (rest) => {
    const [word, named, from, to, more] = rest.split(/\s+/)
    if (word === '') return ok(tableOfRoutes(routes.list()))
    const kind = KINDS.find((one) => one === named)
    if (word !== 'try' || !kind || from === undefined || to === undefined || more !== undefined)
      return err('not understood: routes try call|message <from> <to>')
    return shown(routes.try({ kind, from, to }))
  },
})

const tableOfRoutes = (routes: readonly RouteView[]): string => {
  if (routes.length === 0) return 'no routes: "routes" in the configuration'
  const rows = routes.map(({ name, match, to, fallback }) => [
    ...[name, match.kind, match.to, match.from, to.join(', '), fallback.join(', ') || '-'],
  ])
  return tableOf(['ROUTE', 'FOR', 'TO', 'FROM', 'TARGETS', 'FALLBACK'], rows)
}

const shown = ({ accepted, why, targets }: RouteTryView): Result<string, string> => {
  if (!accepted) return ok(`refused: ${why}`)
  const rows = targets.map(({ target, usable, why: reason = '' }) => [target, usable ? 'yes' : 'no', reason])
  return ok(targets.length === 0 ? why : `${why}\n${tableOf(['TARGET', 'USABLE NOW', 'WHY'], rows)}`)
}
