import assert from 'node:assert/strict'
import type { SimCard, Subscriber } from '#core'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import {
  type CallReport,
  createUe,
  identityOfUser,
  type KnownUser,
  type UeAlgorithm,
  type UeEvent,
} from '#simulators'
import { aHouse, aSubscriber, HOUSE, type House } from './house.ts'
import { createMemoryMedia } from './memory-media.ts'

export const filled = (length: number, octet: number) => new Uint8Array(length).fill(octet)
const common = { resLen: 8, amf: 0x8000, sqn: 0n }
export const cards: Record<string, SimCard> = {
  xor: { algo: 'xor', k: filled(16, 1), ...common },
  milenage: { algo: 'miln', k: filled(16, 2), opc: filled(16, 3), ...common },
  operator: { algo: 'miln', k: filled(16, 2), op: filled(16, 3), r: [1, 9, 33, 65, 127], ...common },
  tuak: { algo: 'tuak', k: filled(16, 4), top: filled(32, 5), ...common, resLen: 16 },
}
export const withSim = (name: string, more: Partial<Subscriber> = {}): Subscriber => {
  const sim = cards[name] as SimCard
  const { password: _none, ...subscriber } = aSubscriber(name, { proof: 'AKAv1', sim, ...more })
  return subscriber
}
export const everybody = [
  aSubscriber('alice'),
  aSubscriber('bob'),
  ...Object.keys(cards).map((name) => withSim(name)),
]

/** The house and its neighbourhood: handsets at addresses of their own, on the house's clock. */
export const aTown = (options: Parameters<typeof aHouse>[0] = {}) => {
  const house = aHouse({ subscribers: everybody, ...options })
  const media = createMemoryMedia(house.timers)
  let hosts = 0
  const ports = () => ({ timers: house.timers, random: createRandom(), log: silentLog })
  const handset = (
    user: KnownUser,
    more: { algorithm?: UeAlgorithm; sqn?: bigint; k?: Uint8Array; regEvent?: boolean } = {},
  ) => {
    const { k, sqn, algorithm, regEvent = false } = more
    const known = identityOfUser(user)
    const sim = known.sim && { ...known.sim, sqn, ...(k && { k }) }
    const at = { address: `192.0.2.${100 + ++hosts}`, port: 5060 }
    const wire = house.net.wire(at)
    const events: UeEvent[] = []
    const ue = createUe({
      ...ports(),
      wire,
      openMedia: media.openAt(at.address),
      identity: { ...known, sim, algorithm },
      server: { ...HOUSE, transport: 'udp' },
      regEvent,
      onEvent: (event) => events.push(event),
    })
    wire.start(ue.user)
    return {
      ue,
      events,
      reports: () => events.flatMap((e): CallReport[] => (e.kind === 'ended' ? [e.report] : [])),
    }
  }
  return { house, media, handset, steps: (ms: number) => pass(house, ms) }
}

const pass = async ({ timers, settle }: House, ms: number): Promise<void> => {
  for (let gone = 0; gone < ms; gone += 20) {
    timers.advance(20)
    await settle()
  }
}
/** Lets time pass while something is under way. */
export const during = async <T>(work: Promise<T>, passing: Promise<void>): Promise<T> =>
  (await Promise.all([work, passing]))[0]
export const userNamed = (name: string): Subscriber =>
  everybody.find(({ identities }) => identities[0]?.user === name) ?? assert.fail(name)
