import type { ReactElement } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Round } from '../parts/controls.tsx'
import { Avatar } from '../parts/shapes.tsx'
import { TroubleNote } from '../parts/trouble.tsx'
import { type Shown, useCalls, useCell, useHouse, useNameOf } from '../state/hooks.ts'
import { useWords } from '../words/index.ts'

const Ringing = ({ call, view, second }: Shown & { second: boolean }): ReactElement => {
  const say = useWords()
  const { settings, phone, route } = useHouse()
  const nameOf = useNameOf()
  const { video } = useCell(settings)
  const name = nameOf(view.with, view.name)
  const withVideo = view.farVideo && video && phone.features().video
  const answer = (options = {}) => {
    route.go('keys')
    void call.answer(options)
  }
  return (
    <>
      <p className="incoming-kind">{view.farVideo ? say('Incoming video call') : say('Incoming call')}</p>
      <Avatar name={name} tel={view.with} size="large" />
      <Heading slot="title">{name}</Heading>
      {name !== view.with && <p className="dim number">{view.with}</p>}
      {second && <p className="dim">{say('Your present call will be put on hold.')}</p>}
      {view.trouble && <TroubleNote trouble={view.trouble} onClose={call.dismiss} />}
      <div className="incoming-buttons">
        <Round icon="hangup" look="danger" word={say('Decline')} onPress={() => void call.reject()} />
        {withVideo && (
          <Round icon="video" look="go" word={say('With video')} onPress={() => answer({ video: true })} />
        )}
        <Round icon="phone" look="go" word={say('Answer')} onPress={() => answer()} />
      </div>
      <p className="dim keys-hint">
        <kbd>Alt</kbd> <kbd>A</kbd> {say('Answer')} · <kbd>Alt</kbd> <kbd>X</kbd> {say('Decline')}
      </p>
    </>
  )
}

export const Incoming = (): ReactElement | null => {
  const say = useWords()
  const calls = useCalls()
  const ringing = calls.find(({ view }) => view.state === 'incoming')
  if (!ringing) return null
  return (
    <ModalOverlay isOpen className="veil" isKeyboardDismissDisabled>
      <Modal className="incoming">
        <Dialog role="alertdialog" aria-label={say('Incoming call')}>
          <Ringing
            key={ringing.view.id}
            {...ringing}
            second={calls.some(({ view }) => view.state === 'connected')}
          />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
