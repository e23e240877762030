import type { Shown } from '../state/hooks.ts'
import { clockOf } from '../state/numbers.ts'
import type { Say } from '../words/index.ts'

/** What is open below a call. */
export type Drawer = 'none' | 'keypad' | 'transfer'

export const stateWords = ({ view }: Pick<Shown, 'view'>, now: number, say: Say): string => {
  if (view.state === 'starting') return say('Starting…')
  if (view.state === 'calling') return say('Calling…')
  if (view.state === 'ringing') return say('Ringing…')
  if (view.state === 'answering') return say('Answering…')
  if (view.recovering) return say('Repairing the connection…')
  if (view.held) return say('On hold')
  if (view.heldThere) return say('Held by the other side')
  const clock = clockOf(now - (view.connectedAtMs ?? now))
  return view.voiceMail ? `${say('Voice mail')} · ${clock}` : clock
}
