import { type CoreEvent, impiOf, type MessageBody, type Subscriber } from '#core'
import { fromHex, toBase64 } from '#lib/bytes'
import type { EventName } from './message.ts'
import type { RemoteHouse } from './ports.ts'
import { usersNow } from './users.ts'
import { subscriberOf } from './who.ts'

/** `hears`: whether anybody registered for it. */
export type Audience = { hears(event: EventName): boolean; tell(event: EventName, text: string): void }

/** Changes of users are told together. */
const GATHER_MS = 100
const MOST_USERS = 500

/** TP-User-Data with its header in front, where it has one. */
const binaryOf = ({ octets, udh }: { octets: string; udh?: string }): string => {
  const header = udh === undefined ? '' : (udh.length / 2).toString(16).padStart(2, '0') + udh
  return toBase64(fromHex(header + octets) ?? new Uint8Array())
}

const UCS2_DCS = 8
/** The letters that texts of the default alphabet are mostly made of; what else there is goes as UCS-2. */
const isPlain = (text: string): boolean => /^[\n\r -~£¥èéùìòÇØøÅåÆæßÉ¤¡ÄÖÑÜ§¿äöñüàΔΦΓΛΩΠΨΣΘΞ€]*$/.test(text)

const contentOf = (body: MessageBody): Record<string, unknown> | undefined => {
  if (body.kind === 'text') return { text: body.text, dcs: body.dcs ?? (isPlain(body.text) ? 0 : UCS2_DCS) }
  return body.kind === 'data' ? { binary: binaryOf(body), dcs: body.dcs } : undefined
}

/** The manual's events, 6.6: texts that come from endpoints, and users that changed. */
export const createRemoteEvents = (house: RemoteHouse, { hears, tell }: Audience): (() => void) => {
  const { subscribers, timers } = house
  const changed = new Set<Subscriber>()
  let gathering = false

  const tellUsers = async (): Promise<void> => {
    gathering = false
    const list = [...changed]
    changed.clear()
    for (let at = 0; at < list.length && hears('users_update'); at += MOST_USERS)
      tell(
        'users_update',
        JSON.stringify({
          message: 'users_update',
          users: await usersNow(house, list.slice(at, at + MOST_USERS)),
        }),
      )
  }
  const note = (subscriber: Subscriber | undefined): void => {
    if (!subscriber) return
    changed.add(subscriber)
    if (!gathering) timers.after(GATHER_MS, () => void tellUsers())
    gathering = true
  }

  const onUser = (event: CoreEvent): void => {
    if (event.kind === 'registration.changed') {
      if (event.change !== 'refreshed') note(subscribers.byImpi(event.impi))
    } else if (event.kind === 'call.changed') {
      note(subscriberOf(subscribers, event.call.caller))
      if (event.call.kind !== 'echo') note(subscriberOf(subscribers, event.call.callee))
    } else if (event.kind === 'message.changed') {
      const impi = impiOf(event.message.queue)
      if (impi !== undefined) note(subscribers.byImpi(impi))
    }
  }

  const onSms = (event: CoreEvent): void => {
    if (event.kind !== 'message.changed') return
    const { origin, steps, from, to, body } = event.message
    if (origin !== 'ims' && origin !== 'sip') return
    // A long text is one when all its parts are there: until then it is merely accepted.
    if (event.step.state === 'accepted' || steps.filter(({ state }) => state !== 'accepted').length !== 1)
      return
    const content = contentOf(body)
    if (content) tell('sms', JSON.stringify({ message: 'sms', sender: from, destination: to, ...content }))
  }

  return house.events.subscribe((event) => {
    if (hears('sms')) onSms(event)
    if (hears('users_update')) onUser(event)
  })
}
