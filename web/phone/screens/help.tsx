import type { ReactElement } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Press } from '../parts/controls.tsx'
import { SHORTCUTS } from '../state/shortcuts.ts'
import { useWords } from '../words/index.ts'

export const Help = ({ open, close }: { open: boolean; close(): void }): ReactElement => {
  const say = useWords()
  return (
    <ModalOverlay isOpen={open} onOpenChange={(now) => !now && close()} isDismissable className="veil">
      <Modal className="sheet">
        <Dialog>
          <header className="sheet-head">
            <Heading slot="title">{say('Keyboard shortcuts')}</Heading>
            <Press icon="close" look="plain" aria-label={say('Close')} onPress={close} />
          </header>
          <dl className="keys">
            {SHORTCUTS.map(({ key, name }) => (
              <div key={name}>
                <dt>{say(name)}</dt>
                <dd>
                  <kbd>Alt</kbd> <kbd>{key}</kbd>
                </dd>
              </div>
            ))}
          </dl>
          <p className="dim">
            {say('In the number field: Enter calls, Escape clears, arrow down goes to the suggestions.')}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
