import { createHash } from 'node:crypto'
import { createTokens, type Tokens } from '#admin'
import {
  createGuests,
  type Events,
  type GuestPlan,
  type Guests,
  impiOf,
  type Subscriber,
  type Subscribers,
  type Waking,
} from '#core'
import type { Random } from '#lib/random'
import { ok } from '#lib/result'
import { readable } from '#lib/text'
import { createGuardedHttp, isPublic } from '#net'
import { createPush, type Push } from '#push'
import { ensurePushKey } from '#start'
import { createVapid, generateVapidKey } from '#webpush'
import type { Ground } from './ground.ts'

type People = { events: Events; subscribers: Subscribers }

/** What stands of the web phone's HTTP side before there are doors: who may come in, and who can be woken. */
export type PhoneSide = {
  tokens: Tokens
  guests: Guests
  push: Push | undefined
  waking: Waking
}

const DAY_MS = 86_400_000
const PUSH = { timeoutMs: 10_000, mostOctets: 16 * 1024, mostRedirects: 0 }

const createPushSide = async ({ settings, store, timers, log }: Ground): Promise<Push | undefined> => {
  const wish = settings.webphone?.push
  if (!wish?.enabled) return undefined
  const contact = wish.contact === '' ? `mailto:admin@${settings.domain}` : wish.contact
  const vapid = createVapid(ensurePushKey(settings.data_dir, generateVapidKey), contact)
  if (!vapid.ok) {
    log.write('app', 'error', 'push-key.pem in data_dir is no P-256 key: closed pages are not woken')
    return undefined
  }
  const ask = createGuardedHttp({
    ...PUSH,
    allows: wish.private ? () => true : isPublic,
    schemes: wish.private ? ['https', 'http'] : ['https'],
    checkCertificates: !wish.private,
  })
  return createPush({
    ...{ vapid: vapid.value, store: store.phone, clock: timers.clock, log, plain: wish.private },
    nameOf: (text) => createHash('sha256').update(text).digest('hex'),
    post: async (url, headers, body) => {
      const reply = await ask(url, { method: 'POST', headers, body })
      return reply.ok ? ok(reply.value.status) : reply
    },
  })
}

/** The account of click to call: a user of ours where it is one, so that its calls are its own. */
const guestPlanOf = ({ settings }: Ground, { subscribers }: People): GuestPlan => {
  const { click_to_call: guests, domain, webphone } = settings
  const account = guests?.user ? subscribers.byImpi(guests.user) : undefined
  const own = account && account.password === guests?.password ? account : undefined
  const name = guests?.tel || own?.identities[0]?.user || 'guest'
  return {
    enabled: webphone !== undefined && guests?.enabled === true,
    caller: {
      ...(own && { subscriber: own }),
      identity: `sip:${name}@${own?.domain || domain}`,
      ...{ display: '', anonymous: false },
    },
    ...{ allow: guests?.allow ?? [], callBack: guests?.call_back ?? [], origins: guests?.origins ?? [] },
    ...{ ctiHeader: guests?.cti_header ?? '', skillHeader: guests?.skill_header ?? '' },
    ...{ perHour: guests?.per_hour ?? 0, perMinute: guests?.per_minute ?? 0 },
    mostCalls: guests?.max_calls ?? 0,
    ...{ callMinutes: guests?.call_minutes ?? 0, dayMinutes: guests?.day_minutes ?? 0 },
  }
}

/** As people write it. */
const bare = (identity: string): string => identity.replace(/^(?:sips?|tel):|[@;].*$/g, '')

/** `hangUp` ends a guest's call that lasts too long; `isOpen`: a page of that user is connected. */
export const createPhoneSide = async (
  ground: Ground,
  people: People,
  random: Random,
  { hangUp, isOpen }: { hangUp(call: string): void; isOpen(subscriber: Subscriber): boolean },
): Promise<PhoneSide> => {
  const { timers, store } = ground
  const { events, subscribers } = people
  const push = await createPushSide(ground)
  const talkedMs = await store.phone.guestTalkMs(timers.clock.wallMs() - DAY_MS)
  const plan = guestPlanOf(ground, people)
  const guests = createGuests({ timers, random, events, plan, hangUp, talkedMs })
  if (push)
    events.subscribe((event) => {
      if (event.kind !== 'message.changed' || event.message.steps.length !== 1) return
      const { queue, from, body, origin } = event.message
      const impi = impiOf(queue)
      if (impi === undefined || body.kind !== 'text' || origin === 'report' || !push.has(impi)) return
      const subscriber = subscribers.byImpi(impi)
      if (subscriber && !isOpen(subscriber)) push.wake(impi, { kind: 'text', from: bare(from), name: '' })
    })
  return {
    tokens: createTokens(timers.clock, random),
    ...{ guests, push },
    waking: {
      wakes: (impi) => push?.has(impi) === true,
      wake: ({ offer }, { subscriber }) => {
        const { identity, display, anonymous } = offer.caller
        const shown = anonymous ? { from: '', name: '' } : { from: bare(identity), name: readable(display) }
        if (!isOpen(subscriber)) push?.wake(subscriber.impi, { kind: 'call', ...shown })
      },
      next: ({ subscriber }, hear) =>
        events.subscribe((event) => {
          if (event.kind !== 'registration.changed' || event.change !== 'registered') return
          if (event.impi === subscriber.impi) hear(event.binding)
        }),
    },
  }
}
