import type { Timer, Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import { wired } from '#lib/text'
import type { CoreEvent, Events } from '../events.ts'
import type { GuestCall } from '../records.ts'
import { createCaps, createTalk } from './caps.ts'
import type {
  GuestFault,
  GuestPass,
  GuestPlace,
  GuestPlan,
  GuestRefusal,
  Guests,
  GuestWish,
} from './contract.ts'
import { allowed, bareNumber } from './patterns.ts'

export type GuestPorts = {
  timers: Timers
  random: Random
  events: Pick<Events, 'subscribe'>
  plan: GuestPlan
  hangUp(call: string): void
  /** How long guests talked in the last 24 hours, by the records. */
  talkedMs?: number
}

const TICKET_S = 60
const MOST_TICKETS = 10_000
/** A pass that nobody calls with is given back. */
const PASS_MS = 30_000
const MINUTE_MS = 60_000
const LONGEST = { number: 64, name: 64, data: 512 }
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROL = /[\u0000-\u001f\u007f]+/g

type Ticket = { to: string; origin: string | undefined; untilMs: number }
/** `calls`: more than one while a party is put through. */
type Place = { calls: Set<string>; timer: Timer; talks: boolean }

const refuse = (why: GuestRefusal['why'], code: GuestFault, reason: string): Result<never, GuestRefusal> =>
  err({ why, code, reason })

/** Texts of strangers go into header fields and onto screens: one line, not too long. */
const clean = (text: string | undefined, most: number): string | undefined => {
  const line = text?.replace(CONTROL, ' ').trim().slice(0, most)
  return line === '' ? undefined : line
}

const hostOf = (authority: string | undefined): string | undefined =>
  authority === undefined ? undefined : URL.parse(`http://${authority}`)?.hostname

/** Calls of people without an account: who may, whom, and how much of it. */
export const createGuests = ({ timers, random, events, plan, hangUp, talkedMs = 0 }: GuestPorts): Guests => {
  const { clock } = timers
  const caps = createCaps(clock)
  const talk = createTalk(clock, talkedMs)
  const tickets = new Map<string, Ticket>()
  const places = new Map<GuestCall, Place>()

  const free = (guest: GuestCall): void => {
    places.get(guest)?.timer.cancel()
    places.delete(guest)
  }
  const hear = (event: CoreEvent): void => {
    if (event.kind !== 'call.changed' || !event.call.guest) return
    const { call, state } = event
    const guest = event.call.guest
    const place = places.get(guest)
    if (!place) return
    if (state === 'ended') {
      if (call.answeredAtMs !== undefined) talk.add((call.endedAtMs ?? clock.wallMs()) - call.answeredAtMs)
      place.calls.delete(call.id)
      return place.calls.size === 0 ? free(guest) : undefined
    }
    if (place.calls.size === 0 && !place.talks) place.timer.cancel()
    place.calls.add(call.id)
    // From the first answer on: whoever holds and comes back, or is put through, has no more time for it.
    if (state === 'answered' && !place.talks) {
      place.talks = true
      place.timer.cancel()
      place.timer = timers.after(plan.callMinutes * MINUTE_MS, () => [...place.calls].forEach(hangUp))
    }
  }
  events.subscribe(hear)

  /** A page of this very host, or of a site that the operator named. Programs without a site are no browsers. */
  const welcomes = ({ origin, host }: GuestPlace): boolean => {
    if (origin === undefined) return plan.origins.length === 0
    if (plan.origins.includes('*') || plan.origins.some((one) => one.replace(/\/$/, '') === origin))
      return true
    const own = hostOf(host)
    return own !== undefined && URL.parse(origin)?.hostname === own
  }

  const mayCall = (wish: GuestPlace & { to: string }): Result<string, GuestRefusal> => {
    if (!plan.enabled) return refuse('forbidden', 'off', 'Click to call is switched off here.')
    if (!welcomes(wish))
      return refuse(
        'forbidden',
        'site',
        `Pages of ${wish.origin ?? 'no site'} may not call: click_to_call.origins.`,
      )
    const number = bareNumber(wish.to)
    if (number === '' || number.length > LONGEST.number)
      return refuse('bad-request', 'no-number', 'Whom to call is missing.')
    if (!allowed(plan.allow, number))
      return refuse('forbidden', 'not-allowed', `Guests may not call ${number}.`)
    return ok(number)
  }

  const count = ({ address }: GuestPlace): Result<void, GuestRefusal> => {
    const taken = caps.take(address, plan.perHour, plan.perMinute)
    if (taken === 'taken') return ok(undefined)
    return taken === 'address'
      ? refuse('overloaded', 'often', 'You have called often: try again in an hour.')
      : refuse('overloaded', 'busy', 'Too many guests call: try again in a moment.')
  }

  const take = (how: GuestCall['how'], wish: GuestWish, to: string): Result<GuestPass, GuestRefusal> => {
    if (places.size >= plan.mostCalls) return refuse('overloaded', 'busy', 'All places for guests are taken.')
    if (talk.ms >= plan.dayMinutes * MINUTE_MS)
      return refuse('overloaded', 'used-up', 'Guests have talked enough for today.')
    const [cti, skill] = [clean(wish.cti, LONGEST.data), clean(wish.skill, LONGEST.data)]
    const guest: GuestCall = {
      how,
      address: wish.address,
      ...(wish.origin !== undefined && { origin: wish.origin.slice(0, LONGEST.data) }),
      ...(cti !== undefined && { cti }),
      ...(skill !== undefined && { skill }),
    }
    places.set(guest, { calls: new Set(), timer: timers.after(PASS_MS, () => free(guest)), talks: false })
    const name = clean(wish.disp, LONGEST.name) ?? clean(wish.from, LONGEST.name)
    const display = name === undefined ? plan.caller.display : wired(name)
    const headers: [string, string][] = []
    if (cti !== undefined) headers.push([plan.ctiHeader, wired(cti)])
    if (skill !== undefined) headers.push([plan.skillHeader, wired(skill)])
    return ok({
      caller: { ...plan.caller, display },
      dialled: { user: to, text: to },
      ...{ guest, headers },
      release: () => {
        if (places.get(guest)?.calls.size === 0) free(guest)
      },
    })
  }

  /** Each ticket is for one call, to one number, from one site. */
  const redeem = (name: string, to: string, origin: string | undefined): boolean => {
    const ticket = tickets.get(name)
    tickets.delete(name)
    return ticket?.to === to && ticket.origin === origin && ticket.untilMs > clock.nowMs()
  }

  const issue = (to: string, origin: string | undefined): string => {
    const name = random.token(32)
    tickets.set(name, { to, origin, untilMs: clock.nowMs() + TICKET_S * 1000 })
    if (tickets.size > MOST_TICKETS) tickets.delete(tickets.keys().next().value as string)
    return name
  }

  return {
    get enabled() {
      return plan.enabled
    },
    welcomes,
    ticket: (wish) => {
      const to = mayCall(wish)
      if (!to.ok) return to
      const counted = count(wish)
      if (!counted.ok) return counted
      const ticket = issue(to.value, wish.origin)
      return ok({ ticket, expiresS: TICKET_S, mostS: plan.callMinutes * 60 })
    },
    admit: (wish) => {
      const to = mayCall(wish)
      if (!to.ok) return to
      if (wish.ticket !== undefined && !redeem(wish.ticket, to.value, wish.origin))
        return refuse('not-authorised', 'ticket', 'This ticket was used, is too old, or is for another call.')
      const counted = wish.ticket === undefined ? count(wish) : ok(undefined)
      return counted.ok ? take('web', wish, to.value) : counted
    },
    admitCallBack: (wish) => {
      const to = mayCall(wish)
      if (!to.ok) return to
      const number = bareNumber(wish.number)
      if (!/^\+?\d{2,20}$/.test(number))
        return refuse('bad-request', 'wrong-number', 'Your number: digits, perhaps with + before them.')
      if (!allowed(plan.callBack, number))
        return refuse('forbidden', 'no-call-back', `${number} cannot be called back from here.`)
      const counted = count(wish)
      if (!counted.ok) return counted
      const pass = take('call-back', wish, to.value)
      if (!pass.ok) return pass
      pass.value.guest.visitor = number
      return ok({ ...pass.value, visitor: { user: number, text: number } })
    },
  }
}
