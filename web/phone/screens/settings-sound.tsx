import { type ReactElement, useEffect, useState } from 'react'
import { type DeviceKind, type Trouble, troubleIn } from '../../sdk/index.ts'
import { Choose, Meter, Press } from '../parts/controls.tsx'
import { TroubleNote } from '../parts/trouble.tsx'
import { useCell, useHouse } from '../state/hooks.ts'
import { meter } from '../state/level.ts'
import { useWords, type Word } from '../words/index.ts'

const DEFAULT = 'default'

const DeviceChoice = ({ kind, word }: { kind: DeviceKind; word: Word }): ReactElement | null => {
  const say = useWords()
  const { devices } = useHouse().phone
  const list = useCell(devices.list)[kind]
  const chosen = useCell(devices.choice)[kind]
  if (list.length === 0) return null
  const there = chosen === undefined || list.some(({ id }) => id === chosen)
  const options = [
    { id: DEFAULT, name: say('As the system') },
    ...list.filter(({ id }) => id !== DEFAULT && id !== 'communications'),
    ...(there || !chosen ? [] : [{ id: chosen, name: say('Not plugged in') }]),
  ]
  return (
    <Choose
      label={say(word)}
      value={chosen ?? DEFAULT}
      options={options}
      onChange={(id) => devices.choose(kind, id === DEFAULT ? undefined : id)}
    />
  )
}

/** Speak and see: the level of the chosen microphone. */
const MicrophoneTest = (): ReactElement => {
  const say = useWords()
  const { devices } = useHouse().phone
  const chosen = useCell(devices.choice).microphone
  const [on, setOn] = useState(false)
  const [level, setLevel] = useState(0)
  const [trouble, setTrouble] = useState<Trouble>()

  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice is another microphone to test.
  useEffect(() => {
    if (!on) return
    let stop = () => {}
    let gone = false
    setTrouble(undefined)
    devices.microphone().then(
      (track) => {
        if (gone) return track.stop()
        const end = meter(track, setLevel)
        stop = () => {
          end()
          track.stop()
          setLevel(0)
        }
      },
      (error) => {
        setTrouble(troubleIn(error))
        setOn(false)
      },
    )
    return () => {
      gone = true
      stop()
    }
  }, [on, chosen, devices])

  return (
    <>
      <div className="test-row">
        <Press icon="mic" onPress={() => setOn(!on)}>
          {on ? say('Stop the test') : say('Test the microphone')}
        </Press>
        {on && <Meter level={level} label={say('Level of the microphone')} />}
      </div>
      {trouble && <TroubleNote trouble={trouble} onClose={() => setTrouble(undefined)} />}
    </>
  )
}

export const SoundSettings = (): ReactElement => {
  const say = useWords()
  const { phone, ringer, settings } = useHouse()
  const { ringtone } = useCell(settings)
  const named = useCell(phone.devices.list).microphone.length > 0
  return (
    <section className="card" aria-labelledby="sound">
      <h3 id="sound">{say('Sound and picture')}</h3>
      {!named && <p className="dim">{say('Devices are listed after the microphone was allowed once.')}</p>}
      <DeviceChoice kind="microphone" word="Microphone" />
      <MicrophoneTest />
      <DeviceChoice kind="speaker" word="Loudspeaker" />
      <div className="test-row">
        <Press icon="speaker" onPress={() => ringer.once('test')}>
          {say('Play a tone')}
        </Press>
      </div>
      <DeviceChoice kind="camera" word="Camera" />
      <Choose
        label={say('Ringtone')}
        value={ringtone}
        options={[
          { id: 'soft', name: say('Soft') },
          { id: 'classic', name: say('Classic') },
          { id: 'bells', name: say('Bells') },
          { id: 'none', name: say('Silent') },
        ]}
        onChange={(next) => {
          settings.change({ ringtone: next })
          ringer.ring(next)
          setTimeout(() => ringer.stop(), 2500)
        }}
      />
    </section>
  )
}
