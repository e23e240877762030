import { createEvents, createGuard, createRegistrations, createSubscribers } from '#core'
import { sameContact } from '#ims'
import { bugText } from '#lib/log'
import { createEventLog, createExempt, subscribersOf } from '#start'
import type { Ground } from './ground.ts'

/** Who is who, where they can be reached, and who has failed too often. */
export const createPeople = async ({ settings, log, timers, store }: Ground) => {
  const { clock } = timers
  const { security } = settings
  const events = createEvents((bug) => log.write('app', 'error', bugText(bug)))
  events.subscribe(createEventLog(log))
  const guard = createGuard({
    clock,
    blockAfter: security.block_after,
    blockMinutes: security.block_minutes,
    exempt: createExempt(security.exempt),
    onBlocked: (source) => {
      const minutes = security.block_minutes
      log.write('app', 'warn', `blocked for ${minutes} minutes: too many failures`, { user: source })
      events.publish({ kind: 'source.blocked', source, minutes })
    },
  })
  const subscribers = createSubscribers(subscribersOf(settings))
  const registrations = createRegistrations({ clock, timers, store, events, sameContact })
  const restored = registrations.restore(await store.loadBindings(), subscribers)
  const closed = await store.closeOpenCalls('restart')
  log.write('app', 'info', `${restored} registrations restored, ${closed} open call records closed`)
  return { events, guard, subscribers, registrations }
}
export type People = Awaited<ReturnType<typeof createPeople>>
