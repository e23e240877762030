import { createEmitter, type Emitter } from './emitter.ts'
import { type Answer, EVENT, type Members, numberOf, OP, type ServerEvent, textOf } from './protocol.ts'
import { refusalOf, type Trouble, troubleIn } from './troubles.ts'

export type Text = {
  id: string
  direction: 'in' | 'out'
  with: string
  name: string
  msg: string
  atMs: number
}
export type Fate = {
  mid: string
  id: string
  state: 'accepted' | 'sent' | 'delivered' | 'failed'
  reason: string
}

export type Texts = {
  received: Emitter<Text>
  fate: Emitter<Fate>
  /** `mid` is the page's own name of it; its fate follows in `fate`. */
  send(to: string, msg: string, mid: string): Promise<Trouble | undefined>
  onEvent(event: ServerEvent): boolean
}

export type TextPorts = {
  ask(op: number, members: Members): Promise<Answer>
  tell(op: number, members: Members): void
}

const STATES = ['accepted', 'sent', 'delivered', 'failed'] as const

export const createTexts = ({ ask, tell }: TextPorts): Texts => {
  const received = createEmitter<Text>()
  const fate = createEmitter<Fate>()
  return {
    received,
    fate,
    send: async (to, msg, mid) => {
      try {
        const answer = await ask(OP.text, { to, mid, msg })
        return answer.code === 0 ? undefined : refusalOf(answer)
      } catch (error) {
        return troubleIn(error)
      }
    },
    onEvent: (event) => {
      if (event.op === EVENT.text) {
        const direction = event.direction === 'out' ? 'out' : 'in'
        received.emit({
          ...{ id: textOf(event, 'id'), direction, msg: textOf(event, 'msg'), name: textOf(event, 'disp') },
          with: textOf(event, direction === 'in' ? 'from' : 'to'),
          atMs: numberOf(event, 'atMs'),
        })
        // Only now does the server call it delivered.
        if (direction === 'in') tell(OP.hasText, { id: textOf(event, 'id') })
        return true
      }
      if (event.op !== EVENT.fate) return false
      const state =
        STATES.find((one) => one === event.state) ?? (numberOf(event, 'code') === 0 ? 'sent' : 'failed')
      fate.emit({
        ...{ mid: textOf(event, 'mid'), id: textOf(event, 'id'), state, reason: textOf(event, 'reason') },
      })
      return true
    },
  }
}
