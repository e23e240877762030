import type { ReactElement } from 'react'
import type { Trouble } from '../../sdk/index.ts'
import { useWords } from '../words/index.ts'
import { troubleWords } from '../words/troubles.ts'
import { Press } from './controls.tsx'
import { Icon } from './icon.tsx'

/** Says what went wrong; `onClose` lets it be put away. */
export const TroubleNote = ({ trouble, onClose }: { trouble: Trouble; onClose?(): void }): ReactElement => {
  const say = useWords()
  return (
    <div className="trouble" role="alert">
      <Icon name="alert" size={20} />
      <p>
        {troubleWords(trouble, say)}
        {trouble.name === 'certificate' && trouble.address && (
          <>
            {' '}
            {say('Most often the browser does not trust its certificate yet.')}{' '}
            <a href={trouble.address} target="_blank" rel="noreferrer">
              {say('Open {address} once, accept it, and come back.', { address: trouble.address })}
            </a>
          </>
        )}
      </p>
      {onClose && <Press icon="close" look="plain" aria-label={say('Close')} onPress={onClose} />}
    </div>
  )
}
