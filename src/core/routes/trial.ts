import type { Fleet, Line } from '../fleet/contract.ts'
import type { MessageRefusal, MessageTarget } from '../messages/contract.ts'
import { INBOX } from '../messages/queues.ts'
import type { Destinations } from './destinations.ts'
import type { Stage } from './table.ts'

/** Where something would go. `why`: in words; `targets`: in the order of their turns. */
export type Trial = {
  accepted: boolean
  why: string
  route?: string
  targets: TrialTarget[]
}
export type TrialTarget = { target: string; usable: boolean; why?: string }

export type TrialPorts = {
  destinations: Pick<Destinations, 'of' | 'after' | 'stageOf'>
  fleet: Pick<Fleet, 'list'>
  wallMs: () => number
}

/** Lines shown of one stage: an operator wants to know whether some will do, not to read them all. */
const MOST_LINES = 100
/** A circle of stages cannot be configured, and shall not hang anything if it can. */
const MOST_STAGES = 50

const REFUSED: Partial<Record<MessageRefusal, string>> = {
  'unknown-user': 'nobody here has this number or name, and no route fits',
  forbidden: 'a route refuses it',
  overloaded: 'a route refuses it for now',
}

/** Lines that one of `box1`, `box1/goipid1`, `*` names. */
export const linesOf = (fleet: Pick<Fleet, 'list'>, targets: readonly string[]): Line[] =>
  fleet.list().filter(({ id, device }) => targets.some((one) => one === '*' || one === device || one === id))

const lineTarget = ({ id, hindrance, restriction }: Line): TrialTarget => ({
  ...{ target: `gateway:${id}`, usable: hindrance === undefined },
  ...((hindrance ?? restriction) !== undefined && { why: hindrance ?? restriction }),
})

const targetsOf = (stage: Stage, fleet: Pick<Fleet, 'list'>): TrialTarget[] => {
  switch (stage.kind) {
    case 'gateway': {
      const lines = linesOf(fleet, stage.targets)
      if (lines.length > 0) return lines.slice(0, MOST_LINES).map(lineTarget)
      return stage.targets.map((one) => ({
        ...{ target: `gateway:${one}`, usable: false, why: 'no line of it has been seen' },
      }))
    }
    case 'subscriber':
      return [{ target: `subscriber:${stage.name}`, usable: true }]
    case 'webhook':
      return [{ target: `webhook:${stage.url}`, usable: true }]
    case 'inbox':
      return [{ target: 'inbox', usable: true }]
    case 'reject':
      return [{ target: `reject:${stage.code}`, usable: false, why: 'refused here' }]
  }
}

/** What would become of a text, by the very rules that decide about a real one. Nothing is kept or sent. */
export const createMessageTrial = ({ destinations, fleet, wallMs }: TrialPorts) => {
  const stagesFrom = (first: string): TrialTarget[] => {
    const targets: TrialTarget[] = []
    let queue: string | undefined = first
    for (let stage = 0; queue !== undefined && stage < MOST_STAGES; stage++) {
      const place = destinations.stageOf(queue)
      if (place) targets.push(...targetsOf(place.stage, fleet))
      else targets.push({ target: queue === INBOX ? 'inbox' : queue, usable: true })
      const next = destinations.after(queue)
      if (next && 'refused' in next) targets.push(...targetsOf({ kind: 'reject', code: next.refused }, fleet))
      queue = next && 'queue' in next ? next.queue : undefined
    }
    return targets
  }

  return (from: string, meanings: readonly MessageTarget[], tag?: string): Trial => {
    let refused: MessageRefusal = 'unknown-user'
    for (const to of meanings) {
      const found = destinations.of(
        { origin: 'rest', from, to, body: { kind: 'text', text: '' }, ...(tag !== undefined && { tag }) },
        wallMs(),
      )
      if (!found.ok) {
        refused = found.error
        if (refused === 'unknown-user') continue
        break
      }
      const { queue } = found.value
      const route = destinations.stageOf(queue)?.plan.name
      const targets = stagesFrom(queue)
      if (route !== undefined) return { accepted: true, why: `route "${route}"`, route, targets }
      const why = queue === INBOX ? 'it stays in the inbox' : 'it is for a user here'
      return { accepted: true, why, targets }
    }
    return { accepted: false, why: REFUSED[refused] ?? refused, targets: [] }
  }
}
