import type { RouteSettings, Settings } from '#config'
import type { RoutePlan, SimRules, Stage } from '#core'
import { type Hours, parseHours } from '#lib/hours'

const hoursOf = (text: string): Hours | undefined => (text === '' ? undefined : parseHours(text))

/** Trunks are for calls: what is left of a route's targets, gateways that follow each other as one group. */
const stagesOf = (targets: string[]): Stage[] => {
  const stages: Stage[] = []
  for (const target of targets) {
    const [kind, value] = [target.split(':', 1)[0], target.slice(target.indexOf(':') + 1)]
    const last = stages.at(-1)
    if (kind === 'gateway' && last?.kind === 'gateway') last.targets.push(value)
    else if (kind === 'gateway') stages.push({ kind, targets: [value] })
    else if (kind === 'subscriber') stages.push({ kind, name: value })
    else if (kind === 'webhook') stages.push({ kind, url: value })
    else if (kind === 'reject') stages.push({ kind, code: Number(value) })
    else if (target === 'inbox') stages.push({ kind: 'inbox' })
  }
  return stages
}

const planOf = (route: RouteSettings): RoutePlan => {
  const { match, strategy, allow, deny, attempts, reports } = route
  const [time, quiet] = [hoursOf(match.time), hoursOf(route.quiet_hours)]
  return {
    name: route.name,
    match: {
      ...{ kind: match.kind, to: match.to, from: match.from },
      ...(match.tag !== undefined && { tag: match.tag }),
      ...(match.line !== undefined && { line: match.line }),
      ...(time && { time }),
    },
    ...{ strategy, allow, deny, attempts, reports },
    stages: [...stagesOf(route.to), ...stagesOf(route.fallback)],
    pacingMs: route.pacing * 1000,
    ...(quiet && { quiet }),
    atLeastOnce: route.delivery === 'at_least_once',
    fallbackAfterMs: route.fallback_after * 1000,
  }
}

/** The routes that texts take. */
export const routePlansOf = ({ routes }: Settings): RoutePlan[] =>
  routes
    .filter(({ match }) => match.kind !== 'call')
    .map(planOf)
    .filter(({ stages }) => stages.length > 0)

export const simRulesOf = ({ sims }: Settings): { rules: SimRules; quiet?: Hours } => {
  const quiet = hoursOf(sims.quiet_hours)
  return {
    rules: {
      ...{ perDay: sims.per_day, perMonth: sims.per_month, recipientsPerMonth: sims.recipients_per_month },
      ...{ pacingMs: sims.pacing * 1000, suspectAfter: sims.suspect_after },
      suspectMs: sims.suspect_minutes * 60_000,
    },
    ...(quiet && { quiet }),
  }
}
