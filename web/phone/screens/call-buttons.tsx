import type { ReactElement } from 'react'
import { Toolbar } from 'react-aria-components'
import { Round } from '../parts/controls.tsx'
import { type Shown, useCell, useHouse, useIsEcho } from '../state/hooks.ts'
import { useWords } from '../words/index.ts'
import type { Drawer } from './call-words.ts'

export const CallButtons = ({
  call,
  view,
  drawer,
  setDrawer,
}: Shown & { drawer: Drawer; setDrawer(drawer: Drawer): void }): ReactElement => {
  const say = useWords()
  const { phone, settings } = useHouse()
  const { video } = useCell(settings)
  useCell(phone.line)
  const can = phone.features()
  const talking = view.state === 'connected'
  const echo = useIsEcho()(view.with)
  /** A machine at the other end can be heard, and no more. */
  const alone = echo || view.voiceMail
  const open = (name: Drawer) => setDrawer(drawer === name ? 'none' : name)

  return (
    <Toolbar className="call-buttons" aria-label={say('What can be done with the call')}>
      <Round
        icon={view.muted ? 'micOff' : 'mic'}
        word={view.muted ? say('Muted') : say('Mute')}
        on={view.muted}
        onPress={() => call.mute(!view.muted)}
      />
      <Round
        icon={view.held ? 'play' : 'pause'}
        word={view.held ? say('Resume') : say('Hold')}
        on={view.held}
        isDisabled={!talking || view.busy !== undefined || view.second !== undefined}
        onPress={() => void call.hold(!view.held)}
      />
      <Round
        icon="keypad"
        word={say('Keypad')}
        on={drawer === 'keypad'}
        isDisabled={!talking}
        onPress={() => open('keypad')}
      />
      {can.transfer && (
        <Round
          icon="transfer"
          className="does-transfer"
          word={say('Transfer')}
          on={drawer === 'transfer'}
          isDisabled={!talking || alone || view.second !== undefined}
          onPress={() => open('transfer')}
        />
      )}
      {can.record && (
        <Round
          icon="record"
          word={
            echo ? say('The echo is not recorded') : view.recording ? say('Stop recording') : say('Record')
          }
          on={view.recording}
          isDisabled={!talking || alone || view.busy !== undefined}
          onPress={() => void call.record(!view.recording)}
        />
      )}
      {can.video && video && (
        <Round
          icon="video"
          word={view.video ? say('Stop video') : say('Video')}
          on={view.video}
          isDisabled={!talking || view.voiceMail || view.busy !== undefined || view.held}
          onPress={() => void call.video(!view.video)}
        />
      )}
    </Toolbar>
  )
}
