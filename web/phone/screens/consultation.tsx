import type { ReactElement } from 'react'
import { Press } from '../parts/controls.tsx'
import { Avatar } from '../parts/shapes.tsx'
import { type Shown, useIsEcho, useNameOf } from '../state/hooks.ts'
import { useWords } from '../words/index.ts'

/** The party asked first, while the other one waits. */
export const Consultation = ({ call, view }: Shown): ReactElement | null => {
  const say = useWords()
  const nameOf = useNameOf()
  const isEcho = useIsEcho()
  const { second } = view
  if (!second) return null
  const echo = isEcho(second.with)
  const name = nameOf(second.with)
  const first = nameOf(view.with, view.name)
  const words = {
    calling: say('Calling…'),
    ringing: say('Ringing…'),
    connected: second.voiceMail ? say('Voice mail') : say('You are talking'),
  }[second.state]
  return (
    <section className="second" aria-label={say('Consultation')}>
      <div className="row">
        <Avatar name={name} tel={second.with} />
        <p className="grow">
          <b>{name}</b>
          <br />
          <span className="dim" role="status">
            {words}
          </span>
        </p>
      </div>
      {echo && <p className="dim">{say('The echo is not put through')}</p>}
      <div className="second-buttons">
        <Press onPress={() => void call.back()} isDisabled={view.busy !== undefined}>
          {say('Back to {name}', { name: first })}
        </Press>
        <Press look="main" onPress={() => void call.join()} isDisabled={echo || view.busy !== undefined}>
          {say('Connect them')}
        </Press>
      </div>
    </section>
  )
}
