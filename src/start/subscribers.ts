import type { Impu, Settings, Sim, UserEntry } from '#config'
import type { Identity, SimCard, Subscriber } from '#core'

const identityOf = ({ impu, imeisv, code }: Impu): Identity => ({
  uri: impu,
  user: impu.slice(impu.indexOf(':') + 1),
  ...(imeisv !== undefined && { imeisv }),
  ...(code !== undefined && { code }),
})

const operatorOf = (sim: Sim): Partial<SimCard> => {
  if (sim.sim_algo === 'xor') return {}
  if (sim.sim_algo === 'miln')
    return {
      [sim.operator.kind]: sim.operator.value,
      ...(sim.r && { r: sim.r }),
      ...(sim.c && { c: sim.c }),
    }
  return { [sim.operator.kind]: sim.operator.value, keccakIter: sim.keccak_iter }
}

const cardOf = (sim: Sim): SimCard => ({
  algo: sim.sim_algo,
  k: sim.k,
  resLen: sim.res_len,
  amf: sim.amf,
  sqn: sim.sqn,
  ...operatorOf(sim),
})

const subscriberOf = (user: UserEntry): Subscriber => ({
  impi: user.impi,
  domain: user.domain,
  identities: user.impus.map(identityOf),
  proof: user.authent_type,
  multiSim: user.multi_sim,
  anonymous: user.anonymous,
  ringOnly: user.ring_only,
  reliable: user['100rel'],
  proveOnRegisterOnly: user.auth_on_register_only,
  ...(user.inherits_auth_on_register_only && { followsProofSetting: true }),
  ...(user.force_sms_over_sg && { forceSmsOverSg: true }),
  ...(user.imsi !== undefined && { imsi: user.imsi }),
  ...(user.msisdn !== undefined && { msisdn: user.msisdn }),
  ...(user.pwd !== undefined && { password: user.pwd }),
  ...(user.mt_call_sdp_file !== undefined && { mtCallSdpFile: user.mt_call_sdp_file }),
  ...(user.sim && { sim: cardOf(user.sim) }),
})

/** The users of a configuration file in the core's words. */
export const subscribersOf = ({ ue_db }: Settings): Subscriber[] => ue_db.map(subscriberOf)
