/** One entry of ue_db (manual 5.2.1), with everything inherited and derived filled in. */
export type UserEntry = {
  /** Where the entry was written, `file:line:column`: for messages about this user. */
  place: string
  imsi?: string
  /** As written: digits, perhaps with a leading plus. */
  msisdn?: string
  /** As written; without one in the file: `<imsi>@<domain>`. */
  impi: string
  /** At least one; the first is the default identity. */
  impus: Impu[]
  /** Several handsets on this IMPI at once. */
  multi_sim: boolean
  anonymous: boolean
  /** What is in force: `none` also when `authentication` is false, `MD5` also for a lone `pwd`. A minimum, lowest first. */
  authent_type: AuthentType
  pwd?: string
  /** Present when the entry has a K. */
  sim?: Sim
  ring_only: boolean
  /** Undefined: guess from Supported, SDP and VoLTE tags. */
  precondition?: boolean
  '100rel': boolean
  mt_call_sdp_file?: string
  /** The user's own, else the global one. */
  domain: string
  /** The user's own, else the global one. */
  auth_on_register_only: boolean
  /** It is the global one. */
  inherits_auth_on_register_only: boolean
  force_sms_over_sg: boolean
}

/** In the manual's order of strength. */
export const AUTHENT_TYPES = ['none', 'MD5', 'AKAv1', 'AKAv2'] as const
export type AuthentType = (typeof AUTHENT_TYPES)[number]

export type Impu = {
  /** With scheme and without host: `sip:1001`, `tel:+33123456789`. */
  impu: string
  /** Calls and texts to this identity reach only this handset. */
  imeisv?: string
  /** SIP answer code, for the echo identity. */
  code?: number
}

/** The secret side of a SIM. */
export type Sim = {
  /** 16 bytes; TUAK also 32. */
  k: Uint8Array
  /** 16 bit. */
  amf: number
  /** 48 bit: the first sequence number, used while the store keeps none. */
  sqn: bigint
  /** Length of RES in bytes: 4..16, Milenage up to 8, TUAK 4, 8 or 16. */
  res_len: number
} & (XorSim | MilenageSim | TuakSim)

export type XorSim = { sim_algo: 'xor' }

export type MilenageSim = {
  sim_algo: 'miln'
  /** 16 bytes: OP, or OPc already made from it. */
  operator: { kind: 'op' | 'opc'; value: Uint8Array }
  /** Five rotations in bits, 0..127; absent: those of TS 35.206. */
  r?: number[]
  /** Five constants of 16 bytes; absent: those of TS 35.206. */
  c?: Uint8Array[]
}

export type TuakSim = {
  sim_algo: 'tuak'
  /** 32 bytes: TOP, or TOPc already made from it. */
  operator: { kind: 'top' | 'topc'; value: Uint8Array }
  keccak_iter: number
}
