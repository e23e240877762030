import type { ReactElement, ReactNode } from 'react'
import type { LampWord } from '../../sdk/index.ts'
import { hueOf, initialsOf } from '../state/numbers.ts'
import { useWords, type Word } from '../words/index.ts'
import { Icon, type IconName } from './icon.tsx'

export const Avatar = ({
  name,
  tel,
  size = 'small',
}: {
  name: string
  tel: string
  size?: 'small' | 'large'
}): ReactElement => (
  <span className={`avatar avatar-${size} hue-${hueOf(tel)}`} aria-hidden="true">
    {initialsOf(name === tel ? '' : name, tel)}
  </span>
)

const LAMPS: Record<LampWord, { word: Word; shape: string }> = {
  idle: { word: 'Free', shape: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z' },
  calling: { word: 'Calling', shape: 'M3 13 13 3M5.5 3H13v7.5' },
  alerting: { word: 'Being called', shape: 'M8 1.5 14.5 14h-13Z' },
  ringing: { word: 'Ringing', shape: 'M8 1.5 14.5 14h-13Z' },
  busy: { word: 'Busy', shape: 'M2.5 2.5h11v11h-11Z' },
  held: { word: 'On hold', shape: 'M3.5 2.5h3v11h-3ZM9.5 2.5h3v11h-3Z' },
  unavailable: { word: 'Not there', shape: 'M3.5 3.5l9 9M12.5 3.5l-9 9' },
}

/** Shape and word; the colour only helps. */
export const LampMark = ({ lamp }: { lamp: LampWord }): ReactElement => {
  const say = useWords()
  return (
    <span className={`lamp lamp-${lamp}`}>
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" focusable="false">
        <path d={LAMPS[lamp].shape} />
      </svg>
      {say(LAMPS[lamp].word)}
    </span>
  )
}

/** No blank page without a next step. */
export const Nothing = ({
  icon,
  title,
  children,
}: {
  icon: IconName
  title: string
  children?: ReactNode
}): ReactElement => (
  <div className="nothing">
    <span className="nothing-face">
      <Icon name={icon} size={30} />
    </span>
    <h3>{title}</h3>
    {children}
  </div>
)

export const Waiting = ({ word }: { word: string }): ReactElement => (
  <p className="waiting" role="status">
    <span className="spinner" aria-hidden="true" />
    {word}
  </p>
)

export const Page = ({
  title,
  tools,
  children,
}: {
  title: string
  tools?: ReactNode
  children: ReactNode
}): ReactElement => (
  <section className="page" aria-labelledby="page-title">
    <header className="page-head">
      <h2 id="page-title">{title}</h2>
      {tools}
    </header>
    {children}
  </section>
)
