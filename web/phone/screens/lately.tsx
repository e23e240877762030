import type { ReactElement } from 'react'
import { Press } from '../parts/controls.tsx'
import { Icon } from '../parts/icon.tsx'
import { TroubleNote } from '../parts/trouble.tsx'
import { useCell, useHouse, useNameOf } from '../state/hooks.ts'
import { clockOf } from '../state/numbers.ts'
import { useWords } from '../words/index.ts'
import { causeWords } from '../words/troubles.ts'

/** How the last call ended, for a moment; a microphone that failed stays until it is read. */
export const Lately = (): ReactElement | null => {
  const say = useWords()
  const house = useHouse()
  const nameOf = useNameOf()
  const view = useCell(house.lately)
  if (!view) return null
  const { trouble, cause, connectedAtMs, endedAtMs, direction, sentTo, voiceMail } = view
  if (trouble && trouble.name !== 'refused')
    return <TroubleNote trouble={trouble} onClose={() => house.lately.set(undefined)} />
  const why =
    sentTo && (cause === 200 || cause === 302)
      ? say('Transferred to {name}', { name: nameOf(sentTo) })
      : connectedAtMs && endedAtMs
        ? `${voiceMail ? `${say('Voice mail')} · ` : ''}${say('Call ended after {time}', { time: clockOf(endedAtMs - connectedAtMs) })}`
        : direction === 'out' && cause === 486 && view.with === house.me.tel
          ? say('That is your own number.')
          : direction === 'in' && cause === 486
            ? say('The call was declined.')
            : (causeWords(cause, say) ?? (trouble?.words || view.reason || say('Call ended')))
  return (
    <div className="lately" role="status">
      <Icon name={connectedAtMs ? 'phone' : 'missed'} size={18} />
      <p className="grow">
        <b>{nameOf(view.with, view.name)}</b>
        <br />
        {why}
      </p>
      <Press look="plain" onPress={() => house.dial(view.with, { video: view.video })}>
        {say('Call again')}
      </Press>
    </div>
  )
}
