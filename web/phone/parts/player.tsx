import { type ReactElement, useEffect, useRef, useState } from 'react'
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components'
import { clockOf } from '../state/numbers.ts'
import { useWords } from '../words/index.ts'
import { Press } from './controls.tsx'

/** A voice message or recording. Loaded when it is asked for. */
export const Player = ({
  src,
  ms,
  label,
  onPlay,
}: {
  src: string
  ms: number
  label: string
  onPlay?(): void
}): ReactElement => {
  const say = useWords()
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [failed, setFailed] = useState(false)
  const [at, setAt] = useState(0)
  const [length, setLength] = useState(ms / 1000)

  useEffect(() => {
    const element = audio.current
    return () => element?.pause()
  }, [])

  const toggle = () => {
    const element = audio.current
    if (!element) return
    if (playing) return element.pause()
    setFailed(false)
    onPlay?.()
    void element.play().catch(() => setFailed(true))
  }

  return (
    <div className="player">
      {/* biome-ignore lint/a11y/useMediaCaption: what a caller said has no captions. */}
      <audio
        ref={audio}
        src={src}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)}
        onLoadedMetadata={({ currentTarget }) => {
          if (Number.isFinite(currentTarget.duration)) setLength(currentTarget.duration)
        }}
        onError={() => setFailed(true)}
      />
      <Press
        icon={playing ? 'pause' : 'play'}
        look="main"
        aria-label={playing ? say('Pause {what}', { what: label }) : say('Play {what}', { what: label })}
        onPress={toggle}
      />
      <Slider
        className="player-slider"
        aria-label={say('Position')}
        minValue={0}
        maxValue={Math.max(length, 0.1)}
        step={0.1}
        value={Math.min(at, length)}
        onChange={(value) => {
          if (typeof value !== 'number') return
          setAt(value)
          if (audio.current) audio.current.currentTime = value
        }}
      >
        <SliderTrack className="player-track">
          <i style={{ transform: `scaleX(${length > 0 ? Math.min(1, at / length) : 0})` }} />
          <SliderThumb className="player-thumb" />
        </SliderTrack>
      </Slider>
      <span className="player-time">
        {failed ? say('Cannot be played') : clockOf((playing || at > 0 ? at : length) * 1000)}
      </span>
    </div>
  )
}
