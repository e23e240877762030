import type { Binding, Call, Subscriber } from '#core'
import type { RemoteHouse } from './ports.ts'
import { subscriberOf } from './who.ts'

/** One user as `users` and the event `users_update` tell it, manual 6.5. */
export type RemoteUser = {
  impi: string
  force_sms_over_sg: boolean
  bindings: RemoteBinding[]
  dialogs: { remote: string }[]
  /** Texts that wait. */
  sms: number
}

export type RemoteBinding = {
  uri: string
  q: number
  video: boolean
  sms: boolean
  imeisv?: string
  /** Seconds. */
  expires: number
}

/** `urn:gsma:imei:35349002-000018-0` with `svn=78`, RFC 7254: the digits of the equipment and its software version. */
const imeisvOf = ({ instance = '', features }: Binding): string | undefined => {
  const [, urn = ''] = /urn:gsma:imei(?:sv)?:([\d-]+)/i.exec(instance) ?? []
  const digits = urn.replaceAll('-', '')
  if (digits.length < 14) return undefined
  const svn = /svn=(\d{2})/i.exec(`${instance};${features}`)?.[1]
  return svn === undefined ? digits : digits.slice(0, 14) + svn
}

const bindingOf = (binding: Binding, waiting: number, wallMs: number): RemoteBinding => {
  const imeisv = imeisvOf(binding)
  return {
    uri: binding.contact,
    q: binding.q / 1000,
    video: /(?:^|;)\s*video\b/i.test(binding.features),
    sms: waiting > 0,
    ...(imeisv !== undefined && { imeisv }),
    expires: Math.max(0, Math.round((binding.expiresAtMs - wallMs) / 1000)),
  }
}

type UsersHouse = Pick<RemoteHouse, 'subscribers' | 'registrations' | 'calls' | 'messages' | 'timers'>

/** Who talks to whom: for each user the other parties. A user is named by its IMPI, anybody else as the call has it. */
const talkersOf = ({ subscribers, calls }: UsersHouse): Map<Subscriber, string[]> => {
  const found = new Map<Subscriber, string[]>()
  const add = (who: Subscriber | undefined, remote: string): void => {
    if (who) found.set(who, [...(found.get(who) ?? []), remote])
  }
  for (const call of calls.list()) {
    const [caller, callee] = partiesOf(subscribers, call)
    add(caller, callee?.impi ?? call.record.callee)
    add(callee, caller?.impi ?? call.record.caller)
  }
  return found
}

export const partiesOf = (
  subscribers: UsersHouse['subscribers'],
  { offer, record }: Pick<Call, 'offer' | 'record'>,
): [Subscriber | undefined, Subscriber | undefined] => [
  offer.caller.subscriber,
  record.kind === 'echo' ? undefined : subscriberOf(subscribers, record.callee),
]

/** Between two pauses, in which the telephones are served. */
const BATCH = 1000

/** These users as they are now. A hundred thousand of them are made in pieces. */
export const usersNow = async (house: UsersHouse, list: readonly Subscriber[]): Promise<RemoteUser[]> => {
  const pending = await house.messages.pending()
  const talkers = talkersOf(house)
  const wallMs = house.timers.clock.wallMs()
  const users: RemoteUser[] = []
  for (const [at, subscriber] of list.entries()) {
    if (at > 0 && at % BATCH === 0) await new Promise((resume) => setImmediate(resume))
    const waiting = pending.get(subscriber.impi) ?? 0
    users.push({
      impi: subscriber.impi,
      force_sms_over_sg: subscriber.forceSmsOverSg ?? false,
      bindings: house.registrations.of(subscriber).map((binding) => bindingOf(binding, waiting, wallMs)),
      dialogs: (talkers.get(subscriber) ?? []).map((remote) => ({ remote })),
      sms: waiting,
    })
  }
  return users
}
