import type { Binding } from './bindings.ts'
import type { Call } from './call.ts'
import type { CalleeEvents, CalleeParty, Description, Refused, Ring } from './call-ports.ts'
import type { MediaOptions } from './ports.ts'
import type { Routing } from './routing.ts'
import type { Found, Identity } from './subscribers.ts'

type RingPorts = {
  ring: Ring
  routeTo: Routing
  addressTowards?: (binding: Binding) => string | undefined
}
/** A person and the phones that are to ring. */
type Target = { found: Found; bindings: Binding[] }
type Winner = { leg: CalleeParty; description: Description | undefined }
type Outcome = { kind: 'answered'; winner: Winner } | { kind: 'refused'; refused: Refused }

/** How often a call may be passed on from one person to another. */
const MOST_REDIRECTS = 5
const isFinal = ({ status = 0 }: Refused): boolean => status >= 600

/** The phones of one person: highest q first, equal ones together, RFC 3261 §16.6. */
const inTurns = (bindings: Binding[]): Binding[][] => {
  if (bindings.length < 2) return [bindings]
  const turns = new Map<number, Binding[]>()
  for (const binding of bindings) turns.set(binding.q, [...(turns.get(binding.q) ?? []), binding])
  return [...turns].sort(([a], [b]) => b - a).map(([, turn]) => turn)
}

/** Which of several refusals counts: a final 6xx, then a redirection, then busy, then the first, RFC 3261 §16.7. */
const better = (a: Refused | undefined, b: Refused): Refused => {
  if (!a || isFinal(b)) return b
  if (isFinal(a) || a.redirect) return a
  if (b.redirect) return b
  return b.why === 'busy' && a.why !== 'busy' ? b : a
}

/** Rings the phones of a person, or of whom it passes the call on to, until one answers; then joins the parties. */
export const ringAll = async (ports: RingPorts, call: Call, first: Target): Promise<void> => {
  const asked = new Set<Identity>()
  const { kind: _, ...ordinary } = call.offer
  let target = first
  for (;;) {
    asked.add(target.found.identity)
    const outcome = await ringPerson(ports, call, target)
    if (!outcome || call.over) return
    if (outcome.kind === 'answered') return join(call, outcome.winner)
    const { redirect } = outcome.refused
    const route =
      redirect && asked.size <= MOST_REDIRECTS ? ports.routeTo({ ...ordinary, dialled: redirect }) : undefined
    if (route?.kind !== 'subscriber' || asked.has(route.found.identity))
      return call.refuse(route?.kind === 'refused' ? route.refused : outcome.refused)
    call.caller.progress('progress', 181)
    target = route
  }
}

/** As callers are written: a sip identity with its domain, a number as it is. */
const nameOf = ({ identity: { uri }, subscriber: { domain } }: Found): string =>
  uri.startsWith('sip:') && !uri.includes('@') ? `${uri}@${domain}` : uri

/** Undefined: nothing more will come of it, the caller hears ringing until it gives up. */
const ringPerson = async (ports: RingPorts, call: Call, target: Target): Promise<Outcome | undefined> => {
  const { found, bindings } = target
  call.record.callee = nameOf(found)
  // Manual: a ring_only user gets as far as ringing, on either side of a call.
  const ringOnly = found.subscriber.ringOnly || call.offer.caller.subscriber?.ringOnly === true
  if (bindings.length === 0) {
    call.ringing()
    call.caller.progress('ringing', 180)
    return undefined
  }
  let refused: Refused | undefined
  for (const turn of inTurns(bindings)) {
    const outcome = await ringTurn(ports, call, found, turn)
    if (call.over) return undefined
    if (outcome.kind === 'answered' && ringOnly) return { kind: 'refused', refused: { why: 'no-answer' } }
    if (outcome.kind === 'answered') return outcome
    refused = better(refused, outcome.refused)
    if (isFinal(refused)) break
  }
  return { kind: 'refused', refused: refused ?? { why: 'not-registered' } }
}

/** All phones of a turn get one description: the first one's listener serves them. */
const mediaOf = ({ addressTowards }: RingPorts, call: Call, first: Binding | undefined): MediaOptions => {
  const address = first && addressTowards?.(first)
  return {
    ...call.callerMedia,
    calleeListener: first?.listener ?? 0,
    ...(address !== undefined && { calleeAddress: address }),
  }
}

const ringTurn = async (ports: RingPorts, call: Call, found: Found, turn: Binding[]): Promise<Outcome> => {
  const { offer } = call
  let sdp: string | undefined
  if (offer.description) {
    const offered = await call.offerMedia('caller', offer.description.sdp, mediaOf(ports, call, turn[0]))
    if (!offered.ok) return { kind: 'refused', refused: { why: offered.error } }
    sdp = offered.value
  }
  return new Promise((resolve) => {
    call.whenOver(() => resolve({ kind: 'refused', refused: { why: 'cancelled' } }))
    if (!call.over) ringPhones(ports, call, { found, turn, sdp }, resolve)
  })
}

type Turn = { found: Found; turn: Binding[]; sdp: string | undefined }

/** Rings them all at once; the first that answers, or the best refusal of all, settles it. */
const ringPhones = (
  { ring }: RingPorts,
  call: Call,
  { found, turn, sdp }: Turn,
  settled: (outcome: Outcome) => void,
): void => {
  const { offer, record, ringingLegs: ringing } = call
  let refused: Refused | undefined
  let left = turn.length

  const settle = (outcome: Outcome): void => {
    const winner = outcome.kind === 'answered' ? outcome.winner.leg : undefined
    const why = winner ? 'elsewhere' : 'declined'
    // Whoever answers is the callee from this moment on, so that the call's end reaches it.
    call.callee = winner
    for (const other of ringing) if (other !== winner) other.cancel(why)
    ringing.clear()
    settled(outcome)
  }
  const lost = (leg: CalleeParty | undefined, why: Refused): void => {
    if (leg) ringing.delete(leg)
    if (leg && call.callee === leg) call.callee = undefined
    refused = better(refused, why)
    if (--left === 0 || isFinal(refused)) settle({ kind: 'refused', refused })
  }
  const detail = {
    id: record.id,
    caller: offer.caller,
    called: found.identity,
    callee: found.subscriber,
    dialled: offer.dialled.text,
    hops: offer.hops - 1,
  }
  for (const binding of turn) {
    let leg: CalleeParty | undefined
    const rung = ring(
      detail,
      binding,
      sdp,
      legEvents(call, () => leg, settle, lost),
    )
    if (rung.ok) {
      leg = rung.value
      ringing.add(leg)
      record.callIds.push(leg.callId)
    } else lost(undefined, rung.error)
  }
}

const legEvents = (
  call: Call,
  legOf: () => CalleeParty | undefined,
  settle: (outcome: Outcome) => void,
  lost: (leg: CalleeParty | undefined, why: Refused) => void,
): CalleeEvents => {
  const events = call.events('callee')
  return {
    ...events,
    // A phone that only rings has nothing to say while another one is heard.
    onOffer: async (description) =>
      call.callee !== undefined && call.callee === legOf()
        ? events.onOffer(description)
        : { ok: false, error: { why: 'peer-failure', status: 491 } },
    onProgress: (status, description) => call.watch(progress(call, legOf(), status, description)),
    onAnswer: (description) => {
      const leg = legOf()
      if (leg) settle({ kind: 'answered', winner: { leg, description } })
    },
    onRefused: (why) => lost(legOf(), why),
  }
}

const progress = async (
  call: Call,
  leg: CalleeParty | undefined,
  status: number,
  description: Description | undefined,
): Promise<void> => {
  if (call.over || call.isAnswered || !leg) return
  if (status === 180) call.ringing()
  const kind = status === 180 ? 'ringing' : 'progress'
  // Of several phones with early media the first is heard, until another one answers.
  const isHeard = description && call.offer.description && (call.callee ?? leg) === leg
  if (!isHeard) return call.caller.progress(kind, status)
  call.callee = leg
  const said = await heard(call, leg, description.sdp)
  if (!call.over && !call.isAnswered) call.caller.progress(kind, status, said.ok ? said.value : undefined)
}

/** The called phone's description for the caller: as before when it says the same as before. */
const heard = async (call: Call, leg: CalleeParty, sdp: string): ReturnType<Call['answerMedia']> => {
  const { settled } = call
  if (settled?.leg === leg && settled.sdp === sdp && settled.said !== undefined)
    return { ok: true, value: settled.said }
  const answer = await call.answerMedia('callee', sdp)
  if (answer.ok) call.settled = { leg, sdp, said: answer.value }
  return answer
}

/** Somebody answered: media first, then the caller hears of it, RFC 3264; a late offer travels with the ACKs. */
const join = async (call: Call, { leg, description }: Winner): Promise<void> => {
  if (!description) return call.refuse({ why: 'not-acceptable-media' })
  if (!call.offer.description) return joinLate(call, leg, description)
  leg.confirm()
  const { settled } = call
  // What was agreed on while it rang is the answer already, even where it came to that by an UPDATE.
  if (settled?.leg === leg && settled.sdp === description.sdp) {
    call.answered()
    return void (await call.caller.answer(undefined))
  }
  const answer = await heard(call, leg, description.sdp)
  if (call.over) return
  if (!answer.ok) return call.refuse({ why: answer.error })
  call.answered()
  await call.caller.answer(answer.value)
}

const joinLate = async (call: Call, leg: CalleeParty, description: Description): Promise<void> => {
  const offered = await call.offerMedia('callee', description.sdp, call.callerMedia)
  if (call.over) return
  if (!offered.ok) return call.refuse({ why: offered.error })
  call.answered()
  const late = await call.caller.answer(offered.value)
  if (call.over) return
  const answer = late === undefined ? undefined : await call.answerMedia('caller', late)
  if (call.over) return
  if (!answer?.ok) return call.end('failure', undefined, 'no description in the ACK')
  call.settled = { leg, sdp: description.sdp, said: offered.value }
  leg.confirm(answer.value)
}
