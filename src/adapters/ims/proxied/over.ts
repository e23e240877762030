import type { CallPlan, Registrations, Routing, TrunkRing, Trunks } from '#core'
import type { TrunkLine } from '../trunks/line.ts'
import type { ProxyAccount, ProxyAccounts } from './accounts.ts'

const planOf = ({ name }: ProxyAccount): CallPlan => ({
  ...{ name: 'the exchange of web phones', match: { kind: 'call', to: '*', from: '*' }, allow: [], deny: [] },
  ...{ stages: [{ kind: 'trunks', names: [name] }], strategy: 'round_robin', fallbackOn: new Set<number>() },
})

/**
 * What calls ask of routing, of the trunks and of who rings them: the extensions of another exchange are trunks of one
 * session each; everything else is as before.
 */
export const createOver = (
  accounts: ProxyAccounts,
  registrations: Pick<Registrations, 'of'>,
  guest: () => ProxyAccount | undefined,
) => ({
  routing:
    (others: Routing, echo: string | undefined): Routing =>
    (offer) => {
      const from = offer.trunk === undefined ? undefined : accounts.named(offer.trunk)
      if (from) {
        const { found } = from
        // Passed on by the page: that is for the exchange to do.
        if (offer.dialled.user !== found.identity.user)
          return { kind: 'refused', refused: { why: 'not-registered', redirect: offer.dialled } }
        const bindings = registrations.of(found.subscriber)
        if (bindings.length === 0) return { kind: 'refused', refused: { why: 'not-registered' } }
        return { kind: 'subscriber', found, bindings }
      }
      const asks = offer.behalf ?? offer.caller
      const account = offer.guest && !offer.behalf ? guest() : accounts.of(asks.subscriber)
      if (account && offer.dialled.user !== echo) return { kind: 'plan', plan: planOf(account) }
      if (asks.subscriber?.proxied && !account) return { kind: 'refused', refused: { why: 'not-registered' } }
      return others(offer)
    },
  trunks: (others: Trunks): Trunks => ({
    ...others,
    has: (name) => accounts.named(name) !== undefined || others.has(name),
    take: (name) => (accounts.named(name) ? () => {} : others.take(name)),
  }),
  ring: (others: TrunkRing, own: TrunkRing): TrunkRing => ({
    placeOf: (name) => (accounts.named(name) ? own : others).placeOf(name),
    ring: (call, name, sdp, events) => (accounts.named(name) ? own : others).ring(call, name, sdp, events),
  }),
  lines: { get: (name: string): TrunkLine | undefined => accounts.named(name)?.line },
})
