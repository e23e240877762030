import type { Settings } from '#config'
import { type Carrier, createMessages } from '#core'
import type { TextSettings } from '#ims'
import { createRandom } from '#lib/random'
import type { FleetSide } from './gateways.ts'
import type { Ground } from './ground.ts'
import type { People } from './people.ts'

/** What SMS over IP is told of itself. */
export const textSettingsOf = ({ messages }: Settings): TextSettings => ({
  gateway: messages.gateway,
  smsc: messages.smsc,
  nationalTables: messages.national_tables,
  relayOnly: messages.relay_only,
})

/** Texts: what a process before this one left goes to those who are still registered. */
export const createTexts = async (
  ground: Ground,
  { events, subscribers, registrations }: Pick<People, 'events' | 'subscribers' | 'registrations'>,
  { destinations }: Pick<FleetSide, 'destinations'>,
  carrierOf: (queue: string) => Carrier | undefined,
) => {
  const { settings, live, log, timers, store } = ground
  const { most_waiting: mostWaiting, most_per_recipient: mostPerRecipient, part_wait } = settings.messages
  const { most_per_sender: mostPerSender } = settings.messages
  const messages = createMessages({
    ...{ timers, random: createRandom(), subscribers, destinations, events, log, live, carrierOf },
    store: store.messages,
    backlog: await store.messages.load(),
    bounds: { mostWaiting, mostPerRecipient, mostPerSender, partWaitMinutes: part_wait },
  })
  events.subscribe((event) => {
    if (event.kind !== 'registration.changed') return
    if (event.change === 'registered' || event.change === 'refreshed') messages.wake(event.impi)
  })
  if (messages.waiting > 0) log.write('app', 'info', `${messages.waiting} messages wait`)
  return {
    messages,
    /** Once everything that they go through is there. */
    resume: () => {
      for (const subscriber of subscribers.list)
        if (registrations.of(subscriber).length > 0) messages.wake(subscriber.impi)
    },
  }
}
