import type { ReactElement } from 'react'
import type { LineState } from '../../sdk/index.ts'
import { Press } from '../parts/controls.tsx'
import { TroubleNote } from '../parts/trouble.tsx'
import { useCell, useHouse, useNow } from '../state/hooks.ts'
import { type Say, useWords } from '../words/index.ts'

const words = (line: LineState, now: number, say: Say): string => {
  switch (line.kind) {
    case 'ready':
      return line.trouble ? say('Not registered at the exchange') : say('Ready')
    case 'waiting': {
      const n = Math.max(1, Math.ceil((line.untilMs - now) / 1000))
      return say('No connection. Next attempt in {n} s.', { n })
    }
    case 'refused':
      return say('Not registered')
    case 'over':
      return line.reason === 'taken-over' ? say('In use elsewhere') : say('Signed off by the server')
    default:
      return say('Connecting…')
  }
}

const LOOK: Partial<Record<LineState['kind'], string>> = { ready: 'well', connecting: 'busy', off: 'busy' }

const lookOf = (line: LineState): string =>
  (line.kind === 'ready' && line.trouble ? undefined : LOOK[line.kind]) ?? 'bad'

/** Who I am, and whether I can be reached: the truth, not a hope. */
export const Status = (): ReactElement => {
  const say = useWords()
  const { me, phone } = useHouse()
  const line = useCell(phone.line)
  const now = useNow(line.kind === 'waiting')
  return (
    <header className="status">
      <div className="status-who">
        <h1>{me.name || me.tel}</h1>
        {me.name && me.name !== me.tel && <span className="dim number">{me.tel}</span>}
      </div>
      <div className="status-line">
        <span className={`state state-${lookOf(line)}`} role="status">
          <i aria-hidden="true" />
          {words(line, now, say)}
        </span>
        {line.kind === 'waiting' && (
          <Press look="plain" onPress={phone.hurry}>
            {say('Try now')}
          </Press>
        )}
        {(line.kind === 'refused' || line.kind === 'over') && (
          <Press look="plain" onPress={phone.start}>
            {say('Use it here')}
          </Press>
        )}
      </div>
      {line.kind === 'waiting' && line.attempt > 1 && <TroubleNote trouble={line.trouble} />}
      {line.kind === 'refused' && <TroubleNote trouble={line.trouble} />}
      {line.kind === 'ready' && line.trouble && <TroubleNote trouble={line.trouble} />}
    </header>
  )
}
