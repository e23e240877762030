import { wired } from '#lib/text'
import { candidates, isInternational, isNumber, spellings } from './addresses.ts'

/** How a subscriber proves who it is, weakest first; the configured one is the least that is accepted. */
export const PROOFS = ['none', 'MD5', 'AKAv1', 'AKAv2'] as const
export type Proof = (typeof PROOFS)[number]

/** The secrets of a SIM as the configuration gives them; `sqn` is where numbering starts when the store knows none. */
export type SimCard = {
  algo: 'xor' | 'miln' | 'tuak'
  k: Uint8Array
  op?: Uint8Array
  opc?: Uint8Array
  top?: Uint8Array
  topc?: Uint8Array
  r?: number[]
  c?: Uint8Array[]
  keccakIter?: number
  resLen: number
  amf: number
  sqn: bigint
}

/** A public identity: `uri` with scheme and without host for sip (`sip:1001`), whole for tel. */
export type Identity = { uri: string; user: string; imeisv?: string; code?: number }

export type Subscriber = {
  /** Private identity. */
  impi: string
  domain: string
  imsi?: string
  msisdn?: string
  /** At least one; the first is the default public identity. */
  identities: Identity[]
  proof: Proof
  password?: string
  sim?: SimCard
  multiSim: boolean
  anonymous: boolean
  ringOnly: boolean
  /** 100rel towards and from this subscriber. */
  reliable: boolean
  proveOnRegisterOnly: boolean
  /** The entry says nothing of its own of that: it follows the setting for all. */
  followsProofSetting?: boolean
  /** Texts go by way of the MME, whatever else there is; the remote API changes it (user_set). */
  forceSmsOverSg?: boolean
  /** An extension of another exchange, where it is registered by us: its calls, texts and mailbox are that one's matter. */
  proxied?: boolean
  /** File with the description that the house offers when it calls this subscriber. */
  mtCallSdpFile?: string
}

export type Found = { subscriber: Subscriber; identity: Identity }

/** Who is who: by private identity, and by any spelling of a public one. */
export const createSubscribers = (list: Subscriber[]) => {
  const byImpi = new Map<string, Subscriber>()
  const byUser = new Map<string, Subscriber | null>()
  const byIdentity = new Map<string, Found>()
  for (const subscriber of list) {
    const impi = wired(subscriber.impi)
    byImpi.set(impi, subscriber)
    byImpi.set(subscriber.impi, subscriber)
    const user = impi.split('@')[0] as string
    byUser.set(user, byUser.has(user) ? null : subscriber)
    for (const identity of subscriber.identities)
      byIdentity.set(wired(identity.user), { subscriber, identity })
  }
  // Other spellings of numbers never hide what somebody wrote.
  for (const subscriber of list) {
    const [first] = subscriber.identities
    for (const identity of subscriber.identities)
      for (const key of spellings(identity.user))
        if (!byIdentity.has(key)) byIdentity.set(key, { subscriber, identity })
    if (subscriber.msisdn !== undefined && first)
      for (const key of [subscriber.msisdn, ...spellings(subscriber.msisdn)])
        if (!byIdentity.has(key)) byIdentity.set(key, { subscriber, identity: first })
  }

  return {
    list,
    /** By the user name of an Authorization: the whole IMPI, or its user part where only one has it. */
    byImpi: (impi: string): Subscriber | undefined => byImpi.get(impi) ?? byUser.get(impi) ?? undefined,
    /**
     * By what was dialled or claimed: user part or number, whatever the host. `context` is a tel URI's
     * phone-context; `near` is a number of the asking side, which tells how national numbers are meant.
     */
    byIdentity(user: string, context?: string, near?: string): Found | undefined {
      const exact = context === undefined ? byIdentity.get(user) : undefined
      if (exact) return exact
      // What most texts for gateways are addressed to.
      if (context === undefined && isInternational(user)) return byIdentity.get(user.slice(1))
      if (!isNumber(user)) return undefined
      for (const key of candidates(user, context, near)) {
        const found = byIdentity.get(key)
        if (found) return found
      }
      return undefined
    },
  }
}
export type Subscribers = ReturnType<typeof createSubscribers>
