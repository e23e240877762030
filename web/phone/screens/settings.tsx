import { type ReactElement, useEffect, useState } from 'react'
import { Press, Toggle } from '../parts/controls.tsx'
import { Page } from '../parts/shapes.tsx'
import { useCell, useHouse } from '../state/hooks.ts'
import { useWords } from '../words/index.ts'
import { LookSettings } from './settings-look.tsx'
import { SoundSettings } from './settings-sound.tsx'

const CallSettings = (): ReactElement => {
  const say = useWords()
  const { settings } = useHouse()
  const { autoAnswer, waiting, video } = useCell(settings)
  return (
    <section className="card" aria-labelledby="calls">
      <h3 id="calls">{say('Calls')}</h3>
      <Toggle
        on={waiting}
        onChange={(on) => settings.change({ waiting: on })}
        hint={say('Off: who calls while you talk hears busy. In force at the next sign-in.')}
      >
        {say('Call waiting')}
      </Toggle>
      <Toggle
        on={autoAnswer}
        onChange={(on) => settings.change({ autoAnswer: on })}
        hint={say('Every call is taken at once, with the microphone open.')}
      >
        {say('Answer by itself')}
      </Toggle>
      <Toggle on={video} onChange={(on) => settings.change({ video: on })}>
        {say('Video calls')}
      </Toggle>
    </section>
  )
}

const Notices = (): ReactElement => {
  const say = useWords()
  const { notifier, push } = useHouse()
  const [allowed, setAllowed] = useState(notifier.allowed())
  const [pushed, setPushed] = useState(false)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    void push.on().then(setPushed, () => {})
  }, [push])

  const turn = async (on: boolean) => {
    setFailed(false)
    try {
      if (on) {
        await notifier.ask()
        await push.enable()
      } else await push.disable()
      setPushed(await push.on())
    } catch {
      setFailed(true)
    }
    setAllowed(notifier.allowed())
  }

  return (
    <section className="card" aria-labelledby="notices">
      <h3 id="notices">{say('Notifications')}</h3>
      {allowed === 'denied' && (
        <p className="dim">{say('Blocked for this page. Allow them beside the address of the page.')}</p>
      )}
      {allowed === 'unsupported' && <p className="dim">{say('This browser has none.')}</p>}
      {allowed === 'granted' && (
        <p className="dim">{say('Calls and texts show up when another page is in front.')}</p>
      )}
      {allowed === 'default' && (
        <div className="test-row">
          <Press onPress={() => void notifier.ask().then(() => setAllowed(notifier.allowed()))}>
            {say('Allow notifications')}
          </Press>
        </div>
      )}
      {push.supported && (
        <Toggle
          on={pushed}
          onChange={(on) => void turn(on)}
          hint={say(
            'Through the push service of the browser’s maker; it learns that there is a call, nothing else.',
          )}
        >
          {say('Ring when this page is closed')}
        </Toggle>
      )}
      {failed && (
        <p className="field-error" role="alert">
          {say('That did not work.')}
        </p>
      )}
    </section>
  )
}

export const SettingsPage = ({ leave }: { leave(): void }): ReactElement => {
  const say = useWords()
  const { route, config, me } = useHouse()
  return (
    <Page
      title={say('Settings')}
      tools={
        <Press icon="signOut" onPress={leave}>
          {say('Sign out')}
        </Press>
      }
    >
      <div className="cards">
        <section className="card card-wide" aria-labelledby="test">
          <h3 id="test">{say('Call test')}</h3>
          <p className="dim">
            {say('Tries microphone, connection and sound one after the other, in half a minute.')}
          </p>
          <div className="test-row">
            <Press look="main" onPress={() => route.go('test', 'now')}>
              {say('Start the test')}
            </Press>
          </div>
        </section>
        <SoundSettings />
        <CallSettings />
        <LookSettings />
        <Notices />
      </div>
      <p className="dim about number">
        {me.tel} · Tandem {config.version}
      </p>
    </Page>
  )
}
