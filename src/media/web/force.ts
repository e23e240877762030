import type { MediaEvents, Side } from '#core'
import { isLaw } from '#sdp'
import { type BrowsersCall, otherSide } from '../call.ts'
import type { SilenceLimits } from '../commands.ts'
import type { createRoster } from '../exchange.ts'
import { type Face, termsOf } from './face.ts'
import { planFaces } from './plan.ts'
import { BROWSER_FORMATS } from './terms.ts'
import { Transport } from './transport.ts'

/** What the house understands where it is the other side. */
const SPOKEN = BROWSER_FORMATS.audio.filter(isLaw)

type ForcePorts = {
  calls: ReturnType<typeof createRoster>
  limits(): SilenceLimits
  events: MediaEvents
}

/** What was agreed upon becomes the worker's plan, and transports come to the call in which they speak. */
export const createForce = ({ calls, limits, events }: ForcePorts) => {
  /** Puts an exchange into force. A transport comes to its call by itself only the first time. */
  const settle = (call: BrowsersCall, faces: Partial<Record<Side, Face>>, own = false): void => {
    call.web.faces = faces
    call.web.own = own
    call.hand.settle(call.id, planFaces(call, faces, limits()))
    for (const side of ['caller', 'callee'] as const) {
      const transport = faces[side]?.transport
      if (!transport) continue
      const isNew = !call.web.known.has(transport)
      call.web.known.add(transport)
      if (isNew || transport.call === call.name) attach(call.name, side)
      askIfDeaf(call, side, transport)
    }
  }

  /** The browser speaks a codec that the other side has not agreed to: it is to be asked for another one. */
  const askIfDeaf = (call: BrowsersCall, side: Side, transport: Transport): void => {
    const other = call.web.faces[otherSide(side)]
    const speech = transport.speech('audio')
    if (!speech || !transport.isStable) return
    const formats = call.web.own ? SPOKEN : ((other && termsOf(other).audio?.formats) ?? [])
    if (formats.length > 0 && Transport.meet([speech], formats).length === 0)
      events.onWeb?.(transport.name, 'ask')
  }

  const attach = (name: string, side: Side): void => {
    const call = calls.get(name)
    const transport = call?.web?.faces[side]?.transport
    if (!call || !transport) return
    transport.call = name
    call.hand.tell({ op: 'attach', call: call.id, side })
  }

  return { settle, attach }
}
export type Force = ReturnType<typeof createForce>
