import { join } from 'node:path'
import { type Program, startProgram } from './program.ts'
import { node } from './tandem.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

/** A SIM card as the configuration and the simulated handset both know it. */
export type Sim = { imsi: string; k: string; opc: string; auth: 'AKAv1-MD5' | 'AKAv2-MD5' }

/** A handset with that SIM, as a user of the house. */
export const simUser = ({ imsi, k, opc, auth }: Sim, domain: string, number: string) => ({
  ...{ imsi, sim_algo: 'miln', K: k, opc, amf: 0x8000, sqn: '000000000000', impi: `${imsi}@${domain}` },
  ...{ impu: [imsi, `tel:${number}`], authent_type: auth === 'AKAv2-MD5' ? 'AKAv2' : 'AKAv1' },
})

/** `tandem sim ue` with that SIM: `what` says whether it calls or answers, and what it must hear. */
export const startHandset = (server: string, domain: string, sim: Sim, what: string[]): Program =>
  startProgram(node, [
    ...[main, 'sim', 'ue', '--server', server, '--domain', domain],
    ...['--imsi', sim.imsi, '--k', sim.k, '--opc', sim.opc, '--auth', sim.auth, ...what],
  ])
