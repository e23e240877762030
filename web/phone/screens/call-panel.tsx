import { type ReactElement, useEffect, useState } from 'react'
import { Round } from '../parts/controls.tsx'
import { Avatar } from '../parts/shapes.tsx'
import { TroubleNote } from '../parts/trouble.tsx'
import { belowName, type Shown, useHouse, useNameOf, useNow } from '../state/hooks.ts'
import { useWords } from '../words/index.ts'
import { CallButtons } from './call-buttons.tsx'
import { type Drawer, stateWords } from './call-words.ts'
import { Consultation } from './consultation.tsx'
import { Keypad, useTyped } from './keypad.tsx'
import { OtherCalls } from './other-calls.tsx'
import { Pictures } from './pictures.tsx'
import { QualityLine } from './quality-line.tsx'
import { Transfer } from './transfer.tsx'

/** The one in front: whoever talks, else the newest. */
const inFront = (calls: readonly Shown[]): Shown | undefined =>
  calls.find(({ view }) => view.state === 'connected' && !view.held) ??
  calls.find(({ view }) => view.state !== 'connected') ??
  calls.at(-1)

const Keys = ({ call }: Shown): ReactElement => {
  const [sent, setSent] = useState('')
  const { ringer } = useHouse()
  const press = (key: string): void => {
    setSent((before) => (before + key).slice(-24))
    void call.dtmf(key)
  }
  useTyped((key) => {
    ringer.once('key', key)
    press(key)
  })
  return (
    <div className="drawer">
      <output className="keys-sent number">{sent || '\u00a0'}</output>
      <Keypad onKey={press} />
    </div>
  )
}

/** `crowded`: somebody else rings beside it. */
export const CallPanel = ({
  calls,
  crowded,
}: {
  calls: readonly Shown[]
  crowded: boolean
}): ReactElement | null => {
  const say = useWords()
  const nameOf = useNameOf()
  const [drawer, setDrawer] = useState<Drawer>('none')
  const now = useNow(true)
  useEffect(() => {
    if (drawer === 'none') return
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') setDrawer('none')
    }
    // Before a field of the drawer keeps it to itself.
    addEventListener('keydown', onKey, true)
    return () => removeEventListener('keydown', onKey, true)
  }, [drawer])
  const front = inFront(calls)
  if (!front) return null
  const { call, view } = front
  const name = nameOf(view.with, view.name)
  const others = calls.filter((one) => one !== front)
  const talking = view.state === 'connected'
  const narrow = crowded || (talking && (drawer !== 'none' || view.second !== undefined))
  const pictures = talking && (view.video || view.farVideo)

  return (
    <section
      className={`call ${pictures ? 'call-pictures' : ''} ${narrow ? 'call-open' : ''}`}
      aria-label={say('Call')}
    >
      {others.length > 0 && <OtherCalls front={front} others={others} now={now} />}
      {pictures && <Pictures {...front} />}
      <div className="call-who">
        {!pictures && !narrow && (
          <span className={`call-face ${talking ? '' : 'call-face-waiting'}`}>
            <Avatar name={name} tel={view.with} size="large" />
          </span>
        )}
        <h2>{name}</h2>
        {belowName(name, view.with) && <p className="dim number">{view.with}</p>}
        {view.agent && <p className="dim">{say('Agent {agent}', { agent: view.agent })}</p>}
        <p className="call-state number" aria-live={talking ? 'off' : 'polite'}>
          {view.recording && <span className="recording">{say('Recording')}</span>}
          {stateWords(front, now, say)}
        </p>
        {talking && <QualityLine {...front} />}
      </div>
      {view.trouble && <TroubleNote trouble={view.trouble} onClose={call.dismiss} />}
      {view.second && <Consultation {...front} />}
      {drawer === 'keypad' && talking && <Keys key={view.id} {...front} />}
      {drawer === 'transfer' && talking && !view.second && (
        <Transfer {...front} others={others} close={() => setDrawer('none')} />
      )}
      <CallButtons {...front} drawer={drawer} setDrawer={setDrawer} />
      <div className="call-end">
        <Round icon="hangup" look="danger" word={say('Hang up')} onPress={() => void call.hangUp()} />
      </div>
    </section>
  )
}
