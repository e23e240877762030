import { type ReactElement, type ReactNode, useState } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Round } from '../parts/controls.tsx'
import { Avatar } from '../parts/shapes.tsx'
import { TroubleNote } from '../parts/trouble.tsx'
import { belowName, type Shown, useCalls, useCell, useHouse, useNameOf } from '../state/hooks.ts'
import { type Say, useWords } from '../words/index.ts'
import { SendElsewhere } from './send-elsewhere.tsx'

const useRinging = (): { ringing: Shown | undefined; talking: boolean; busy: boolean } => {
  const calls = useCalls()
  return {
    ringing: calls.find(({ view }) => view.state === 'incoming'),
    talking: calls.some(({ view }) => view.state === 'connected'),
    busy: calls.some(({ view }) => view.state !== 'incoming'),
  }
}

const kindWords = ({ view }: Shown, say: Say): string =>
  view.farVideo ? say('Incoming video call') : say('Incoming call')

const Buttons = ({ call, view, elsewhere }: Shown & { elsewhere(): void }): ReactElement => {
  const say = useWords()
  const { settings, phone, route } = useHouse()
  const { video } = useCell(settings)
  const withVideo = view.farVideo && video && phone.features().video
  const answer = (options = {}) => {
    route.go('keys')
    void call.answer(options)
  }
  return (
    <div className="incoming-buttons">
      <Round icon="hangup" look="danger" word={say('Decline')} onPress={() => void call.reject()} />
      <Round icon="transfer" className="does-transfer" word={say('Send elsewhere')} onPress={elsewhere} />
      {withVideo && (
        <Round icon="video" look="go" word={say('With video')} onPress={() => answer({ video: true })} />
      )}
      <Round icon="phone" look="go" word={say('Answer')} onPress={() => answer()} />
    </div>
  )
}

/** Who rings and what can be done; `head` says who. */
const Ringing = ({ call, view, head }: Shown & { head: ReactNode }): ReactElement => {
  const say = useWords()
  const [sending, setSending] = useState(false)
  return (
    <>
      {head}
      {view.trouble && <TroubleNote trouble={view.trouble} onClose={call.dismiss} />}
      {sending ? (
        <SendElsewhere call={call} view={view} back={() => setSending(false)} />
      ) : (
        <>
          <Buttons call={call} view={view} elsewhere={() => setSending(true)} />
          <p className="dim keys-hint">
            <kbd>Alt</kbd> <kbd>A</kbd> {say('Answer')} · <kbd>Alt</kbd> <kbd>X</kbd> {say('Decline')}
          </p>
        </>
      )}
    </>
  )
}

/** Somebody rings while nothing else goes on. */
export const Incoming = (): ReactElement | null => {
  const say = useWords()
  const nameOf = useNameOf()
  const { ringing, busy } = useRinging()
  if (!ringing || busy) return null
  const { view } = ringing
  const name = nameOf(view.with, view.name)
  return (
    <ModalOverlay isOpen className="veil" isKeyboardDismissDisabled>
      <Modal className="incoming">
        <Dialog role="alertdialog" aria-label={say('Incoming call')}>
          <Ringing
            key={view.id}
            {...ringing}
            head={
              <>
                <p className="incoming-kind">{kindWords(ringing, say)}</p>
                <Avatar name={name} tel={view.with} size="large" />
                <Heading slot="title">{name}</Heading>
                {belowName(name, view.with) && <p className="dim number">{view.with}</p>}
              </>
            }
          />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

/** Somebody rings while one talks: told beside the call, whose buttons stay in reach. */
export const Knock = (): ReactElement | null => {
  const say = useWords()
  const nameOf = useNameOf()
  const { ringing, talking, busy } = useRinging()
  if (!ringing || !busy) return null
  const { view } = ringing
  const name = nameOf(view.with, view.name)
  return (
    <section className="incoming knock" aria-label={say('Incoming call')}>
      <Ringing
        key={view.id}
        {...ringing}
        head={
          <div className="knock-who" role="alert">
            <Avatar name={name} tel={view.with} />
            <p className="grow">
              <span className="incoming-kind">{kindWords(ringing, say)}</span>
              <b>{name}</b>
              {belowName(name, view.with) && <span className="dim number">{view.with}</span>}
              {talking && <span className="dim">{say('Your present call will be put on hold.')}</span>}
            </p>
          </div>
        }
      />
    </section>
  )
}
