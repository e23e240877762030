import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { Shown } from '../state/hooks.ts'
import { useWords } from '../words/index.ts'

const Picture = ({
  stream,
  label,
  className,
  onSeen,
}: {
  stream: MediaStream | undefined
  label: string
  className: string
  onSeen?(): void
}): ReactElement => {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (video.current && video.current.srcObject !== (stream ?? null))
      video.current.srcObject = stream ?? null
    void video.current?.play().catch(() => {})
  })
  // The sound is the speaker's business: an element that may choose its output.
  return (
    <video
      ref={video}
      className={className}
      aria-label={label}
      onLoadedData={(event) => event.currentTarget.videoWidth > 0 && onSeen?.()}
      onResize={(event) => event.currentTarget.videoWidth > 0 && onSeen?.()}
      autoPlay
      playsInline
      muted
    />
  )
}

export const Pictures = ({ call, view }: Shown): ReactElement => {
  const say = useWords()
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    if (!view.farVideo) setSeen(false)
  }, [view.farVideo])
  return (
    <div className="pictures">
      {view.farVideo && (
        <Picture
          stream={call.far()}
          label={say('Picture of the other side')}
          className="picture-far"
          onSeen={() => setSeen(true)}
        />
      )}
      {/* Agreed on is not sent: the word stays until a picture is there. */}
      {!(view.farVideo && seen) && <p className="picture-none">{say('The other side sends no picture.')}</p>}
      {view.video && (
        <Picture stream={call.near()} label={say('Your own picture')} className="picture-near" />
      )}
    </div>
  )
}
