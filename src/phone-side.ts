import { createHash } from 'node:crypto'
import { createTokens, type Tokens } from '#admin'
import {
  createGuests,
  type Events,
  type GuestPlan,
  type Guests,
  isWeb,
  type Registrations,
  type Subscribers,
} from '#core'
import type { Random } from '#lib/random'
import { ok } from '#lib/result'
import { createGuardedHttp, isPublic } from '#net'
import { createPush, type Push, type PushMessage } from '#push'
import { ensurePushKey } from '#start'
import { createVapid, generateVapidKey } from '#webpush'
import type { Ground } from './ground.ts'

type People = { events: Events; registrations: Registrations; subscribers: Subscribers }

/** What stands of the web phone's HTTP side before there are doors: who may come in, and who can be woken. */
export type PhoneSide = {
  tokens: Tokens
  guests: Guests
  push: Push | undefined
  /** Some closed page of this user can be told of a call. */
  wakes(impi: string): boolean
  wake(impi: string, message: Omit<PushMessage, 'atMs'>): boolean
}

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

/** `hangUp` ends a guest's call that lasts too long. */
export const createPhoneSide = async (
  ground: Ground,
  people: People,
  random: Random,
  hangUp: (call: string) => void,
): Promise<PhoneSide> => {
  const { timers } = ground
  const { events, registrations, subscribers } = people
  const push = await createPushSide(ground)
  const guests = createGuests({ timers, random, events, plan: guestPlanOf(ground, people), hangUp })
  if (push)
    events.subscribe((event) => {
      if (event.kind !== 'message.changed' || event.message.steps.length !== 1) return
      const { queue, from, body, origin } = event.message
      const impi = queue.startsWith('subscriber:') ? queue.slice('subscriber:'.length) : undefined
      if (impi === undefined || body.kind !== 'text' || origin === 'report' || !push.has(impi)) return
      const subscriber = subscribers.byImpi(impi)
      if (subscriber && !registrations.of(subscriber).some(isWeb))
        push.wake(impi, { kind: 'text', from: from.replace(/^(?:sips?|tel):|@.*$/g, ''), name: '' })
    })
  return {
    tokens: createTokens(timers.clock, random),
    ...{ guests, push },
    wakes: (impi) => push?.has(impi) === true,
    wake: (impi, message) => push?.wake(impi, message) === true,
  }
}
