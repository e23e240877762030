import type { Side } from '#core'
import { carriedFormats, type Format } from '#sdp'
import { type EngineCall, otherSide } from '../call.ts'
import { termsOf } from '../web/face.ts'

/** What can be kept. */
export type Kept = 'pcmu' | 'pcma' | 'g722' | 'opus'
const KEPT: readonly string[] = ['pcmu', 'pcma', 'g722', 'opus'] satisfies Kept[]
const isKept = (name: string): name is Kept => KEPT.includes(name)

const spokenBy = (call: EngineCall, side: Side): readonly Format[] => {
  const face = call.web?.faces[side]
  if (face) return termsOf(face).audio?.formats ?? []
  const medium = call.said[side]?.media.find(({ type, port }) => type === 'audio' && port > 0)
  return medium ? carriedFormats(medium) : []
}

/** What the payload types are that a side sends: its own numbers first, telephones also use the other side's. */
export const keptTypes = (call: EngineCall, side: Side): Map<number, Kept> => {
  const types = new Map<number, Kept>()
  const others = call.web?.faces[side]?.transport ? [] : spokenBy(call, otherSide(side))
  for (const { type, name } of [...spokenBy(call, side), ...others])
    if (isKept(name) && !types.has(type)) types.set(type, name)
  return types
}

/** What the payload types of each side mean at the moment. */
export type Types = Record<Side, Map<number, Kept>>

export const typesOf = (call: EngineCall): Types => ({
  caller: keptTypes(call, 'caller'),
  callee: keptTypes(call, 'callee'),
})
