import type { ReactElement } from 'react'
import { Press } from '../parts/controls.tsx'
import { Avatar } from '../parts/shapes.tsx'
import { type Shown, useHouse, useIsEcho, useNameOf } from '../state/hooks.ts'
import { useWords } from '../words/index.ts'
import { stateWords } from './call-words.ts'

/** Calls that wait while another one is in front. */
export const OtherCalls = ({
  front,
  others,
  now,
}: {
  front: Shown
  others: readonly Shown[]
  now: number
}): ReactElement => {
  const say = useWords()
  const nameOf = useNameOf()
  const { phone } = useHouse()
  const isEcho = useIsEcho()
  const swap = async (other: Shown) => {
    if (front.view.state === 'connected' && !front.view.held) await front.call.hold(true)
    await other.call.hold(false)
  }
  return (
    <ul className="others" aria-label={say('Other calls')}>
      {others.map((other) => {
        const name = nameOf(other.view.with, other.view.name)
        const echo = isEcho(front.view.with) || isEcho(other.view.with)
        return (
          <li key={other.view.id}>
            <Avatar name={name} tel={other.view.with} />
            <p className="grow">
              <b>{name}</b>
              <br />
              <span className="dim">{stateWords(other, now, say)}</span>
            </p>
            <Press onPress={() => void swap(other)}>{say('Switch')}</Press>
            {phone.features().transfer && front.view.state === 'connected' && (
              <Press
                icon="join"
                className="others-join"
                isDisabled={echo}
                onPress={() => void front.call.join(other.call)}
              >
                {echo
                  ? say('The echo is not put through')
                  : say('Connect {a} with {b}', { a: nameOf(front.view.with, front.view.name), b: name })}
              </Press>
            )}
          </li>
        )
      })}
    </ul>
  )
}
