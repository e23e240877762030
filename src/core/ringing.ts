import type { Timers } from '#lib/clock'
import type { Binding } from './bindings.ts'
import type { Call } from './call.ts'
import type { CalleeEvents, CalleeParty, CallSettings, Description, Refused, Ring } from './call-ports.ts'
import type { Media } from './ports.ts'
import type { Found } from './subscribers.ts'

type RingPorts = { timers: Timers; media: Media; ring: Ring; settings: CallSettings }
type Winner = { leg: CalleeParty; description: Description | undefined }
type Outcome = { kind: 'answered'; winner: Winner } | { kind: 'refused'; refused: Refused }

/** The phones of one person: highest q first, equal ones together, RFC 3261 §16.6. */
const inTurns = (bindings: Binding[]): Binding[][] => {
  const turns = new Map<number, Binding[]>()
  for (const binding of bindings) turns.set(binding.q, [...(turns.get(binding.q) ?? []), binding])
  return [...turns].sort(([a], [b]) => b - a).map(([, turn]) => turn)
}

/** Which of several refusals the caller gets: a final 6xx, then busy, then the first, RFC 3261 §16.7. */
const better = (a: Refused | undefined, b: Refused): Refused => {
  if (!a || (b.status ?? 0) >= 600) return b
  if ((a.status ?? 0) >= 600) return a
  return b.why === 'busy' && a.why !== 'busy' ? b : a
}

/** Rings the phones of a person until one answers, then joins the parties. */
export const ringAll = async (
  ports: RingPorts,
  call: Call,
  found: Found,
  bindings: Binding[],
): Promise<void> => {
  const { offer } = call
  call.record.callee = found.identity.uri
  const ringOnly = found.subscriber.ringOnly || offer.caller.subscriber?.ringOnly === true
  if (bindings.length === 0) return ringForever(call)
  const timer = ports.timers.after(ports.settings.noAnswerS * 1000, () => call.refuse({ why: 'no-answer' }))
  try {
    let refused: Refused | undefined
    for (const turn of inTurns(bindings)) {
      const outcome = await ringTurn(ports, call, found, turn)
      if (outcome.kind === 'answered') {
        if (!call.over && !ringOnly) return await join(ports, call, outcome.winner)
        outcome.winner.leg.cancel('caller')
        return call.refuse({ why: 'no-answer' })
      }
      if (call.over) return
      refused = better(refused, outcome.refused)
      if ((refused.status ?? 0) >= 600) break
    }
    call.refuse(refused ?? { why: 'not-registered' })
  } finally {
    timer.cancel()
  }
}

/** A subscriber that only rings (manual: ring_only) and has no phone: the caller hears ringing until it gives up. */
const ringForever = (call: Call): void => {
  call.ringing()
  call.caller.progress('ringing', 180)
}

const ringTurn = async (ports: RingPorts, call: Call, found: Found, turn: Binding[]): Promise<Outcome> => {
  const { offer, record } = call
  let sdp: string | undefined
  if (offer.description) {
    const listeners = { callerListener: offer.listener, calleeListener: turn[0]?.listener ?? 0 }
    const offered = await ports.media.offer(record.id, 'caller', offer.description.sdp, listeners)
    if (call.over) return { kind: 'refused', refused: { why: 'cancelled' } }
    if (!offered.ok) return { kind: 'refused', refused: { why: offered.error } }
    sdp = offered.value
  }
  return new Promise((resolve) => {
    let refused: Refused | undefined
    let left = turn.length
    const ringing = call.ringingLegs
    const settle = (outcome: Outcome): void => {
      for (const other of ringing)
        if (outcome.kind === 'refused' || other !== outcome.winner.leg) other.cancel('elsewhere')
      ringing.clear()
      resolve(outcome)
    }
    const lost = (leg: CalleeParty | undefined, why: Refused): void => {
      if (leg) ringing.delete(leg)
      refused = better(refused, why)
      if (--left === 0 || (refused.status ?? 0) >= 600) settle({ kind: 'refused', refused })
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
      const events: CalleeEvents = {
        ...call.events('callee'),
        onProgress: (status, description) => void progress(ports, call, leg, status, description),
        onAnswer: (description) => leg && settle({ kind: 'answered', winner: { leg, description } }),
        onRefused: (why) => lost(leg, why),
      }
      const rung = ports.ring(detail, binding, sdp, events)
      if (!rung.ok) lost(undefined, rung.error)
      else {
        leg = rung.value
        ringing.add(leg)
      }
    }
  })
}

const progress = async (
  { media }: RingPorts,
  call: Call,
  leg: CalleeParty | undefined,
  status: number,
  description: Description | undefined,
): Promise<void> => {
  if (call.over || call.state === 'answered') return
  if (status === 180) call.ringing()
  const kind = status === 180 ? 'ringing' : 'progress'
  if (!description || !call.offer.description) return call.caller.progress(kind, status)
  call.callee ??= leg
  const answer = await media.answer(call.record.id, 'callee', description.sdp)
  if (call.over || call.record.answeredAtMs !== undefined) return
  call.caller.progress(kind, status, answer.ok ? answer.value : undefined)
}

/** Somebody answered: media first, then the caller hears of it, RFC 3264; a late offer travels with the ACKs. */
const join = async ({ media }: RingPorts, call: Call, { leg, description }: Winner): Promise<void> => {
  const { id } = call.record
  call.callee = leg
  const giveUp = (refused: Refused): void => {
    leg.cancel('caller')
    call.refuse(refused)
  }
  if (!description) return giveUp({ why: 'not-acceptable-media' })
  if (call.offer.description) {
    leg.confirm()
    const answer = await media.answer(id, 'callee', description.sdp)
    if (call.over) return
    if (!answer.ok) return giveUp({ why: answer.error })
    call.answered()
    await call.caller.answer(answer.value)
    return
  }
  const listeners = { callerListener: call.offer.listener }
  const offered = await media.offer(id, 'callee', description.sdp, listeners)
  if (call.over) return
  if (!offered.ok) return giveUp({ why: offered.error })
  call.answered()
  const late = await call.caller.answer(offered.value)
  if (call.over) return
  const answer = late === undefined ? undefined : await media.answer(id, 'caller', late)
  if (!answer?.ok) return call.end('failure', undefined, 'no description in the ACK')
  leg.confirm(answer.value)
}
