import type { Side } from '#core'
import type { EngineCall } from '../call.ts'
import type { LegPlan, MediumPlan, SilenceLimits, WebLeg } from '../commands.ts'
import { planLeg } from '../negotiation.ts'
import { type Face, knowsFeedback, parameterSets, termsOf } from './face.ts'
import { eventOfFormats, turnsOf } from './terms.ts'
import { WEB_KINDS } from './transport.ts'

type Kind = (typeof WEB_KINDS)[number]

const legOf = (call: EngineCall, side: Side, face: Face, kind: Kind): LegPlan | undefined => {
  const terms = termsOf(face)[kind]
  if (!terms) return undefined
  if (face.transport) {
    const { id, pair } = face.transport
    const nowhere = { address: '', port: 0, rtcpAddress: '', rtcpPort: 0 }
    return { slot: pair.slot, ...nowhere, mux: true, direction: terms.direction, web: id }
  }
  const index = face.at[kind] ?? -1
  const [medium, own] = [face.sdp.media[index], call.media[index]]
  const pair = own?.pairs[side]
  return medium && own && pair ? planLeg(medium, pair, own.mux[side]) : undefined
}

const webLegOf = (face: Face, kind: Kind, other: Face): WebLeg => {
  const own = termsOf(face)[kind]?.formats ?? []
  const event = eventOfFormats(own)
  const sprop = face.transport || kind === 'audio' ? [] : parameterSets(own)
  return {
    turns: turnsOf(own, termsOf(other)[kind]?.formats ?? []),
    feedback: knowsFeedback(face, kind),
    ...(event && { event }),
    ...(sprop.length > 0 && { sprop }),
    ...(face.transport && { ssrc: face.transport.ssrcs[kind] }),
  }
}

const empty = (index: number, type: Kind): MediumPlan => ({ index, type, types: [], events: [] })

/** How the media of a call flow between its faces; with one face alone they are sent back. */
export const planFaces = (
  call: EngineCall,
  faces: Partial<Record<Side, Face>>,
  limits: SilenceLimits,
): MediumPlan[] => {
  const media: MediumPlan[] = []
  const { caller = faces.callee, callee = faces.caller } = faces
  if (!caller || !callee) return media
  WEB_KINDS.forEach((kind, index) => {
    const plan: MediumPlan = { ...empty(index, kind), web: { limits }, ...(call.web?.own && { own: true }) }
    for (const side of ['caller', 'callee'] as const) {
      const face = faces[side]
      if (!face) continue
      const leg = legOf(call, side, face, kind)
      const web = webLegOf(face, kind, side === 'caller' ? callee : caller)
      if (!leg || web.turns.length === 0) return
      plan[side] = leg
      if (plan.web) plan.web[side] = web
      const events: [number, number][] = web.turns
        .filter(({ how }) => how === 'event')
        .map(({ type, rate }) => [type, rate])
      plan.types.push(...web.turns.map(({ type }) => type))
      plan.events.push(...events)
    }
    media.push(plan)
  })
  return media
}
