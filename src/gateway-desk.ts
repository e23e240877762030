import { type GatewayDesk, type GoipLineDesk, type GoipLineView, type RouteDesk, targetsOf } from '#admin'
import type { RouteSettings } from '#config'
import { type Caller, createCallTrial, createMessageTrial } from '#core'
import type { Goip } from '#goip'
import { ok } from '#lib/result'
import type { GoipLineBook } from '#start'
import type { Ground } from './ground.ts'
import type { Network } from './network.ts'

const viewOf = ({ name, match, to, fallback, strategy, ...settings }: RouteSettings) => ({
  ...{ name, match: { ...match }, to, fallback, strategy, settings },
})

/** Who is meant by what an operator types: one of ours, or somebody outside. */
const callerOf = (from: string, { subscribers }: Network): Caller => {
  const user = from.replace(/^(?:sips?|tel):|@.*$/g, '')
  const subscriber = subscribers.byImpi(from) ?? subscribers.byIdentity(user)?.subscriber
  return { identity: from, display: '', anonymous: false, ...(subscriber && { subscriber }) }
}

const createRouteDesk = ({ settings, timers }: Ground, network: Network): RouteDesk => {
  const { gateways, routeTo, trunkSide } = network
  const { destinations, fleet } = gateways
  const tryMessage = createMessageTrial({ destinations, fleet, wallMs: () => timers.clock.wallMs() })
  const tryCall = createCallTrial({ routeTo, ...trunkSide })
  return {
    list: () => settings.routes.map(viewOf),
    try: ({ kind, from, to, tag }) => {
      if (kind === 'message') return tryMessage(from, targetsOf(to) ?? [], tag)
      const target = targetsOf(to)?.find((one) => 'user' in one)
      const dialled = target && 'user' in target ? target : { user: to, text: to }
      return tryCall({ caller: callerOf(from, network), dialled })
    },
    taken: ({ from, to, tag }) => {
      const text = { origin: 'rest', from, to: { user: to, text: to }, tag } as const
      const found = destinations.of({ ...text, body: { kind: 'text', text: '' } }, timers.clock.wallMs())
      return found.ok ? destinations.stageOf(found.value.queue)?.plan.name : undefined
    },
  }
}

type GoipLine = GoipLineBook['lines'][number]

const lineOf = ({ id, device }: Pick<GoipLine, 'id' | 'device'>): string => `${device || id}/${id}`
const settingsOf = ({ password: _, ...line }: GoipLine, added: boolean): GoipLineView => ({
  ...{ id: line.id, line: lineOf(line), added },
  ...line,
})

/** Lines are on disk before the gateways hear of them. */
const createGoipLineDesk = (
  goip: Goip,
  book: GoipLineBook,
  configured: readonly GoipLine[],
): GoipLineDesk => {
  let ordered: GoipLineView[] | undefined
  const inOrder = (): GoipLineView[] =>
    [
      ...configured.map((line) => settingsOf(line, false)),
      ...book.lines.map((line) => settingsOf(line, true)),
    ].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    put(wish) {
      const kept = book.put(wish)
      if (!kept.ok) return kept
      ordered = undefined
      goip.addLine(kept.value)
      return ok(lineOf(kept.value))
    },
    remove(id) {
      const removed = book.remove(id)
      ordered = undefined
      if (removed.ok) goip.removeLine(id)
      return removed
    },
    *lines(after) {
      ordered ??= inOrder()
      for (const line of ordered) if (after === undefined || line.id > after) yield line
    },
  }
}

/** What operators see of gateways, SIM cards and routes. */
export const createGatewayDesk = (ground: Ground, network: Network): GatewayDesk => {
  const { fleet, drivers, goip, goipLines } = network.gateways
  return {
    ...{
      fleet,
      drivers,
      records: ground.store.gateways,
      routes: createRouteDesk(ground, network),
      trunks: network.trunkSide.list,
    },
    ...(goip && { goipLines: createGoipLineDesk(goip, goipLines, ground.settings.goip?.lines ?? []) }),
  }
}
