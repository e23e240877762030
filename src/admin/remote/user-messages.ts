import { err, ok } from '#lib/result'
import type { Message } from './message.ts'
import type { RemoteHouse } from './ports.ts'
import { usersNow } from './users.ts'
import { named, subscriberOf } from './who.ts'

export const userMessages = (house: RemoteHouse): Message[] => {
  const { subscribers, registrations, log } = house

  /** A contact, or an address of record: then all contacts behind it. */
  const deregister = (uri: string): number => {
    if (registrations.deregister(uri)) return 1
    const subscriber = subscriberOf(subscribers, uri)
    const count = subscriber ? registrations.of(subscriber).length : 0
    if (subscriber && count > 0) registrations.removeAll(subscriber, 'deregistered')
    return count
  }

  return [
    {
      name: 'users',
      run: async () => ok({ users: await usersNow(house, subscribers.list) }),
    },
    {
      name: 'user_set',
      run: (input, client) => {
        const subscriber = named(subscribers, input)
        if (typeof subscriber === 'string') return err(subscriber)
        const { force_sms_over_sg: forced } = input
        if (typeof forced === 'boolean') {
          subscriber.forceSmsOverSg = forced
          const text = `user_set ${subscriber.impi}: force_sms_over_sg ${forced}`
          log.write('api', 'info', text, { user: client.place })
        }
        return ok({})
      },
    },
    {
      name: 'unregister',
      run: ({ uri }, client) => {
        if (deregister(uri as string) === 0) return err(`Unknown binding: ${uri}`)
        log.write('api', 'info', `unregister ${uri}`, { user: client.place })
        return ok({})
      },
    },
  ]
}
