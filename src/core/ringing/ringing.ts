import type { Timers } from '#lib/clock'
import type { Binding } from '../bindings.ts'
import type { Call } from '../call.ts'
import type { CallOffer, Refused, Ring, Route } from '../call-ports.ts'
import type { Refusal } from '../refusals.ts'
import { orLater, type Routing } from '../routing.ts'
import type { Found, Identity } from '../subscribers.ts'
import type { CallPlan } from '../trunks/plans.ts'
import { isWeb, sessionOf } from '../web.ts'
import { join } from './join.ts'
import { type PlanPorts, ringPlan } from './plan.ts'
import { better, isFinal, type Outcome, type Place, ringTurn } from './turn.ts'
import { firstToCome, type Waking } from './waking.ts'

type RingPorts = PlanPorts & {
  ring: Ring
  routeTo: Routing
  addressTowards?: (binding: Binding) => string | undefined
  transportOf?: (binding: Binding, call: string) => string
  isPage?: ((binding: Binding) => boolean) | undefined
  timers: Timers
  /** Answers for those who do not. */
  answering?: Answering | undefined
  /** Phones that come when they are told of a call. */
  waking?: Waking | undefined
}
/** `afterS`: how long phones ring before it does; undefined: it will not. `take`: false: it does not. */
export type Answering = {
  afterS(call: Call, found: Found): number | undefined
  take(call: Call, found: Found): Promise<boolean>
}
/** A person and the phones that are to ring, or the places that a route names. */
export type Target = Extract<Route, { kind: 'subscriber' | 'plan' }>

/** How often a call may be passed on from one person to another. */
const MOST_REDIRECTS = 5

/** The phones of one person: highest q first, equal ones together, RFC 3261 §16.6. */
const inTurns = (bindings: Binding[]): Binding[][] => {
  if (bindings.length < 2) return [bindings]
  const turns = new Map<number, Binding[]>()
  for (const binding of bindings) turns.set(binding.q, [...(turns.get(binding.q) ?? []), binding])
  return [...turns].sort(([a], [b]) => b - a).map(([, turn]) => turn)
}

const isTarget = (route: Route | undefined): route is Target =>
  route?.kind === 'subscriber' || route?.kind === 'plan'
const nameOfTarget = (target: Target): Identity | CallPlan =>
  target.kind === 'plan' ? target.plan : target.found.identity

/** Rings the phones of a person, or of whom it passes the call on to, until one answers; then joins the parties. */
export const ringAll = async (ports: RingPorts, call: Call, first: Target): Promise<void> => {
  const asked = new Set<Identity | CallPlan>()
  const { kind: _, ...ordinary } = call.offer
  let target = first
  for (;;) {
    asked.add(nameOfTarget(target))
    const outcome = await ringTarget(ports, call, target)
    if (!outcome || call.over) return
    if (outcome.kind === 'answered') return join(call, outcome.winner)
    const { redirect, why } = outcome.refused
    // What a party said in its former call may be too little for the new one: asked anew, it says all.
    if (why === 'not-acceptable-media' && call.offer.transferredFrom && call.offer.description) {
      call.offer.description = undefined
      continue
    }
    const route = redirect && asked.size <= MOST_REDIRECTS ? redirected(ports, ordinary, redirect) : undefined
    if (!isTarget(route) || asked.has(nameOfTarget(route))) {
      const refused = route?.kind === 'refused' ? route.refused : outcome.refused
      if (call.called && (await takeMessage(ports, call, call.called, refused))) return
      return call.refuse(refused)
    }
    call.caller.progress('progress', 181)
    if (redirect) call.offer.dialled = redirect
    target = route
  }
}

const MISSED = new Set<Refusal>(['no-answer', 'busy', 'declined', 'not-registered'])

/** A call that its callee has missed: true when somebody answers for it. */
export const takeMessage = async (
  { answering }: Pick<RingPorts, 'answering'>,
  call: Call,
  found: Found,
  { why }: Refused,
): Promise<boolean> => {
  if (!answering || call.over || !MISSED.has(why)) return false
  call.record.callee = nameOf(found)
  call.puts(found)
  return answering.take(call, found)
}

const redirected = (
  { routeTo }: RingPorts,
  offer: Omit<CallOffer, 'kind'>,
  dialled: NonNullable<Refused['redirect']>,
): Route => orLater(routeTo({ ...offer, dialled }))

const ringTarget = (ports: RingPorts, call: Call, target: Target): Promise<Outcome | undefined> => {
  if (target.kind === 'subscriber') return ringPerson(ports, call, target)
  if (call.offer.caller.subscriber?.ringOnly) return Promise.resolve(onlyRing(call))
  return ringPlan(ports, call, target.plan, async (name) => {
    const { kind: _, ...ordinary } = call.offer
    const user = name.replace(/^(?:sips?|tel):|@.*$/g, '')
    const route = orLater(ports.routeTo({ ...ordinary, dialled: { user, text: name } }))
    if (route.kind === 'subscriber') return ringPerson(ports, call, route)
    return { kind: 'refused', refused: route.kind === 'refused' ? route.refused : { why: 'unknown-user' } }
  })
}

const onlyRing = (call: Call): undefined => {
  call.ringing()
  call.caller.progress('ringing', 180)
  return undefined
}

/** As callers are written: a sip identity with its domain, a number as it is. */
const nameOf = ({ identity: { uri }, subscriber: { domain } }: Found): string =>
  uri.startsWith('sip:') && !uri.includes('@') ? `${uri}@${domain}` : uri

/** Undefined: nothing more will come of it, the caller hears ringing until it gives up. */
const ringPerson = async (
  ports: RingPorts,
  call: Call,
  { found, bindings }: { found: Found; bindings: Binding[] },
): Promise<Outcome | undefined> => {
  call.record.callee = nameOf(found)
  call.puts(found)
  // Manual: a ring_only user gets as far as ringing, on either side of a call.
  const ringOnly = found.subscriber.ringOnly || call.offer.caller.subscriber?.ringOnly === true
  const { waking } = ports
  const comes = waking?.wakes(found.subscriber.impi) === true && !ringOnly
  if (bindings.length === 0 && !comes) return onlyRing(call)
  waking?.wake(call, found)
  const afterS = ports.answering?.afterS(call, found)
  let refused: Refused | undefined
  let isLate = false
  const late =
    afterS === undefined
      ? undefined
      : ports.timers.after(afterS * 1000, () => {
          isLate = true
          call.stopRinging?.()
        })
  for (const turn of inTurns(bindings)) {
    const outcome = await ringTurnOf(ports, call, found, turn)
    if (call.over || isLate || outcome.kind === 'answered') late?.cancel()
    if (call.over) return undefined
    if (outcome.kind === 'answered' && ringOnly) return { kind: 'refused', refused: { why: 'no-answer' } }
    if (outcome.kind === 'answered') return outcome
    refused = better(refused, outcome.refused)
    if (isFinal(refused) || isLate) break
  }
  late?.cancel()
  return { kind: 'refused', refused: refused ?? { why: 'not-registered' } }
}

/** An empty turn is of those who come when they are told. */
const ringTurnOf = async (ports: RingPorts, call: Call, found: Found, turn: Binding[]): Promise<Outcome> => {
  const { waking } = ports
  if (!waking?.wakes(found.subscriber.impi)) return ringTurn(call, placesOf(ports, call, found, turn))
  const placeOf = (binding: Binding): Place => placesOf(ports, call, found, [binding])[0] as Place
  if (turn.length > 0)
    return ringTurn(call, placesOf(ports, call, found, turn), (ring) =>
      waking.next(found, (binding) => {
        if (isWeb(binding)) ring(placeOf(binding))
      }),
    )
  const binding = await firstToCome(waking, call, found)
  if (!binding) return { kind: 'refused', refused: { why: 'no-answer' } }
  return ringTurn(call, [placeOf(binding)])
}

const placesOf = (
  { ring, addressTowards, transportOf = sessionNameOf, isPage }: RingPorts,
  { offer, record, media }: Call,
  found: Found,
  turn: Binding[],
): Place[] => {
  const detail = {
    id: record.id,
    caller: offer.caller,
    called: found.identity,
    callee: found.subscriber,
    dialled: offer.dialled.text,
    hops: offer.hops - 1,
    ...(offer.headers && { headers: offer.headers }),
    ...(offer.answerNow && { answerNow: true }),
    ...(offer.agent && { agent: offer.agent }),
  }
  return turn.map((binding, at): Place => {
    const { listener } = binding
    const isBrowser = isWeb(binding) || isPage?.(binding) === true
    const address = at === 0 || isBrowser ? addressTowards?.(binding) : undefined
    const plain: Place = { listener, address, ring: (sdp, events) => ring(detail, binding, sdp, events) }
    if (!isBrowser) return plain
    const web = isWeb(binding) ? transportOf(binding, record.id) : `sip.${record.id}.${at}`
    return {
      ...{ listener, address, web, unused: () => media.leave(web) },
      ring: (sdp, events) => ring({ ...detail, web }, binding, sdp, events),
      ...(!isWeb(binding) && { otherwise: plain }),
    }
  })
}

/** Where nobody says otherwise a session has one transport, of its own name. */
const sessionNameOf = (binding: Binding): string => sessionOf(binding) ?? ''
