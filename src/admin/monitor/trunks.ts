import { ok } from '#lib/result'
import type { TrunkView } from '../gateways/contract.ts'
import type { GatewayDesk } from '../gateways/ports.ts'
import { tableOf } from '../table.ts'
import type { Command } from './command.ts'

const registrationOf = ({ registration }: TrunkView): string => {
  if (!registration) return '-'
  return registration.registered ? 'yes' : `no: ${registration.reason ?? 'not yet'}`
}

const stateOf = ({ reachable, rests }: TrunkView): string => {
  if (!reachable) return 'no way there'
  return rests ? 'did not answer lately' : 'ok'
}

export const trunksCommand = ({ trunks }: Pick<GatewayDesk, 'trunks'>): Command => ({
  name: 'trunks',
  usage: '',
  summary: 'Lists trunks: other PBXs, providers, SIP accounts of gateways.',
  detail: 'REGISTERED tells of our registration there, where the configuration wants one.',
  run: () => {
    const all = trunks()
    if (all.length === 0) return ok('no trunks: "trunks" in the configuration')
    const rows = all.map((trunk) => [
      ...[trunk.name, `${trunk.calls} of ${trunk.mostCalls}`, stateOf(trunk), registrationOf(trunk)],
    ])
    return ok(tableOf(['TRUNK', 'CALLS', 'STATE', 'REGISTERED'], rows))
  },
})
